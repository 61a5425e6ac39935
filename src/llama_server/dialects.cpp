#include "llama_server/dialects.h"

#include "openai/error_body.h"

namespace pcai::llama_server {
namespace {

std::string body_of(const Error& error, std::string_view) {
  return openai::error_body(error);
}

constexpr std::array<api::FieldName, 13> kShared{{
    {"model", "model"},
    {"logit_bias", "logit_bias"},
    {"adapters", "lora"},
    {"max_tokens", "n_predict"},
    {"logprobs", "n_probs"},
    {"top_logprobs", "n_probs"},
    {"grammar", "grammar"},
    {"messages[]", ""},
    {"prompt_logprobs", ""},
    {"reasoning_budget", ""},
    {"tools", ""},
    {"tool_choice", ""},
    {"template_arguments", ""},
}};

constexpr auto kCompletion = api::join(kShared, std::array<api::FieldName, 3>{{
                                                    {"prompt", "prompt"},
                                                    {"messages", "prompt"},
                                                    {"suffix", ""},
                                                }});

constexpr auto kInfill = api::join(kShared, std::array<api::FieldName, 3>{{
                                                {"prompt", "input_prefix"},
                                                {"messages", "input_prefix"},
                                                {"suffix", "input_suffix"},
                                            }});

}  // namespace

constinit const api::Dialect kLlamaCompletionDialect{kCompletion, "", body_of};
constinit const api::Dialect kLlamaInfillDialect{kInfill, "", body_of};

}  // namespace pcai::llama_server
