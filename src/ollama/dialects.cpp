#include "ollama/dialects.h"

#include "ollama/generate_answer.h"

namespace pcai::ollama {
namespace {

constexpr std::array<api::FieldName, 11> kShared{{
    {"model", "model"},
    {"grammar", "format"},
    {"template_arguments", "think"},
    {"adapters", "options.lora"},
    {"max_tokens", "options.num_predict"},
    {"logprobs", "logprobs"},
    {"top_logprobs", "top_logprobs"},
    {"logit_bias", ""},
    {"prompt_logprobs", ""},
    {"ignore_eos", ""},
    {"reasoning_budget", ""},
}};

constexpr auto kChat = api::join(
    kShared,
    std::array<api::FieldName, 12>{{
        {"messages", "messages"},
        {"messages[].content", "messages[].content"},
        {"messages[].reasoning", "messages[].thinking"},
        {"messages[].media[]", "messages[].images[]"},
        {"messages[].tool_calls[].arguments", "messages[].tool_calls[].function.arguments"},
        {"tools", "tools"},
        {"tools[].name", "tools[].function.name"},
        {"tools[].description", "tools[].function.description"},
        {"tools[].parameters", "tools[].function.parameters"},
        {"tool_choice", "tool_choice"},
        {"prompt", ""},
        {"suffix", ""},
    }});

constexpr auto kGenerate = api::join(kShared, std::array<api::FieldName, 7>{{
                                                  {"prompt", "prompt"},
                                                  {"suffix", "suffix"},
                                                  {"messages", "prompt"},
                                                  {"messages[].content", "prompt"},
                                                  {"messages[]", ""},
                                                  {"tools", ""},
                                                  {"tool_choice", ""},
                                              }});

constexpr api::FieldName kEmbed[] = {{"model", "model"}, {"inputs", "input"}, {"pooling", ""}};
constexpr api::FieldName kEmbeddings[] = {
    {"model", "model"}, {"inputs", "prompt"}, {"inputs[]", "prompt"}, {"pooling", ""}};

}  // namespace

constinit const api::Dialect kOllamaDialect{{}, "", ollama_error_body};
constinit const api::Dialect kOllamaChatDialect{kChat, "options.", ollama_error_body};
constinit const api::Dialect kOllamaGenerateDialect{kGenerate, "options.", ollama_error_body};
constinit const api::Dialect kOllamaEmbedDialect{kEmbed, "", ollama_error_body};
constinit const api::Dialect kOllamaEmbeddingsDialect{kEmbeddings, "", ollama_error_body};

}  // namespace pcai::ollama
