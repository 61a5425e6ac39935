#include "openai/dialects.h"

#include "openai/error_body.h"

namespace pcai::openai {
namespace {

std::string body_of(const Error& error, std::string_view) {
  return error_body(error);
}

constexpr api::FieldName kChat[] = {
    {"model", "model"},
    {"messages", "messages"},
    {"messages[].reasoning", "messages[].reasoning_content"},
    {"messages[].media[]", "messages[].content"},
    {"messages[].tool_calls[].arguments", "messages[].tool_calls[].function.arguments"},
    {"tools", "tools"},
    {"tools[].name", "tools[].function.name"},
    {"tools[].description", "tools[].function.description"},
    {"tools[].parameters", "tools[].function.parameters"},
    {"tool_choice", "tool_choice"},
    {"template_arguments", "chat_template_kwargs"},
    {"grammar", "response_format"},
    {"logit_bias", "logit_bias"},
    {"adapters", "lora"},
    {"prompt_logprobs", "prompt_logprobs"},
    {"prompt", ""},
    {"suffix", ""},
};

constexpr api::FieldName kCompletion[] = {
    {"model", "model"},
    {"prompt", "prompt"},
    {"tokens", "prompt"},    // of an echo
    {"messages", "prompt"},  // as mistral.rs calls any prompt
    {"messages[]", ""},
    {"suffix", "suffix"},
    {"logit_bias", "logit_bias"},
    {"adapters", "lora"},
    {"top_logprobs", "logprobs"},
    {"reasoning_budget", ""},
    {"tools", ""},
    {"tool_choice", ""},
    {"template_arguments", ""},
    {"grammar", ""},
    {"prompt_logprobs", "prompt_logprobs"},
};

constexpr api::FieldName kResponses[] = {
    {"model", "model"},
    {"messages", "input"},
    {"messages[].content", "input"},  // which item, Places says
    {"messages[].reasoning", "input"},
    {"messages[].media[]", "input"},
    {"messages[].tool_calls[].arguments", "input"},
    {"tools", "tools"},
    {"tool_choice", "tool_choice"},
    {"template_arguments", "chat_template_kwargs"},
    {"grammar", "text.format"},
    {"logit_bias", "logit_bias"},
    {"adapters", "lora"},
    {"max_tokens", "max_output_tokens"},
    {"logprobs", "include"},
    {"prompt_logprobs", ""},
    {"prompt", ""},
    {"suffix", ""},
};

constexpr api::FieldName kEmbedding[] = {
    {"model", "model"}, {"inputs", "input"}, {"pooling", "pooling"}};
constexpr api::FieldName kRerank[] = {
    {"model", "model"}, {"query", "query"}, {"documents", "documents"}};
constexpr api::FieldName kTokenize[] = {{"model", "model"}, {"text", "content"}};
constexpr api::FieldName kDetokenize[] = {{"model", "model"}, {"tokens", "tokens"}};

}  // namespace

constinit const api::Dialect kPlainDialect{{}, "", body_of};
constinit const api::Dialect kChatDialect{kChat, "", body_of};
constinit const api::Dialect kCompletionDialect{kCompletion, "", body_of};
constinit const api::Dialect kResponsesDialect{kResponses, "", body_of};
constinit const api::Dialect kEmbeddingDialect{kEmbedding, "", body_of};
constinit const api::Dialect kRerankDialect{kRerank, "", body_of};
constinit const api::Dialect kTokenizeDialect{kTokenize, "", body_of};
constinit const api::Dialect kDetokenizeDialect{kDetokenize, "", body_of};

}  // namespace pcai::openai
