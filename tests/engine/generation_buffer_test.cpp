#include "engine/requests/generation_buffer.h"

#include <gtest/gtest.h>

#include <atomic>
#include <random>
#include <string>
#include <thread>
#include <vector>

namespace pcai::engine {
namespace {

using std::chrono::milliseconds;

constexpr milliseconds kNow{0};
constexpr milliseconds kPatience{60'000};

template <class T>
T take(GenerationBuffer& buffer) {
  auto event = buffer.next(kPatience);
  if (event && std::holds_alternative<T>(*event)) return std::get<T>(*std::move(event));
  ADD_FAILURE() << "another event or none";
  return {};
}

std::vector<GenerateEvent> drain(GenerationBuffer& buffer) {
  std::vector<GenerateEvent> events;
  while (auto event = buffer.next(kNow)) events.push_back(*std::move(event));
  return events;
}

TEST(GenerationBufferTest, EventsComeInOrderAndThenNothing) {
  GenerationBuffer buffer;
  buffer.accept();
  buffer.push(TextDelta{"a"});
  buffer.push(Finished{});
  take<Accepted>(buffer);
  EXPECT_EQ(take<TextDelta>(buffer).text, "a");
  EXPECT_FALSE(buffer.done());
  take<Finished>(buffer);
  EXPECT_TRUE(buffer.done());
  EXPECT_EQ(buffer.next(kPatience), std::nullopt) << "does not wait after the last event";
}

TEST(GenerationBufferTest, AcceptedComesOnceAndOnlyAsTheFirst) {
  GenerationBuffer buffer;
  buffer.accept();
  buffer.accept();
  EXPECT_EQ(drain(buffer).size(), 1U);
  buffer.accept();
  EXPECT_TRUE(drain(buffer).empty());
}

TEST(GenerationBufferTest, NothingComesAfterTheLastEvent) {
  GenerationBuffer buffer;
  buffer.push(Failed{});
  buffer.push(TextDelta{"late"});
  buffer.push(Finished{});
  buffer.accept();
  EXPECT_EQ(drain(buffer).size(), 1U);
}

TEST(GenerationBufferTest, WithoutWaitingAnEmptyBufferGivesNothing) {
  GenerationBuffer buffer;
  EXPECT_EQ(buffer.next(kNow), std::nullopt);
  EXPECT_EQ(buffer.next(milliseconds(-5)), std::nullopt);
}

TEST(GenerationBufferTest, AReaderThatWaitsWithoutEndIsWoken) {
  GenerationBuffer buffer;
  std::thread writer([&] { buffer.push(TextDelta{"a"}); });
  EXPECT_TRUE(buffer.next(milliseconds::max()).has_value());
  writer.join();
}

TEST(GenerationBufferTest, ASlowReaderGetsAllTextInBoundedPieces) {
  GenerationBuffer buffer;
  std::string whole;
  for (int i = 0; i < 10'000; ++i) {
    const std::string piece = std::to_string(i) + " ";
    TokenLogprobs logprob;
    logprob.chosen.token = i;
    buffer.push(TextDelta{piece, {logprob}});
    whole += piece;
  }
  buffer.push(Finished{});
  const auto events = drain(buffer);
  EXPECT_EQ(events.size(), GenerationBuffer::kMaxUnread + 1);
  std::string text;
  std::int32_t next_token = 0;
  for (const GenerateEvent& event : events) {
    const auto* delta = std::get_if<TextDelta>(&event);
    if (!delta) continue;
    text += delta->text;
    for (const TokenLogprobs& entry : delta->logprobs) {
      ASSERT_EQ(entry.chosen.token, next_token++);
    }
  }
  EXPECT_EQ(text, whole);
  EXPECT_EQ(next_token, 10'000);
  EXPECT_TRUE(std::holds_alternative<Finished>(events.back()));
}

TEST(GenerationBufferTest, OnlyPiecesOfTheSameThingAreMerged) {
  GenerationBuffer buffer;
  for (std::size_t i = 0; i < GenerationBuffer::kMaxUnread; ++i) buffer.push(TextDelta{"t"});
  buffer.push(ReasoningDelta{"r1"});
  buffer.push(ReasoningDelta{"r2"});
  buffer.push(ToolCallDelta{0, "id0", "f", "{"});
  buffer.push(ToolCallDelta{0, "", "", "}"});
  buffer.push(ToolCallDelta{1, "id1", "g", "{}"});
  buffer.push(ToolCallDelta{0, "id2", "h", "[]"});
  buffer.push(TextDelta{"end"});
  for (std::size_t i = 0; i < GenerationBuffer::kMaxUnread; ++i) take<TextDelta>(buffer);
  EXPECT_EQ(take<ReasoningDelta>(buffer).text, "r1r2");
  const auto first = take<ToolCallDelta>(buffer);
  EXPECT_EQ(first.id, "id0");
  EXPECT_EQ(first.name, "f");
  EXPECT_EQ(first.arguments, "{}");
  EXPECT_EQ(take<ToolCallDelta>(buffer).id, "id1");
  EXPECT_EQ(take<ToolCallDelta>(buffer).id, "id2");
  EXPECT_EQ(take<TextDelta>(buffer).text, "end");
}

TEST(GenerationBufferTest, ReadyIsCalledOnlyWhenTheBufferWasEmpty) {
  GenerationBuffer buffer;
  int calls = 0;
  buffer.on_ready([&] { ++calls; });
  EXPECT_EQ(calls, 0);
  buffer.push(TextDelta{"a"});
  buffer.push(TextDelta{"b"});
  EXPECT_EQ(calls, 1);
  drain(buffer);
  EXPECT_EQ(calls, 1);
  buffer.push(Finished{});
  EXPECT_EQ(calls, 2);
}

TEST(GenerationBufferTest, ReadyIsCalledAtOnceForWhatIsThere) {
  GenerationBuffer buffer;
  buffer.push(TextDelta{"a"});
  int calls = 0;
  buffer.on_ready([&] { ++calls; });
  EXPECT_EQ(calls, 1);
}

TEST(GenerationBufferTest, NoCallOfReadyRunsOnceItIsTakenAway) {
  for (int round = 0; round < 200; ++round) {
    GenerationBuffer buffer;
    std::atomic<bool> gone{false};
    std::atomic<int> late{0};
    buffer.on_ready([&] { late += gone ? 1 : 0; });
    std::thread writer([&] {
      for (int i = 0; i < 20; ++i) buffer.push(TextDelta{"x"});
    });
    while (buffer.next(kNow)) {
    }
    buffer.on_ready({});
    gone = true;
    writer.join();
    EXPECT_EQ(late, 0);
  }
}

TEST(GenerationBufferTest, AnAbandonedBufferKeepsNothing) {
  GenerationBuffer buffer;
  int calls = 0;
  buffer.push(TextDelta{"a"});
  buffer.on_ready([&] { ++calls; });
  buffer.abandon();
  buffer.push(TextDelta{"b"});
  buffer.push(Finished{});
  EXPECT_EQ(calls, 1);
  EXPECT_TRUE(drain(buffer).empty());
}

TEST(GenerationBufferTest, AFastWriterAndARandomReaderLoseNothing) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  GenerationBuffer buffer;
  constexpr int kPieces = 50'000;
  std::thread writer([&] {
    for (int i = 0; i < kPieces; ++i) buffer.push(TextDelta{std::to_string(i) + " "});
    buffer.push(Finished{});
  });
  std::string text;
  while (!buffer.done()) {
    const auto event = buffer.next(random() % 2 == 0 ? kNow : kPatience);
    if (!event) continue;
    if (const auto* delta = std::get_if<TextDelta>(&*event)) text += delta->text;
    if (random() % 100 == 0) std::this_thread::yield();
  }
  writer.join();
  std::string whole;
  for (int i = 0; i < kPieces; ++i) whole += std::to_string(i) + " ";
  EXPECT_EQ(text, whole);
}

TEST(GenerationBufferTest, UnreadPartsOfThePromptAreMergedInOrder) {
  GenerationBuffer buffer;
  for (int i = 0; i < 1000; ++i) buffer.push(PromptLogprobs{{{{i, "t", -1}, {}}}});
  buffer.push(TextDelta{"a"});
  const auto events = drain(buffer);
  EXPECT_LE(events.size(), GenerationBuffer::kMaxUnread + 1);
  std::int32_t next = 0;
  for (const GenerateEvent& event : events) {
    const auto* part = std::get_if<PromptLogprobs>(&event);
    if (part == nullptr) continue;
    for (const TokenLogprobs& token : part->tokens) EXPECT_EQ(token.chosen.token, next++);
  }
  EXPECT_EQ(next, 1000);
}

}  // namespace
}  // namespace pcai::engine
