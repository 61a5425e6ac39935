#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/grammar.h"
#include "core/media.h"
#include "core/result.h"
#include "core/tool.h"

namespace pcai {

/// Identifies a request within one process; never reused.
using RequestId = std::uint64_t;

/// OpenAI's `developer` is System here.
enum class Role : std::uint8_t { System, User, Assistant, Tool };

/// One message of a chat. `content` is absent where an assistant only called tools.
struct ChatMessage {
  Role role = Role::User;
  std::optional<std::string> content = {};
  std::vector<ToolCall> tool_calls = {};
  std::string tool_call_id = {};  // Tool only: which call this answers
  std::string name = {};          // optional name of the speaker or tool
  std::string reasoning = {};     // Assistant only: earlier reasoning given back
  std::vector<Media> media = {};  // User only: by position, within the content
};

/// Added to a token's logit before sampling. -100 bans it, 100 forces it.
struct LogitBias {
  std::int32_t token = 0;
  float bias = 0;
};

/// How much of an adapter of the model's ModelConfig::adapters a request wants.
struct AdapterScale {
  std::uint32_t index = 0;  // in that list
  float scale = 1;          // 0 = nothing
};

/// How a request samples and when it ends. The defaults are the contract's. core/parameters.h has
/// every number, switch and list of texts as data.
struct GenerateParams {
  float temperature = 0.7F;         // 0 = greedy
  float top_p = 0.9F;               // 1 = off
  std::int32_t top_k = 40;          // 0 = off
  float min_p = 0.0F;               // 0 = off
  float repeat_penalty = 1.0F;      // 1 = off
  float frequency_penalty = 0.0F;   // 0 = off
  float presence_penalty = 0.0F;    // 0 = off
  std::int32_t repeat_last_n = 64;  // tokens the penalties look back on; -1 = whole context
  float typical_p = 1.0F;           // 1 = off
  float top_n_sigma = 0.0F;         // 0 = off
  float dynatemp_range = 0.0F;      // 0 = off
  float dynatemp_exponent = 1.0F;   // how the entropy becomes a temperature
  float xtc_probability = 0.0F;     // 0 = off
  float xtc_threshold = 0.1F;       // over 0.5 = off
  float dry_multiplier = 0.0F;      // 0 = off
  float dry_base = 1.75F;
  std::int32_t dry_allowed_length = 2;   // tokens of a repetition that cost nothing
  std::int32_t dry_penalty_last_n = -1;  // tokens it looks back on; 0 = off, -1 = whole context
  std::vector<std::string> dry_sequence_breakers = {"\n", ":", "\"", "*"};
  std::int32_t mirostat = 0;                     // 1 or 2 = that version; 0 = off
  float mirostat_tau = 5.0F;                     // surprise to hold, in bits
  float mirostat_eta = 0.1F;                     // how fast it adapts
  std::uint32_t min_keep = 0;                    // 0 = off
  std::uint32_t max_tokens = 2048;               // cut to what the context leaves; at least 1
  std::vector<std::string> stop_sequences = {};  // not part of the answer
  std::optional<std::uint64_t> seed = {};        // absent = a random one
  std::vector<LogitBias> logit_bias = {};
  bool logprobs = false;
  std::uint32_t top_logprobs = 0;                     // alternatives a token, 0..20
  std::optional<std::uint32_t> prompt_logprobs = {};  // alternatives a token; absent = none wanted
  bool ignore_eos = false;                            // benchmarks: generate until max_tokens
  std::optional<Grammar> grammar = {};  // of the answer's text; reasoning comes before it
  std::optional<std::uint32_t> reasoning_budget = {};      // tokens of reasoning; absent = no limit
  std::optional<std::vector<AdapterScale>> adapters = {};  // others are off; absent = as loaded
};

/// An argument of the chat template. `json` is its value as JSON text.
struct TemplateArgument {
  std::string name;
  std::string json;
};

/// Messages and tools, for the model's own chat template.
struct ChatPrompt {
  std::vector<ChatMessage> messages;
  ToolOptions tools = {};
  bool reasoning = true;   // false: asks a model that reasons not to
  bool continues = false;  // true: the answer goes on from the last message, the assistant's
  std::vector<TemplateArgument> template_arguments = {};
};

/// Text as it stands, no template.
struct TextPrompt {
  std::string text;
};

/// Token ids as they stand.
struct TokenPrompt {
  std::vector<std::int32_t> tokens;
};

/// What stands before and after a gap that a model for code fills.
struct InfillPrompt {
  std::string prefix;
  std::string suffix;
};

using Prompt = std::variant<ChatPrompt, TextPrompt, TokenPrompt, InfillPrompt>;

/// Everything a backend needs to generate one answer.
struct GenerateRequest {
  std::string model = {};  // id; empty = the engine's default model
  Prompt prompt = {};
  GenerateParams params = {};
  std::string cache_scope = {};  // prefixes are shared only between requests of the same scope
  std::optional<std::chrono::milliseconds> timeout = {};  // from arrival to the last event
};

/// Refuses what no model can honour: numbers out of range or not finite, empty or too many stop
/// sequences. InvalidRequest, with the field's name in core/parameters.h. Every backend calls one
/// of the two in submit.
Status check_params(const GenerateParams& params);

/// The same, and the prompt: it must not be empty, its text must be UTF-8, its tools must have
/// names of their own.
Status check_request(const GenerateRequest& request);

}  // namespace pcai
