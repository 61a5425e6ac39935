#pragma once

#include <cstddef>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include "backend/worker/messages.h"
#include "core/parameters/parameters.h"

// The fields of every struct that travels between the two processes. messages.cpp makes the
// encoding and the decoding from this list alone. A struct travels as a map with these names, so
// both processes must be of the same build; WorkerOptions::command makes sure of that by default.
//
// The structured binding names each member in the order of its declaration. So a member that is
// added to a struct does not compile until it is added here. For each Type the macro defines:
//   fields_of(value)      a tuple of references to the members
//   field_names_of(type)  their names, separated by commas; the argument is a null Type*
//   name_of(type)         the struct's name, by which a variant says which of its types it holds
#define PCAI_FIELDS(Type, ...)                                      \
  inline auto fields_of(Type& value) {                              \
    auto& [__VA_ARGS__] = value;                                    \
    return std::tie(__VA_ARGS__);                                   \
  }                                                                 \
  inline auto fields_of(const Type& value) {                        \
    const auto& [__VA_ARGS__] = value;                              \
    return std::tie(__VA_ARGS__);                                   \
  }                                                                 \
  constexpr std::string_view field_names_of(const Type*) noexcept { \
    return #__VA_ARGS__;                                            \
  }                                                                 \
  constexpr std::string_view name_of(const Type*) noexcept {        \
    return #Type;                                                   \
  }

// The same for a struct without members, to which the structured binding cannot be applied.
#define PCAI_NO_FIELDS(Type)                                        \
  inline std::tuple<> fields_of(const Type&) {                      \
    static_assert(std::is_empty_v<Type>, "list its fields");        \
    return {};                                                      \
  }                                                                 \
  constexpr std::string_view field_names_of(const Type*) noexcept { \
    return "";                                                      \
  }                                                                 \
  constexpr std::string_view name_of(const Type*) noexcept {        \
    return #Type;                                                   \
  }

namespace pcai::backend::worker {

// The parameters of core's table, then what is no scalar.
template <class Params>
requires std::is_same_v<std::remove_const_t<Params>, GenerateParams>
auto fields_of(Params& params) {
  return [&]<std::size_t... I>(std::index_sequence<I...>) {
    return std::tie(params.*std::get<kParameters[I].member.index()>(kParameters[I].member)...,
                    params.logit_bias, params.grammar, params.adapters, params.prompt_logprobs);
  }
  (std::make_index_sequence<kParameters.size()>());
}

// core: requests and what they are made of.
PCAI_FIELDS(Error, code, message, field)

PCAI_FIELDS(ToolCall, id, name, arguments)
PCAI_FIELDS(ToolDefinition, name, description, parameters)
PCAI_FIELDS(ToolOptions, definitions, choice, allowed, parallel)
PCAI_FIELDS(Grammar, kind, source)
PCAI_FIELDS(TemplateArgument, name, json)
PCAI_FIELDS(Media, kind, bytes, position)
PCAI_FIELDS(ChatMessage, role, content, tool_calls, tool_call_id, name, reasoning, media)
PCAI_FIELDS(LogitBias, token, bias)
PCAI_FIELDS(AdapterScale, index, scale)
PCAI_FIELDS(ChatPrompt, messages, tools, reasoning, continues, template_arguments)
PCAI_FIELDS(TextPrompt, text)
PCAI_FIELDS(TokenPrompt, tokens)
PCAI_FIELDS(InfillPrompt, prefix, suffix)
PCAI_FIELDS(GenerateRequest, model, prompt, params, cache_scope, timeout)

// core: events and what they are made of. Accepted never travels: the engine says it.
PCAI_FIELDS(Usage, prompt_tokens, cached_tokens, completion_tokens, reasoning_tokens)
PCAI_FIELDS(Timings, queue_ms, prefill_ms, first_token_ms, decode_ms)
PCAI_FIELDS(TokenLogprob, token, bytes, logprob)
PCAI_FIELDS(TokenLogprobs, chosen, top)
PCAI_NO_FIELDS(Accepted)
PCAI_FIELDS(Warned, warnings)
PCAI_FIELDS(PromptLogprobs, tokens)
PCAI_FIELDS(TextDelta, text, logprobs)
PCAI_FIELDS(ReasoningDelta, text)
PCAI_FIELDS(ToolCallDelta, index, id, name, arguments)
PCAI_FIELDS(Finished, reason, usage, timings, stop_sequence)
PCAI_FIELDS(Failed, error, usage, timings)

// core: models.
PCAI_FIELDS(AdapterConfig, path, scale)
PCAI_FIELDS(ModelConfig, model_path, context_length, gpu_layers, gpu_devices, chat_template,
            batch_size, threads, max_sequences, kernels, reproducible, projector,
            projector_optional, adapters, isq, open_objects)
PCAI_FIELDS(ModelDefaults, params, given, system, messages)
PCAI_FIELDS(ModelSpec, id, config, backend, memory_bytes, pinned, keep_alive, defaults)
PCAI_FIELDS(ModelInfo, id, backend, architecture, format, quantization, context_length,
            train_context_length, parameter_count, size_bytes, vocabulary_size, max_sequences,
            memory_bytes, generates, sees, hears, fills_gaps, warnings)
PCAI_FIELDS(ModelStats, kv_cells_total, kv_cells_used, kv_cells_active, sequences_running,
            sequences_waiting, steps, prompt_tokens_computed, prompt_tokens_cached,
            tokens_generated, preemptions)

// core: queries and their answers.
PCAI_FIELDS(EmbedRequest, model, inputs, pooling, truncate)
PCAI_FIELDS(Embedding, values, tokens, truncated)
PCAI_FIELDS(RankRequest, model, query, documents)
PCAI_FIELDS(RankScore, score, tokens)
PCAI_FIELDS(TokenizeRequest, model, text, add_special, parse_special, pieces)
PCAI_FIELDS(Tokens, ids, pieces)
PCAI_FIELDS(DetokenizeRequest, model, tokens)
PCAI_FIELDS(TemplateRequest, model, chat)
PCAI_FIELDS(CountRequest, model, prompt)

// messages.h, in its order.
PCAI_FIELDS(LoadCommand, spec, heartbeat, memory_limit, harden)
PCAI_FIELDS(SubmitCommand, id, request)
PCAI_FIELDS(CancelCommand, id)
PCAI_FIELDS(QueryCommand, id, query)
PCAI_FIELDS(CancelQueryCommand, id)
PCAI_NO_FIELDS(ShutdownCommand)
PCAI_FIELDS(LoadProgressed, fraction)
PCAI_FIELDS(ModelAbilities, embedder, ranker, token_codec)
PCAI_FIELDS(ModelLoaded, info, abilities)
PCAI_FIELDS(LoadFailed, error)
PCAI_FIELDS(RequestTaken, id)
PCAI_FIELDS(RequestRefused, id, error)
PCAI_FIELDS(RequestEvent, id, event)
PCAI_FIELDS(Embeddings, items, more)
PCAI_FIELDS(RankScores, items)
PCAI_FIELDS(CodecText, text)
PCAI_FIELDS(TokenCount, count)
PCAI_FIELDS(QueryAnswered, id, answer)
PCAI_FIELDS(QueryFailed, id, error)
PCAI_FIELDS(Heartbeat, stats)

}  // namespace pcai::backend::worker

#undef PCAI_FIELDS
#undef PCAI_NO_FIELDS
