#include <algorithm>
#include <array>
#include <future>

#include "contract/contract_fixture.h"

namespace pcai::backend {
namespace {

constexpr const char* kStory = "Tell me a long story about a fox.";

/// Keeps a promise when it is destroyed.
class MortalSink final : public EventSink {
 public:
  ~MortalSink() override { gone_.set_value(); }
  void on_event(GenerateEvent) noexcept override {}
  std::future<void> gone() { return gone_.get_future(); }

 private:
  std::promise<void> gone_;
};

TEST_P(BackendContractTest, ARequestEndsWithExactlyOneLastEvent) {
  const auto events = run(model(), chat_request(kStory, greedy(8)));
  ASSERT_NE(finished_in(events), nullptr);
  EXPECT_FALSE(text_of(events).empty());
}

TEST_P(BackendContractTest, AcceptedIsLeftToTheEngine) {
  for (const GenerateEvent& event : run(model(), chat_request(kStory, greedy(4)))) {
    EXPECT_FALSE(std::holds_alternative<Accepted>(event));
  }
}

TEST_P(BackendContractTest, TheSinkIsReleasedAfterTheLastEvent) {
  auto sink = std::make_shared<MortalSink>();
  std::future<void> gone = sink->gone();
  ASSERT_TRUE(
      model().submit(new_id(), chat_request(kStory, greedy(2)), std::move(sink)).has_value());
  EXPECT_EQ(gone.wait_for(RecordingSink::kPatience), std::future_status::ready);
}

TEST_P(BackendContractTest, ChatTextAndTokensAreAllPrompts) {
  const std::array<Prompt, 3> prompts = {ChatPrompt{{{Role::User, "hello"}}}, TextPrompt{"hello"},
                                         TokenPrompt{{1, 2, 3}}};
  for (const Prompt& prompt : prompts) {
    SCOPED_TRACE(prompt.index());
    const auto events = run(model(), {.prompt = prompt, .params = greedy(3)});
    ASSERT_NE(finished_in(events), nullptr);
    EXPECT_EQ(finished_in(events)->usage.completion_tokens, 3U);
  }
}

TEST_P(BackendContractTest, TokensAreCountedAsTheyStand) {
  const auto events = run(model(), {.prompt = TokenPrompt{{1, 2, 3, 4, 5}}, .params = greedy(1)});
  ASSERT_NE(finished_in(events), nullptr);
  EXPECT_EQ(finished_in(events)->usage.prompt_tokens, 5U);
}

TEST_P(BackendContractTest, AConversationOfSeveralTurnsIsAPrompt) {
  const ChatPrompt conversation{{{Role::System, "Be brief."},
                                 {Role::User, "Name a colour."},
                                 {Role::Assistant, "Red."},
                                 {Role::User, "Another one."}}};
  const auto events = run(model(), {.prompt = conversation, .params = greedy(3)});
  EXPECT_NE(finished_in(events), nullptr);
}

TEST_P(BackendContractTest, UsageAddsUp) {
  GenerateParams params = greedy(16);
  params.ignore_eos = false;
  const auto events = run(model(), chat_request(kStory, params));
  const Finished* finished = finished_in(events);
  ASSERT_NE(finished, nullptr);
  const Usage& usage = finished->usage;
  EXPECT_GT(usage.prompt_tokens, 0U);
  EXPECT_LE(usage.cached_tokens, usage.prompt_tokens);
  EXPECT_GT(usage.completion_tokens, 0U);
  EXPECT_LE(usage.completion_tokens, 16U);
  EXPECT_LE(usage.reasoning_tokens, usage.completion_tokens);
  EXPECT_GE(finished->timings.prefill_ms, 0.0);
  EXPECT_GE(finished->timings.decode_ms, 0.0);
}

TEST_P(BackendContractTest, TheSamePromptIsTheSameNumberOfTokensCachedOrNot) {
  const auto first = run(model(), chat_request("Count these words, please.", greedy(2)));
  const auto second = run(model(), chat_request("Count these words, please.", greedy(2)));
  ASSERT_NE(finished_in(first), nullptr);
  ASSERT_NE(finished_in(second), nullptr);
  EXPECT_EQ(finished_in(first)->usage.prompt_tokens, finished_in(second)->usage.prompt_tokens);
}

TEST_P(BackendContractTest, PrefixesAreNotSharedBetweenScopes) {
  GenerateRequest request = chat_request("A prompt that two tenants happen to share.", greedy(1));
  request.cache_scope = "tenant " + std::to_string(new_id());
  run(model(), request);
  request.cache_scope = "tenant " + std::to_string(new_id());
  const auto events = run(model(), request);
  ASSERT_NE(finished_in(events), nullptr);
  EXPECT_EQ(finished_in(events)->usage.cached_tokens, 0U);
}

TEST_P(BackendContractTest, MaxTokensIsExact) {
  for (const std::uint32_t max_tokens : {1U, 2U, 7U}) {
    const auto events = run(model(), chat_request(kStory, greedy(max_tokens)));
    const Finished* finished = finished_in(events);
    ASSERT_NE(finished, nullptr);
    EXPECT_EQ(finished->usage.completion_tokens, max_tokens);
    EXPECT_EQ(finished->reason, FinishReason::Length);
  }
}

TEST_P(BackendContractTest, MaxTokensIsCutToWhatTheContextLeaves) {
  const auto loaded = load([](ModelConfig& config) { config.context_length = 256; });
  ASSERT_NE(loaded.model, nullptr);
  const auto events = run(*loaded.model, chat_request(kStory, endless()));
  const Finished* finished = finished_in(events);
  ASSERT_NE(finished, nullptr);
  EXPECT_EQ(finished->reason, FinishReason::Length);
  // The last token need not have a place in the context.
  EXPECT_GE(finished->usage.prompt_tokens + finished->usage.completion_tokens, 255U);
  EXPECT_LE(finished->usage.prompt_tokens + finished->usage.completion_tokens, 257U);
}

TEST_P(BackendContractTest, AnOverlongPromptIsRefusedWithBothNumbers) {
  const auto loaded = load([](ModelConfig& config) { config.context_length = 256; });
  ASSERT_NE(loaded.model, nullptr);
  std::string words;
  for (int i = 0; i < 1000; ++i) words += " word";
  const Error error = refusal(*loaded.model, chat_request(words, greedy(4)));
  EXPECT_EQ(error.code, ErrorCode::ContextOverflow);
  EXPECT_NE(error.message.find("256"), std::string::npos) << error.message;
  // The prompt's size: a number of 1000 or more.
  std::size_t digits = 0;
  std::size_t longest = 0;
  for (const char c : error.message) {
    digits = c >= '0' && c <= '9' ? digits + 1 : 0;
    longest = std::max(longest, digits);
  }
  EXPECT_GE(longest, 4U) << error.message;
  // Nothing is left behind.
  EXPECT_NE(finished_in(run(*loaded.model, chat_request("hello", greedy(2)))), nullptr);
}

TEST_P(BackendContractTest, TheCountersComeToRestWithTheRequests) {
  const ModelStats before = model().stats();
  const auto events = run(model(), chat_request(kStory, greedy(5)));
  ASSERT_NE(finished_in(events), nullptr);
  EXPECT_TRUE(eventually([&] {
    const ModelStats stats = model().stats();
    return stats.sequences_running == 0 && stats.sequences_waiting == 0 &&
           stats.kv_cells_active == 0 && stats.tokens_generated >= before.tokens_generated + 5;
  }));
  EXPECT_GT(model().stats().steps, before.steps);
  EXPECT_EQ(model().stats().kv_cells_total, before.kv_cells_total);
}

}  // namespace
}  // namespace pcai::backend
