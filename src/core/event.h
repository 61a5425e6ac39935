#pragma once

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

#include "core/error.h"
#include "core/request.h"

namespace pcai {

/// Why a generation ended well.
enum class FinishReason : std::uint8_t { Stop, Length, ToolCalls };

/// "stop", "length", "tool_calls".
std::string_view to_string(FinishReason reason) noexcept;

/// Tokens of one request. `cached_tokens` of the prompt were not computed again.
struct Usage {
  std::uint32_t prompt_tokens = 0;
  std::uint32_t cached_tokens = 0;
  std::uint32_t completion_tokens = 0;
  std::uint32_t reasoning_tokens = 0;
};

/// Where a request's time went, in milliseconds. The backend fills prefill and decode, the engine
/// the queue and the first token; 0 = did not happen.
struct Timings {
  double queue_ms = 0;        // arrival to submit
  double prefill_ms = 0;      // submit to the prompt's end
  double first_token_ms = 0;  // arrival to the first delta
  double decode_ms = 0;       // the prompt's end to the last token
};

/// A token with its natural-log probability. `bytes` is its text, not always whole UTF-8.
struct TokenLogprob {
  std::int32_t token = 0;
  std::string bytes;
  float logprob = 0;
};

/// One generated token and its `top_logprobs` most likely alternatives, most likely first.
struct TokenLogprobs {
  TokenLogprob chosen;
  std::vector<TokenLogprob> top;
};

/// The request left the queue and the model took it. Sent by the engine, before any other event.
struct Accepted {};

/// What the model has to say about the request itself, for the answer's `warnings`: a part of a
/// tool's schema that it does not enforce, for example. At most once, before every event but
/// Accepted.
struct Warned {
  std::vector<std::string> warnings;
};

/// The next tokens of the prompt, if the request asked for `prompt_logprobs`. All come in order, in
/// as many of these as the prompt was computed in, before the first delta. Nothing comes before the
/// first token: its logprob is 0 and its `top` empty.
struct PromptLogprobs {
  std::vector<TokenLogprobs> tokens;
};

/// Text of the answer: whole UTF-8 code points, never part of a stop sequence. `logprobs` has one
/// entry for each token generated since the last delta, so `text` may be empty.
struct TextDelta {
  std::string text;
  std::vector<TokenLogprobs> logprobs = {};
};

/// Text of the model's reasoning, under the same rules.
struct ReasoningDelta {
  std::string text;
};

/// A piece of a tool call. `id` and `name` come once, in a call's first piece.
struct ToolCallDelta {
  std::uint32_t index = 0;
  std::string id;
  std::string name;
  std::string arguments;
};

/// The last event of a generation that went well.
struct Finished {
  FinishReason reason = FinishReason::Stop;
  Usage usage;
  Timings timings;
  std::string stop_sequence = {};  // which one ended the text; "" = none did
};

/// The last event of one that did not, cancelled ones too. `usage` is what was done until then.
struct Failed {
  Error error;
  Usage usage;
  Timings timings;
};

using GenerateEvent = std::variant<Accepted, Warned, PromptLogprobs, TextDelta, ReasoningDelta,
                                   ToolCallDelta, Finished, Failed>;

/// True for Finished and Failed, after which nothing comes.
inline bool is_last(const GenerateEvent& event) noexcept {
  return std::holds_alternative<Finished>(event) || std::holds_alternative<Failed>(event);
}

/// A whole answer, for callers that do not stream.
struct ChatResponse {
  std::optional<std::string> content;
  std::vector<ToolCall> tool_calls;
  FinishReason finish_reason = FinishReason::Stop;
  std::uint32_t tokens_generated = 0;
  Usage usage;
  Timings timings;
};

}  // namespace pcai
