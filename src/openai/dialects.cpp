#include "openai/dialects.h"

#include "openai/error_body.h"

namespace pcai {
namespace {

std::string body_of(const Error& error, std::string_view) {
  return error_body(error);
}

/// What all generating routes share: sampling_fields().
constexpr std::array<FieldName, 14> kSampling{{{"model", "model"},
                                               {"temperature", "temperature"},
                                               {"top_p", "top_p"},
                                               {"top_k", "top_k"},
                                               {"min_p", "min_p"},
                                               {"repeat_penalty", "repeat_penalty"},
                                               {"frequency_penalty", "frequency_penalty"},
                                               {"presence_penalty", "presence_penalty"},
                                               {"penalty_last_n", "repeat_last_n"},
                                               {"stop", "stop"},
                                               {"seed", "seed"},
                                               {"logit_bias", "logit_bias"},
                                               {"ignore_eos", "ignore_eos"},
                                               {"adapters", "lora"}}};

constexpr auto kChat = join(
    kSampling, std::array<FieldName, 18>{{{"messages", "messages"},
                                          {"messages[].content", "messages[].content"},
                                          {"messages[].reasoning", "messages[].reasoning_content"},
                                          {"messages[].media[]", "messages[].content"},
                                          {"messages[].tool_calls[].arguments",
                                           "messages[].tool_calls[].function.arguments"},
                                          {"tools", "tools"},
                                          {"tools[].name", "tools[].function.name"},
                                          {"tools[].description", "tools[].function.description"},
                                          {"tools[].parameters", "tools[].function.parameters"},
                                          {"tool_choice", "tool_choice"},
                                          {"template_arguments", "chat_template_kwargs"},
                                          {"max_tokens", "max_tokens"},
                                          {"logprobs", "logprobs"},
                                          {"grammar", "response_format"},
                                          {"reasoning_budget", "reasoning_budget"},
                                          {"prompt", ""},
                                          {"suffix", ""},
                                          {"top_logprobs", "top_logprobs"}}});

constexpr auto kCompletion = join(kSampling, std::array<FieldName, 13>{{
                                                 {"prompt", "prompt"},
                                                 {"suffix", "suffix"},
                                                 {"max_tokens", "max_tokens"},
                                                 {"logprobs", "logprobs"},
                                                 {"top_logprobs", "logprobs"},
                                                 {"tokens", "prompt"},    // of an echo
                                                 {"messages", "prompt"},  // of mistral.rs
                                                 {"messages[]", ""},
                                                 {"tools", ""},
                                                 {"tool_choice", ""},
                                                 {"template_arguments", ""},
                                                 {"grammar", ""},
                                                 {"reasoning_budget", ""},
                                             }});

constexpr auto kResponses = join(kSampling, std::array<FieldName, 15>{{
                                                {"messages", "input"},
                                                {"messages[].content", "input"},
                                                {"messages[].reasoning", "input"},
                                                {"messages[].media[]", "input"},
                                                {"messages[].tool_calls[].arguments", "input"},
                                                {"tools", "tools"},
                                                {"tool_choice", "tool_choice"},
                                                {"template_arguments", "chat_template_kwargs"},
                                                {"max_tokens", "max_output_tokens"},
                                                {"logprobs", "include"},
                                                {"grammar", "text.format"},
                                                {"reasoning_budget", "reasoning_budget"},
                                                {"prompt", ""},
                                                {"suffix", ""},
                                                {"top_logprobs", "top_logprobs"},
                                            }});

constexpr FieldName kEmbedding[] = {
    {"model", "model"}, {"inputs", "input"}, {"pooling", "pooling"}};
constexpr FieldName kRerank[] = {
    {"model", "model"}, {"query", "query"}, {"documents", "documents"}};
constexpr FieldName kTokenize[] = {{"model", "model"}, {"text", "content"}};
constexpr FieldName kDetokenize[] = {{"model", "model"}, {"tokens", "tokens"}};

}  // namespace

constinit const Dialect kPlainDialect{{}, body_of};
constinit const Dialect kChatDialect{kChat, body_of};
constinit const Dialect kCompletionDialect{kCompletion, body_of};
constinit const Dialect kResponsesDialect{kResponses, body_of};
constinit const Dialect kEmbeddingDialect{kEmbedding, body_of};
constinit const Dialect kRerankDialect{kRerank, body_of};
constinit const Dialect kTokenizeDialect{kTokenize, body_of};
constinit const Dialect kDetokenizeDialect{kDetokenize, body_of};

}  // namespace pcai
