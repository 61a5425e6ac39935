#include "backend/worker/soundness.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "backend/worker/stderr_tail.h"
#include "core/parameters/limits.h"
#include "core/utf8.h"

namespace pcai::backend::worker {
namespace {

constexpr std::size_t kMaxErrorBytes = 4096;
constexpr std::size_t kMaxNameBytes = 4096;
constexpr std::uint32_t kMaxToolCalls = 4096;  // a reader makes room for all up to the index
constexpr std::size_t kMaxDimension = 65'536;
constexpr std::size_t kMaxTokens = std::size_t{1} << 19;  // each may come with its piece
constexpr std::uint32_t kMaxSequences = 65'536;           // what the engine may send at once

bool is_text(const std::string& text, std::size_t max_bytes) {
  return text.size() <= max_bytes && is_valid_utf8(text);
}

bool is_sound(const Error& error) {
  return is_text(error.message, kMaxErrorBytes) && is_text(error.field, kMaxErrorBytes);
}

bool is_sound(const Timings& timings) {
  const auto is_time = [](double ms) { return std::isfinite(ms) && ms >= 0; };
  return is_time(timings.queue_ms) && is_time(timings.prefill_ms) &&
         is_time(timings.first_token_ms) && is_time(timings.decode_ms);
}

bool is_sound(const ModelInfo& info) {
  return is_text(info.id, kMaxNameBytes) && is_text(info.backend, kMaxNameBytes) &&
         is_text(info.architecture, kMaxNameBytes) &&
         is_text(info.quantization.value_or(""), kMaxNameBytes) && info.context_length > 0 &&
         info.max_sequences > 0 && info.max_sequences <= kMaxSequences;
}

bool is_finite(const std::vector<float>& values) {
  return std::all_of(values.begin(), values.end(),
                     [](float value) { return std::isfinite(value); });
}

struct IsSoundAnswer {
  bool operator()(const Embeddings& embeddings) const {
    return std::all_of(embeddings.items.begin(), embeddings.items.end(), [](const Embedding& one) {
      return !one.values.empty() && one.values.size() <= kMaxDimension && is_finite(one.values);
    });
  }
  bool operator()(const RankScores& scores) const {
    return std::all_of(scores.items.begin(), scores.items.end(),
                       [](const RankScore& one) { return std::isfinite(one.score); });
  }
  bool operator()(const Tokens& tokens) const {
    return tokens.ids.size() <= kMaxTokens &&
           (tokens.pieces.empty() || tokens.pieces.size() == tokens.ids.size());
  }
  bool operator()(const CodecText&) const { return true; }
  bool operator()(const TokenCount&) const { return true; }
};

struct IsSoundEvent {
  bool operator()(const Accepted&) const { return false; }
  bool operator()(const Warned& warned) const {
    return std::all_of(warned.warnings.begin(), warned.warnings.end(),
                       [](const std::string& warning) { return is_text(warning, kMaxErrorBytes); });
  }
  bool operator()(const PromptLogprobs& prompt) const {
    return std::all_of(prompt.tokens.begin(), prompt.tokens.end(), [](const TokenLogprobs& token) {
      return std::isfinite(token.chosen.logprob) && token.top.size() <= kMaxTopLogprobs;
    });
  }
  bool operator()(const TextDelta& delta) const { return is_valid_utf8(delta.text); }
  bool operator()(const ReasoningDelta& delta) const { return is_valid_utf8(delta.text); }
  bool operator()(const ToolCallDelta& delta) const {
    return delta.index < kMaxToolCalls && is_valid_utf8(delta.id) && is_valid_utf8(delta.name) &&
           is_valid_utf8(delta.arguments);
  }
  bool operator()(const Finished& finished) const {
    return is_sound(finished.timings) && is_valid_utf8(finished.stop_sequence);
  }
  bool operator()(const Failed& failed) const {
    return is_sound(failed.error) && is_sound(failed.timings);
  }
};

struct IsSoundMessage {
  bool operator()(const LoadProgressed& message) const {
    return message.fraction >= 0 && message.fraction <= 1;
  }
  bool operator()(const ModelLoaded& message) const { return is_sound(message.info); }
  bool operator()(const LoadFailed& message) const { return is_sound(message.error); }
  bool operator()(const RequestTaken&) const { return true; }
  bool operator()(const RequestRefused& message) const { return is_sound(message.error); }
  bool operator()(const RequestEvent& message) const {
    return pcai::backend::worker::is_sound(message.event);
  }
  bool operator()(const QueryAnswered& message) const {
    return std::visit(IsSoundAnswer(), message.answer);
  }
  bool operator()(const QueryFailed& message) const { return is_sound(message.error); }
  bool operator()(const Heartbeat&) const { return true; }
};

}  // namespace

bool is_sound(const GenerateEvent& event) {
  return std::visit(IsSoundEvent(), event);
}

bool is_sound(const FromWorker& message) {
  return std::visit(IsSoundMessage(), message);
}

Error shown(Error error) {
  if (!is_text(error.message, kMaxErrorBytes)) {
    error.message = printable_end(error.message, kMaxErrorBytes - 3);
  }
  if (!is_text(error.field, kMaxErrorBytes)) error.field.clear();
  return error;
}

}  // namespace pcai::backend::worker
