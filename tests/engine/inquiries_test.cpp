#include <gtest/gtest.h>

#include <future>

#include "backend/fake/fake_backend.h"
#include "backend/recording_sink.h"
#include "engine/engine.h"

namespace pcai::engine {
namespace {

using std::chrono::milliseconds;

/// An engine with one fake model, "m", that is not loaded.
class InquiriesTest : public testing::Test {
 protected:
  Engine& start(EngineOptions options = {}, const backend::fake::FakeOptions& fake = {}) {
    auto registry = std::make_shared<backend::BackendRegistry>();
    backend::fake::register_fake(*registry, fake);
    engine_ = std::make_unique<Engine>(std::move(registry), options);
    EXPECT_TRUE(engine_->add_model({.id = "m", .backend = "fake"}).has_value());
    return *engine_;
  }

  std::unique_ptr<EmbedInquiry> embed(const std::string& text) {
    auto inquiry = engine_->embed({.inputs = {TextPrompt{text}}});
    if (inquiry) return std::move(*inquiry);
    ADD_FAILURE() << inquiry.error().message;
    return nullptr;
  }

  /// Waits until the model runs this hanging inquiry, whatever came before.
  std::unique_ptr<EmbedInquiry> hang() { return embed("fake: hang"); }

  template <class T>
  static ErrorCode failure(Inquiry<T>& inquiry) {
    const auto answer = inquiry.take(backend::RecordingSink::kPatience);
    if (answer && !*answer) return answer->error().code;
    ADD_FAILURE() << "did not fail";
    return ErrorCode::Internal;
  }

  std::unique_ptr<Engine> engine_;
};

TEST_F(InquiriesTest, AModelThatIsNotLoadedIsLoadedFirst) {
  Engine& engine = start();
  auto inquiry = engine.embed({.model = "m", .inputs = {TextPrompt{"hello"}}});
  ASSERT_TRUE(inquiry.has_value());
  const auto answer = (*inquiry)->take(backend::RecordingSink::kPatience);
  ASSERT_TRUE(answer && *answer);
  EXPECT_EQ((*answer)->size(), 1U);
  EXPECT_EQ(engine.model("m")->state, ModelState::Ready);
  EXPECT_TRUE(engine.wait_idle(backend::RecordingSink::kPatience));
  EXPECT_EQ(engine.stats().finished, 1U);
}

TEST_F(InquiriesTest, EveryAbilityIsAsked) {
  Engine& engine = start();
  auto ranks = engine.rank({.query = "a b", .documents = {"b", "a b"}});
  ASSERT_TRUE(ranks.has_value());
  EXPECT_GT((*(*ranks)->take(backend::RecordingSink::kPatience))->at(1).score, 0.9F);
  auto tokens = engine.tokenize({.text = "one two"});
  ASSERT_TRUE(tokens.has_value());
  const auto ids = (*(*tokens)->take(backend::RecordingSink::kPatience))->ids;
  EXPECT_EQ(ids.size(), 2U);
  auto text = engine.detokenize({.tokens = ids});
  ASSERT_TRUE(text.has_value());
  EXPECT_EQ(**(*text)->take(backend::RecordingSink::kPatience), "one two");
  auto rendered = engine.apply_template({.chat = {{{Role::User, "hello"}}}});
  ASSERT_TRUE(rendered.has_value());
  EXPECT_NE((*(*rendered)->take(backend::RecordingSink::kPatience))->find("hello"),
            std::string::npos);
  auto count = engine.count_tokens({.prompt = TextPrompt{"one two three"}});
  ASSERT_TRUE(count.has_value());
  EXPECT_EQ(**(*count)->take(backend::RecordingSink::kPatience), 3U);
}

TEST_F(InquiriesTest, WhatCannotBeAskedFailsAtOnce) {
  Engine& engine = start();
  EXPECT_EQ(engine.embed({.model = "other"}).error().code, ErrorCode::ModelNotFound);
  engine.drain();
  EXPECT_EQ(engine.embed({}).error().code, ErrorCode::Draining);
}

TEST_F(InquiriesTest, WhatTheModelRefusesComesAsTheAnswer) {
  Engine& engine = start();
  auto inquiry = engine.embed({});
  ASSERT_TRUE(inquiry.has_value());
  EXPECT_EQ(failure(**inquiry), ErrorCode::InvalidRequest);
  EXPECT_TRUE(engine.wait_idle(backend::RecordingSink::kPatience));
  EXPECT_EQ(engine.stats().failed, 1U);
}

TEST_F(InquiriesTest, AFailedLoadIsTheAnswer) {
  start({}, {.load_error = Error{ErrorCode::InvalidModel, "broken"}});
  EXPECT_EQ(failure(*embed("hello")), ErrorCode::InvalidModel);
}

TEST_F(InquiriesTest, AFloodIsRefused) {
  Engine& engine = start({.max_inquiries = 8});
  std::vector<std::unique_ptr<EmbedInquiry>> inquiries;
  for (int i = 0; i < 8; ++i) inquiries.push_back(hang());
  const auto refused = engine.embed({.inputs = {TextPrompt{"one more"}}});
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().code, ErrorCode::Overloaded);
  EXPECT_EQ(engine.stats().refused, 1U);
  inquiries.clear();
  EXPECT_TRUE(engine.wait_idle(backend::RecordingSink::kPatience));
  EXPECT_TRUE(engine.embed({.inputs = {TextPrompt{"one more"}}}).has_value());
}

TEST_F(InquiriesTest, ACancelledOneEnds) {
  Engine& engine = start();
  const auto inquiry = hang();
  inquiry->cancel();
  EXPECT_EQ(failure(*inquiry), ErrorCode::Cancelled);
  EXPECT_TRUE(engine.wait_idle(backend::RecordingSink::kPatience));
  EXPECT_EQ(engine.stats().cancelled, 1U);
}

TEST_F(InquiriesTest, ADeadlineEndsIt) {
  start({.default_timeout = milliseconds(20)});
  EXPECT_EQ(failure(*hang()), ErrorCode::DeadlineExceeded);
}

TEST_F(InquiriesTest, UnloadingTheModelEndsIt) {
  Engine& engine = start();
  EXPECT_TRUE((*embed("hello")->take(backend::RecordingSink::kPatience)).has_value());
  const auto inquiry = hang();
  ASSERT_TRUE(engine.unload_model("m").has_value());
  EXPECT_EQ(failure(*inquiry), ErrorCode::Cancelled);
}

TEST_F(InquiriesTest, TheReaderIsToldWhenTheAnswerIsThere) {
  start();
  const auto inquiry = embed("hello");
  std::promise<void> told;
  inquiry->on_ready([&] { told.set_value(); });
  told.get_future().wait();
  EXPECT_TRUE(inquiry->take(milliseconds(0)).has_value());
}

TEST_F(InquiriesTest, OneMayOutliveTheEngine) {
  start();
  const auto inquiry = hang();
  engine_.reset();
  EXPECT_EQ(failure(*inquiry), ErrorCode::Cancelled);
  inquiry->cancel();
}

}  // namespace
}  // namespace pcai::engine
