#include "openai/dialects.h"

#include "openai/error_body.h"

namespace pcai {
namespace {

std::string body_of(const Error& error, std::string_view) {
  return error_body(error);
}

constexpr FieldName kChat[] = {
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
    {"prompt", ""},
    {"suffix", ""},
};

constexpr FieldName kCompletion[] = {
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
};

constexpr FieldName kResponses[] = {
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
    {"prompt", ""},
    {"suffix", ""},
};

constexpr FieldName kEmbedding[] = {
    {"model", "model"}, {"inputs", "input"}, {"pooling", "pooling"}};
constexpr FieldName kRerank[] = {
    {"model", "model"}, {"query", "query"}, {"documents", "documents"}};
constexpr FieldName kTokenize[] = {{"model", "model"}, {"text", "content"}};
constexpr FieldName kDetokenize[] = {{"model", "model"}, {"tokens", "tokens"}};

}  // namespace

constinit const Dialect kPlainDialect{{}, "", body_of};
constinit const Dialect kChatDialect{kChat, "", body_of};
constinit const Dialect kCompletionDialect{kCompletion, "", body_of};
constinit const Dialect kResponsesDialect{kResponses, "", body_of};
constinit const Dialect kEmbeddingDialect{kEmbedding, "", body_of};
constinit const Dialect kRerankDialect{kRerank, "", body_of};
constinit const Dialect kTokenizeDialect{kTokenize, "", body_of};
constinit const Dialect kDetokenizeDialect{kDetokenize, "", body_of};

}  // namespace pcai
