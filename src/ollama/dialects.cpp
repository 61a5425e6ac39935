#include "ollama/dialects.h"

#include "ollama/generate_answer.h"

namespace pcai {
namespace {

constexpr std::array<FieldName, 20> kShared{{
    {"model", "model"},
    {"temperature", "options.temperature"},
    {"top_p", "options.top_p"},
    {"top_k", "options.top_k"},
    {"min_p", "options.min_p"},
    {"repeat_penalty", "options.repeat_penalty"},
    {"frequency_penalty", "options.frequency_penalty"},
    {"presence_penalty", "options.presence_penalty"},
    {"penalty_last_n", "options.repeat_last_n"},
    {"max_tokens", "options.num_predict"},
    {"stop", "options.stop"},
    {"seed", "options.seed"},
    {"adapters", "options.lora"},
    {"logprobs", "logprobs"},
    {"top_logprobs", "top_logprobs"},
    {"grammar", "format"},
    {"template_arguments", "think"},
    {"reasoning_budget", ""},
    {"logit_bias", ""},
    {"ignore_eos", ""},
}};

constexpr auto kChat =
    join(kShared,
         std::array<FieldName, 12>{{
             {"messages", "messages"},
             {"messages[].content", "messages[].content"},
             {"messages[].reasoning", "messages[].thinking"},
             {"messages[].media[]", "messages[].images[]"},
             {"messages[].tool_calls[].arguments", "messages[].tool_calls[].function.arguments"},
             {"tools", "tools"},
             {"tools[].name", "tools[].function.name"},
             {"tools[].description", "tools[].function.description"},
             {"tools[].parameters", "tools[].function.parameters"},
             {"tool_choice", ""},
             {"prompt", ""},
             {"suffix", ""},
         }});

constexpr auto kGenerate = join(kShared, std::array<FieldName, 7>{{
                                             {"prompt", "prompt"},
                                             {"suffix", "suffix"},
                                             {"messages", "prompt"},
                                             {"messages[].content", "prompt"},
                                             {"messages[]", ""},
                                             {"tools", ""},
                                             {"tool_choice", ""},
                                         }});

constexpr FieldName kEmbed[] = {{"model", "model"}, {"inputs", "input"}, {"pooling", ""}};
constexpr FieldName kEmbeddings[] = {
    {"model", "model"}, {"inputs", "prompt"}, {"inputs[]", "prompt"}, {"pooling", ""}};

}  // namespace

constinit const Dialect kOllamaDialect{{}, ollama_error_body};
constinit const Dialect kOllamaChatDialect{kChat, ollama_error_body};
constinit const Dialect kOllamaGenerateDialect{kGenerate, ollama_error_body};
constinit const Dialect kOllamaEmbedDialect{kEmbed, ollama_error_body};
constinit const Dialect kOllamaEmbeddingsDialect{kEmbeddings, ollama_error_body};

}  // namespace pcai
