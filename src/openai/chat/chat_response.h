#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/event.h"

namespace pcai::openai {

/// What every chunk of one answer repeats.
struct ChatResponseHead {
  std::string id;            // "chatcmpl-…"
  std::int64_t created = 0;  // Unix seconds
  std::string model;         // the id the client used
  std::vector<std::string> warnings = {};
  std::string reasoning_name = "reasoning_content";   // of the member with the reasoning
  bool legacy_calls = false;                          // a call is a `function_call`
  std::optional<std::uint32_t> prompt_logprobs = {};  // alternatives; absent = no such member
};

/// Gathers the events of all choices into one `chat.completion` body. Not thread-safe.
class ChatResponseBuilder {
 public:
  ChatResponseBuilder(ChatResponseHead head, std::uint32_t n, bool logprobs);
  ~ChatResponseBuilder();
  ChatResponseBuilder(ChatResponseBuilder&&) noexcept;

  void add(std::uint32_t choice, const GenerateEvent& event);

  /// True if every choice has had its last event.
  bool done() const;

  /// The first failure of any choice; if there is one, the answer is an error and not json().
  const std::optional<Error>& error() const;

  std::string json() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Turns the events of all choices into SSE frames ("data: {…}\n\n"). Not thread-safe.
class ChatStreamWriter {
 public:
  ChatStreamWriter(ChatResponseHead head, std::uint32_t n, bool logprobs, bool include_usage);
  ~ChatStreamWriter();
  ChatStreamWriter(ChatStreamWriter&&) noexcept;

  /// The first chunk of each choice, with its role.
  std::string open();

  /// The frames for one event; "" if it has none. The last event of the last choice also brings the
  /// usage chunk and [DONE]. If any choice fails, the stream ends with an error frame and without
  /// [DONE].
  std::string add(std::uint32_t choice, const GenerateEvent& event);

  /// True if the stream has ended, with success or not.
  bool done() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pcai::openai
