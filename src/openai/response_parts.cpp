#include "openai/response_parts.h"

#include <algorithm>
#include <cmath>

#include "core/utf8.h"

namespace pcai::openai {
namespace {

constexpr float kLeastLogprob = -9999.0F;

double rounded(double value) {
  return std::round(value * 1000) / 1000;
}

double per_second(std::uint32_t tokens, double ms) {
  return rounded(tokens * 1000.0 / ms);
}

/// Members of one token, without the braces.
void append_token(std::string& out, const TokenLogprob& token) {
  out += "\"token\":";
  api::append_string(out, token.bytes);
  out += ",\"logprob\":";
  append_logprob(out, token.logprob);
  out += ",\"bytes\":[";
  for (const char byte : token.bytes) {
    api::append_number(out, static_cast<std::int64_t>(static_cast<unsigned char>(byte)));
    out += ',';
  }
  if (out.back() == ',') out.pop_back();
  out += ']';
}

/// `rank`: its place among all tokens; "null" = not known.
void append_ranked(std::string& out, const TokenLogprob& token, std::string_view rank) {
  out += "\"" + std::to_string(token.token) + "\":{\"logprob\":";
  append_logprob(out, token.logprob);
  out.append(",\"rank\":").append(rank).append(",\"decoded_token\":");
  api::append_string(out, token_name(token.bytes));
  out += '}';
}

}  // namespace

api::Json usage_json(const Usage& usage) {
  return {{"prompt_tokens", usage.prompt_tokens},
          {"completion_tokens", usage.completion_tokens},
          {"total_tokens", std::uint64_t{usage.prompt_tokens} + usage.completion_tokens},
          {"prompt_tokens_details", {{"cached_tokens", usage.cached_tokens}, {"audio_tokens", 0}}},
          {"completion_tokens_details",
           {{"reasoning_tokens", usage.reasoning_tokens},
            {"accepted_prediction_tokens", 0},
            {"rejected_prediction_tokens", 0},
            {"audio_tokens", 0}}}};
}

api::Json timings_json(const Timings& timings, const Usage& usage) {
  api::Json json = {{"queue_ms", rounded(timings.queue_ms)},
                    {"prefill_ms", rounded(timings.prefill_ms)},
                    {"first_token_ms", rounded(timings.first_token_ms)},
                    {"decode_ms", rounded(timings.decode_ms)}};
  if (timings.prefill_ms > 0 && usage.prompt_tokens > usage.cached_tokens) {
    json["prompt_per_second"] =
        per_second(usage.prompt_tokens - usage.cached_tokens, timings.prefill_ms);
  }
  if (timings.decode_ms > 0 && usage.completion_tokens > 0) {
    json["predicted_per_second"] = per_second(usage.completion_tokens, timings.decode_ms);
  }
  return json;
}

std::string warnings_member(const std::vector<std::string>& warnings) {
  return warnings.empty() ? "" : ",\"warnings\":" + api::to_text(api::Json(warnings));
}

std::string answer_prefix(std::string_view id, std::string_view object, std::int64_t created,
                          std::string_view model) {
  std::string out = "{\"id\":";
  api::append_string(out, id);
  out += ",\"object\":";
  api::append_string(out, object);
  out += ",\"created\":" + std::to_string(created) + ",\"model\":";
  api::append_string(out, model);
  out += ",\"system_fingerprint\":\"" + std::string(kSystemFingerprint) + "\",\"choices\":[";
  return out;
}

void AnswerTotals::add_prompt(const AnswerTotals& other) {
  const Usage usage = usage_;
  add({}, other.timings_);
  usage_ = {usage.prompt_tokens + other.usage_.prompt_tokens,
            usage.cached_tokens + other.usage_.cached_tokens,
            usage.completion_tokens + other.usage_.completion_tokens,
            usage.reasoning_tokens + other.usage_.reasoning_tokens};
}

void AnswerTotals::add(const Usage& usage, const Timings& timings) {
  if (std::exchange(empty_, false)) {
    usage_ = usage;
    timings_ = timings;
    return;
  }
  usage_.prompt_tokens = std::max(usage_.prompt_tokens, usage.prompt_tokens);
  usage_.cached_tokens = std::min(usage_.cached_tokens, usage.cached_tokens);
  usage_.completion_tokens += usage.completion_tokens;
  usage_.reasoning_tokens += usage.reasoning_tokens;
  timings_.queue_ms = std::max(timings_.queue_ms, timings.queue_ms);
  timings_.prefill_ms = std::max(timings_.prefill_ms, timings.prefill_ms);
  timings_.decode_ms = std::max(timings_.decode_ms, timings.decode_ms);
  if (timings.first_token_ms > 0 &&
      (timings_.first_token_ms <= 0 || timings.first_token_ms < timings_.first_token_ms)) {
    timings_.first_token_ms = timings.first_token_ms;
  }
}

void append_logprob(std::string& out, float logprob) {
  // The comparison is false for NaN, too.
  api::append_number(out, std::min(logprob > kLeastLogprob ? logprob : kLeastLogprob, 0.0F));
}

void append_logprobs(std::string& out, const std::vector<TokenLogprobs>& entries) {
  for (const TokenLogprobs& entry : entries) {
    out += out.empty() ? "{" : ",{";
    append_token(out, entry.chosen);
    out += ",\"top_logprobs\":[";
    for (const TokenLogprob& token : entry.top) {
      out += &token == entry.top.data() ? "{" : ",{";
      append_token(out, token);
      out += '}';
    }
    out += "]}";
  }
}

void append_prompt_logprobs(std::string& out, const std::vector<TokenLogprobs>& entries,
                            std::uint32_t top) {
  for (const TokenLogprobs& entry : entries) {
    if (out.empty()) {
      out = "null";
      continue;
    }
    out += ",{";
    bool listed = false;
    const std::size_t count = std::min<std::size_t>(entry.top.size(), top);
    for (std::size_t i = 0; i < count; ++i) {
      if (i > 0) out += ',';
      append_ranked(out, entry.top[i], std::to_string(i + 1));
      listed = listed || entry.top[i].token == entry.chosen.token;
    }
    if (!listed && count > 0) out += ',';
    if (!listed) append_ranked(out, entry.chosen, "null");
    out += '}';
  }
}

std::string token_name(const std::string& bytes) {
  if (is_valid_utf8(bytes)) return bytes;
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string name = "bytes:";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    name += "\\x";
    name += kDigits[byte >> 4];
    name += kDigits[byte & 15];
  }
  return name;
}

ToolCallNumbers::Number ToolCallNumbers::of(std::uint32_t index) {
  const auto found = std::find(seen_.begin(), seen_.end(), index);
  const auto position = static_cast<std::size_t>(found - seen_.begin());
  const bool first = found == seen_.end();
  if (first) seen_.push_back(index);
  return {position, first};
}

std::string_view finish_reason(FinishReason reason, Calls calls) noexcept {
  if (reason == FinishReason::Length || calls == Calls::None) return to_string(reason);
  return calls == Calls::Legacy ? "function_call" : to_string(FinishReason::ToolCalls);
}

}  // namespace pcai::openai
