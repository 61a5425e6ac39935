#include "capi/dialect.h"

namespace pcai::capi {
namespace {

constexpr api::FieldName kNames[] = {
    {"model", "model"},
    {"messages", "messages"},
    {"messages[].media[]", ""},
    {"tools", "tools"},
    {"tools[].name", "tools[].function.name"},
    {"tools[].description", "tools[].function.description"},
    {"tools[].parameters", "tools[].function.parameters"},
    {"tool_choice", "tool_choice"},
    {"prompt", "prompt"},
    {"temperature", "temperature"},
    {"top_p", "top_p"},
    {"top_k", "top_k"},
    {"min_p", "min_p"},
    {"repeat_penalty", "repeat_penalty"},
    {"frequency_penalty", "frequency_penalty"},
    {"presence_penalty", "presence_penalty"},
    {"repeat_last_n", "penalty_last_n"},
    {"max_tokens", "max_tokens"},
    {"stop", "stop"},
    {"seed", "seed"},
    {"logit_bias", "logit_bias"},
    {"prompt_logprobs", ""},
    {"logprobs", "logprobs"},
    {"top_logprobs", "top_logprobs"},
    {"ignore_eos", "ignore_eos"},
    {"grammar", "json_schema"},
    {"adapters", "lora"},
    {"template_arguments", ""},
    {"suffix", ""},
};

}  // namespace

constinit const api::Dialect kAbiDialect{kNames, std::nullopt, nullptr};

api::Places places_of(const GenerateRequest& request) {
  api::Places places;
  if (std::holds_alternative<TokenPrompt>(request.prompt)) places.add_whole("prompt", "tokens");
  return places;
}

}  // namespace pcai::capi
