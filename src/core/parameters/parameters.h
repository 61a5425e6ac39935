#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string_view>

#include "core/parameters/limits.h"
#include "core/parameters/parameter.h"

// The parameters of a request as data. Range checks, a model's defaults, the fields of every API,
// the flags of `pcai run`, the messages to a worker and to mistral.rs, and the manual come from
// this table; docs/adr/0028-one-table-of-parameters.md.

namespace pcai {

namespace detail {

constexpr Faces kSampling = Face::Field | Face::Ollama | Face::Flag | Face::Default | Face::Bridge;

/// What mistral.rs lacks.
constexpr Faces kLlamacpp = Face::Field | Face::Ollama | Face::Flag | Face::Default;

}  // namespace detail

/// The table.
inline constexpr std::array kParameters = {
    Parameter{.name = "temperature",
              .member = &GenerateParams::temperature,
              .help = "Sampling temperature; 0 = always the most likely token",
              .range = {0},
              .http = Range{0, 2},
              .faces = detail::kSampling},
    Parameter{
        .name = "top_p",
        .member = &GenerateParams::top_p,
        .help =
            "Nucleus sampling: keep the most likely tokens up to this total probability; 1 is off",
        .range = {0, 1},
        .off = 1,
        .faces = detail::kSampling},
    Parameter{.name = "top_k",
              .member = &GenerateParams::top_k,
              .help = "Keep only this many of the most likely tokens; 0 = off",
              .range = {0, kMaxTokenCount},
              .off = 0,
              .peers_off = -1,
              .faces = detail::kSampling},
    Parameter{
        .name = "min_p",
        .member = &GenerateParams::min_p,
        .help = "Drop tokens below this share of the most likely token's probability; 0 is off",
        .range = {0, 1},
        .off = 0,
        .faces = detail::kSampling},
    Parameter{
        .name = "repeat_penalty",
        .member = &GenerateParams::repeat_penalty,
        .help = "Penalty on tokens that already occurred in the prompt or the answer; 1 = off",
        .range = {0, Range{}.max, true},
        .off = 1,
        .http = Range{0, 10, true},
        .http_alias = "repetition_penalty",
        .faces = detail::kSampling},
    Parameter{.name = "frequency_penalty",
              .member = &GenerateParams::frequency_penalty,
              .help = "Penalty on a token for each time that it occurred in the answer; 0 = off",
              .off = 0,
              .http = Range{-2, 2},
              .faces = detail::kSampling},
    Parameter{.name = "presence_penalty",
              .member = &GenerateParams::presence_penalty,
              .help = "Penalty on a token that occurred in the answer at least once; 0 = off",
              .off = 0,
              .http = Range{-2, 2},
              .faces = detail::kSampling},
    Parameter{
        .name = "repeat_last_n",
        .member = &GenerateParams::repeat_last_n,
        .help = "Number of last tokens that the penalties count; 0 = off, -1 = the whole context",
        .range = {-1, kMaxLookBack},
        .off = 0,
        .faces = detail::kSampling},
    Parameter{.name = "typical_p",
              .member = &GenerateParams::typical_p,
              .help = "Locally typical sampling: keep the most typical tokens up to this total "
                      "probability; 1 = off",
              .range = {0, 1},
              .off = 1,
              .faces = detail::kSampling},
    Parameter{.name = "top_n_sigma",
              .member = &GenerateParams::top_n_sigma,
              .help = "Keep tokens whose logit is within this many standard deviations of the "
                      "largest; 0 or -1 = off",
              .range = {-1, 100},
              .off = 0,
              .faces = detail::kSampling},
    Parameter{
        .name = "dynatemp_range",
        .member = &GenerateParams::dynatemp_range,
        .help = "Dynamic temperature: vary the temperature by this much with the entropy; 0 = off",
        .range = {0, 10},
        .off = 0,
        .faces = detail::kSampling},
    Parameter{.name = "dynatemp_exponent",
              .member = &GenerateParams::dynatemp_exponent,
              .help = "Exponent that maps the entropy to a temperature in dynatemp_range",
              .range = {0, 10},
              .faces = detail::kSampling},
    Parameter{.name = "xtc_probability",
              .member = &GenerateParams::xtc_probability,
              .help = "XTC: probability of removing all tokens above xtc_threshold except the "
                      "least likely of them; 0 = off",
              .range = {0, 1},
              .off = 0,
              .faces = detail::kSampling},
    Parameter{.name = "xtc_threshold",
              .member = &GenerateParams::xtc_threshold,
              .help = "XTC: minimum probability of a token that may be removed; above 0.5 = off",
              .range = {0, 1},
              .faces = detail::kSampling},
    Parameter{
        .name = "dry_multiplier",
        .member = &GenerateParams::dry_multiplier,
        .help = "DRY: strength of the penalty on tokens that would extend a repetition; 0 = off",
        .range = {0, 100},
        .off = 0,
        .faces = detail::kLlamacpp},
    Parameter{.name = "dry_base",
              .member = &GenerateParams::dry_base,
              .help = "DRY: growth of the penalty with each repeated token",
              .range = {1, 100},
              .faces = detail::kLlamacpp},
    Parameter{.name = "dry_allowed_length",
              .member = &GenerateParams::dry_allowed_length,
              .help = "DRY: longest repetition without a penalty, in tokens",
              .range = {1, kMaxLookBack},
              .faces = detail::kLlamacpp},
    Parameter{.name = "dry_penalty_last_n",
              .member = &GenerateParams::dry_penalty_last_n,
              .help = "DRY: number of last tokens that are searched for repetitions; 0 = off, -1 = "
                      "the whole context",
              .range = {-1, kMaxLookBack},
              .off = 0,
              .faces = detail::kLlamacpp},
    Parameter{.name = "dry_sequence_breakers",
              .member = &GenerateParams::dry_sequence_breakers,
              .help = "DRY: texts that end a repetition",
              .range = {0, 16},
              .text_bytes = 40,
              .faces = detail::kLlamacpp},
    Parameter{
        .name = "mirostat",
        .member = &GenerateParams::mirostat,
        .help = "Mirostat version 1 or 2, which replaces the other truncating samplers; 0 = off",
        .range = {0, 2},
        .off = 0,
        .faces = detail::kLlamacpp},
    Parameter{.name = "mirostat_tau",
              .member = &GenerateParams::mirostat_tau,
              .help = "Mirostat: target surprise, in bits",
              .range = {0, 100},
              .faces = detail::kLlamacpp},
    Parameter{.name = "mirostat_eta",
              .member = &GenerateParams::mirostat_eta,
              .help = "Mirostat: learning rate",
              .range = {0, 1},
              .faces = detail::kLlamacpp},
    Parameter{.name = "min_keep",
              .member = &GenerateParams::min_keep,
              .help = "Minimum number of tokens that top_p, min_p, typical_p and XTC keep; 0 = off",
              .range = {0, kMaxLookBack},
              .off = 0,
              .faces = detail::kSampling},
    Parameter{.name = "seed",
              .member = &GenerateParams::seed,
              .help = "The same seed gives the same answer; -1 or absent = a random seed",
              .range = {-0x1p63, 0x1p64},
              .peers_off = -1,
              .faces = detail::kSampling},
    Parameter{.name = "max_tokens",
              .member = &GenerateParams::max_tokens,
              .help = "Maximum number of tokens in the answer; -1 = all that fit",
              .range = {1, 4294967295},
              .off = kMaxTokenCount,
              .peers_off = -1,
              .http = Range{1, kMaxTokenCount},
              .faces = Face::Flag | Face::Default | Face::Bridge},
    Parameter{.name = "reasoning_budget",
              .member = &GenerateParams::reasoning_budget,
              .help = "Maximum number of tokens of reasoning; then the answer begins",
              .range = {0, 4294967295},
              .peers_off = -1,
              .http = Range{0, kMaxTokenCount},
              .faces = Face::Flag | Face::Default},
    Parameter{.name = "stop",
              .member = &GenerateParams::stop_sequences,
              .help = "End the answer before this text",
              .range = {0, kMaxStopSequences},
              .text_bytes = kMaxStopBytes,
              .faces = Face::Field | Face::Ollama | Face::Flag | Face::Default},
    Parameter{.name = "logprobs",
              .member = &GenerateParams::logprobs,
              .help = "Return each token's log-probability",
              .faces = Faces{} | Face::Bridge},
    Parameter{.name = "top_logprobs",
              .member = &GenerateParams::top_logprobs,
              .help = "Number of most likely alternatives to return for each token; needs logprobs",
              .range = {0, kMaxTopLogprobs},
              .faces = Faces{} | Face::Bridge},
    Parameter{.name = "ignore_eos",
              .member = &GenerateParams::ignore_eos,
              .help = "Generate up to max_tokens, for benchmarks",
              .faces = Face::Field | Face::Bridge},
};

/// Every path that errors about parameters may have: their names, and "stop[]" for the texts of
/// one.
std::span<const std::string_view> parameter_paths();

/// Null for an unknown name.
const Parameter* find_parameter(std::string_view name) noexcept;

/// Where it stands in the table.
constexpr std::size_t index_of(const Parameter& parameter) noexcept {
  return static_cast<std::size_t>(&parameter - kParameters.data());
}

/// The entry of a member. Does not compile for one that the table lacks.
template <auto Member>
constexpr const Parameter& parameter_of() {
  constexpr std::size_t kIndex = [] {
    std::size_t index = 0;
    while (kParameters[index].member != Parameter::Member(Member)) ++index;
    return index;
  }();
  return kParameters[kIndex];
}

}  // namespace pcai
