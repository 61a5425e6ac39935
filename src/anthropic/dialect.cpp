#include "anthropic/dialect.h"

#include "anthropic/error_body.h"

namespace pcai::anthropic {
namespace {

constexpr api::FieldName kNames[] = {
    {"model", "model"},
    {"messages", "messages"},
    {"messages[].content", "messages"},  // which ones, Places says
    {"messages[].reasoning", "messages"},
    {"messages[].media[]", "messages"},
    {"messages[].tool_calls[].arguments", "messages"},
    {"tools", "tools"},
    {"tools[].parameters", "tools[].input_schema"},
    {"tool_choice", "tool_choice"},
    {"max_tokens", "max_tokens"},
    {"temperature", "temperature"},
    {"top_p", "top_p"},
    {"top_k", "top_k"},
    {"stop", "stop_sequences"},
    {"grammar", "output_config.format"},
    {"reasoning_budget", "thinking.budget_tokens"},
    {"template_arguments", ""},
    {"prompt", ""},
    {"suffix", ""},
    {"logit_bias", ""},
    {"prompt_logprobs", ""},
    {"adapters", ""},
};

}  // namespace

constinit const api::Dialect kAnthropicDialect{kNames, std::nullopt, anthropic_error_body,
                                               "request-id"};

}  // namespace pcai::anthropic
