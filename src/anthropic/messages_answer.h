#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/event.h"

namespace pcai::anthropic {

/// What each answer to POST /v1/messages begins with.
struct MessageHead {
  std::string id;     // "msg_…"
  std::string model;  // the id the client used
  std::vector<std::string> stop_sequences = {};
  std::vector<std::string> warnings = {};
};

/// A block of an answer that has begun. Consecutive events of one kind add to one block; each call
/// is a block.
struct MessageBlock {
  enum class Kind : std::uint8_t { Text, Reasoning, ToolUse };
  Kind kind;
  std::uint32_t call = 0;  // ToolUse only: which one
  std::string text = {};   // or the call's input as JSON text
  std::string id = {};     // ToolUse only
  std::string name = {};   // ToolUse only
};

/// Gathers the events of one choice into one `message` body. Not thread-safe.
class MessageBuilder {
 public:
  explicit MessageBuilder(MessageHead head) : head_(std::move(head)) {}

  void add(std::uint32_t choice, const GenerateEvent& event);
  bool done() const { return finished_.has_value(); }
  const std::optional<Error>& error() const { return error_; }
  std::string json() const;

 private:
  MessageHead head_;
  std::vector<MessageBlock> blocks_;
  std::optional<Finished> finished_;
  std::optional<Error> error_;
};

/// Turns the events into the stream's events, from message_start to message_stop. The number of
/// input tokens is known only at the end, so message_delta has it. Not thread-safe.
class MessageStream {
 public:
  explicit MessageStream(MessageHead head) : head_(std::move(head)) {}

  std::string open();
  std::string add(std::uint32_t choice, const GenerateEvent& event);

  /// True if the stream has ended, with success or with an `error` event.
  bool done() const { return done_; }

 private:
  std::string begin(const MessageBlock& block);
  std::string end_block();
  std::string piece(const char* type, const char* member, const std::string& text) const;
  std::string finish(const Finished& finished);

  MessageHead head_;
  std::optional<MessageBlock> block_;       // that is open; without its text
  std::size_t blocks_ = 0;                  // that have begun
  std::vector<std::string> late_warnings_;  // that came after message_start
  bool open_ = false;
  bool has_calls_ = false;
  bool done_ = false;
};

}  // namespace pcai::anthropic
