#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/event.h"

namespace pcai::ollama {

/// Which of the two routes answers: text in `message.content`, or in `response`.
enum class OllamaShape : std::uint8_t { Chat, Generate };

struct OllamaHead {
  OllamaShape shape = OllamaShape::Chat;
  std::string model;       // the id the client used
  std::string created_at;  // RFC 3339
  std::vector<std::string> warnings = {};
};

/// A time in Unix seconds as this API writes it: "2026-01-02T03:04:05Z".
std::string rfc3339(std::int64_t unix_seconds);

/// {"error":…}
std::string ollama_error_body(const Error& error, std::string_view request_id);

/// The answer to a request that only loads the model (`reason` is "load") or lets it go ("unload").
std::string load_body(const OllamaHead& head, std::string_view reason);

/// One line that tells how far a pull or a new model is.
struct OllamaProgress {
  std::string status;
  std::string digest = {};  // 64 hex digits; "" = the line is about no file
  std::uint64_t total = 0;  // bytes
  std::uint64_t completed = 0;
  std::vector<std::string> warnings = {};
};

/// As a body. A stream has it with a line end.
std::string progress_body(const OllamaProgress& progress);

/// Gathers tool calls, because this API sends a call whole: its `arguments` are an object.
class OllamaCalls {
 public:
  void add(const ToolCallDelta& delta);
  bool empty() const { return calls_.empty(); }

  /// Returns the calls that have come, with their arguments, and forgets them.
  std::vector<ToolCall> take();

 private:
  std::vector<std::pair<std::uint32_t, ToolCall>> calls_;
};

/// Gathers the events of one choice into one body. Not thread-safe.
class OllamaBuilder {
 public:
  explicit OllamaBuilder(OllamaHead head) : head_(std::move(head)) {}

  void add(std::uint32_t choice, const GenerateEvent& event);
  bool done() const { return finished_.has_value(); }
  const std::optional<Error>& error() const { return error_; }
  std::string json();

 private:
  OllamaHead head_;
  std::string text_;
  std::string reasoning_;
  std::vector<TokenLogprobs> logprobs_;
  OllamaCalls calls_;
  std::optional<Finished> finished_;
  std::optional<Error> error_;
};

/// Turns the events into lines of JSON; the last one has `done`. Not thread-safe.
class OllamaStream {
 public:
  explicit OllamaStream(OllamaHead head) : head_(std::move(head)) {}

  std::string open() const { return {}; }
  std::string add(std::uint32_t choice, const GenerateEvent& event);

  /// True if the stream has ended, with success or with an `error` line.
  bool done() const { return done_; }

 private:
  OllamaHead head_;
  OllamaCalls calls_;
  bool done_ = false;
};

}  // namespace pcai::ollama
