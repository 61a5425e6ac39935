#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

#include "backend/recording_sink.h"
#include "llamacpp/real_model.h"

namespace pcai::backend::llamacpp {
namespace {

using nlohmann::json;

// The default model does not reason; a template that opens reasoning makes it write on there, and
// it never closes it.
constexpr const char* kReasons = R"(
{%- for message in messages %}<|im_start|>{{ message.role }}
{{ message.content }}<|im_end|>
{% endfor %}
{%- if add_generation_prompt %}<|im_start|>assistant
<think>
{% endif %}{# </think> #})";

// The tokens of "</think>" in its vocabulary.
constexpr std::uint32_t kEndTokens = 3;

class ReasoningBudgetTest : public RealModelTest {
 protected:
  void SetUp() override {
    RealModelTest::SetUp();
    if (IsSkipped()) return;
    auto loaded = load({.model_path = path(), .chat_template = kReasons, .threads = 1});
    ASSERT_TRUE(loaded) << loaded.error().message;
    reasoner_ = std::move(*loaded);
  }

  std::vector<GenerateEvent> answer(GenerateRequest request) {
    const auto sink = std::make_shared<backend::RecordingSink>();
    const Status submitted = reasoner_->submit(++id_, std::move(request), sink);
    EXPECT_TRUE(submitted) << submitted.error().message;
    return submitted ? sink->wait() : std::vector<GenerateEvent>{};
  }

  std::unique_ptr<LoadedModel> reasoner_;
  RequestId id_ = 0;
};

std::string reasoning_of(const std::vector<GenerateEvent>& events) {
  std::string text;
  for (const GenerateEvent& event : events) {
    if (const auto* delta = std::get_if<ReasoningDelta>(&event)) text += delta->text;
  }
  return text;
}

const Usage& usage_of(const std::vector<GenerateEvent>& events) {
  static const Usage kNone;
  const Finished* const finished = backend::finished_in(events);
  EXPECT_NE(finished, nullptr);
  return finished != nullptr ? finished->usage : kNone;
}

TEST_F(ReasoningBudgetTest, WithoutABudgetAllIsReasoning) {
  const auto events = answer(ask("Why is the sky blue?", 24));
  EXPECT_EQ(usage_of(events).reasoning_tokens, 24U);
  EXPECT_EQ(backend::text_of(events), "");
}

TEST_F(ReasoningBudgetTest, ABudgetThatIsUsedUpEndsTheReasoning) {
  for (const std::uint32_t budget : {0U, 10U}) {
    SCOPED_TRACE(budget);
    GenerateRequest request = ask("Why is the sky blue?", 40);
    request.params.reasoning_budget = budget;
    const std::uint64_t steps = reasoner_->stats().steps;
    const auto events = answer(std::move(request));
    const Usage usage = usage_of(events);
    EXPECT_EQ(usage.reasoning_tokens, budget + kEndTokens);
    EXPECT_EQ(reasoning_of(events).empty(), budget == 0);
    EXPECT_NE(backend::text_of(events), "");
    EXPECT_EQ((reasoning_of(events) + backend::text_of(events)).find("think>"), std::string::npos);
    // The forced tokens are computed together.
    EXPECT_LT(reasoner_->stats().steps - steps, usage.completion_tokens);
  }
}

TEST_F(ReasoningBudgetTest, ABudgetThatIsNotUsedUpChangesNothing) {
  const auto without = answer(ask("Why is the sky blue?", 16));
  GenerateRequest request = ask("Why is the sky blue?", 16);
  request.params.reasoning_budget = 1000;
  const auto with = answer(std::move(request));
  EXPECT_EQ(reasoning_of(with), reasoning_of(without));
  EXPECT_EQ(backend::text_of(with), "");
}

TEST_F(ReasoningBudgetTest, TheAnswerBehindItStillMatchesItsGrammar) {
  for (const bool logprobs : {false, true}) {
    SCOPED_TRACE(logprobs);
    GenerateRequest request = ask("Is the sky blue? Answer as JSON.", 60);
    request.params.reasoning_budget = 5;
    request.params.logprobs = logprobs;
    request.params.grammar = Grammar{GrammarKind::JsonSchema,
                                     R"({"type":"object","properties":{"blue":{"type":"boolean"}},)"
                                     R"("required":["blue"],"additionalProperties":false})"};
    const auto events = answer(std::move(request));
    EXPECT_TRUE(json::parse(backend::text_of(events), nullptr, false).contains("blue"))
        << backend::text_of(events);
    EXPECT_EQ(usage_of(events).reasoning_tokens, 5 + kEndTokens);
    if (logprobs) {
      EXPECT_EQ(backend::logprobs_of(events).size(), usage_of(events).completion_tokens);
    }
  }
}

TEST_F(ReasoningBudgetTest, ToolsAreCalledBehindIt) {
  GenerateRequest request = ask("How warm is Paris?", 80);
  request.params.reasoning_budget = 3;
  std::get<ChatPrompt>(request.prompt).tools = {.definitions = {{"get_time", "Tells the time", ""}},
                                                .choice = ToolChoice::Required,
                                                .parallel = false};
  const auto events = answer(std::move(request));
  ASSERT_NE(backend::finished_in(events), nullptr);
  EXPECT_EQ(backend::finished_in(events)->reason, FinishReason::ToolCalls);
  EXPECT_EQ(usage_of(events).reasoning_tokens, 3 + kEndTokens);
}

}  // namespace
}  // namespace pcai::backend::llamacpp
