#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "api/json_text.h"
#include "core/event.h"
#include "core/request.h"
#include "openai/responses/response_store.h"

namespace pcai::openai {

/// What each answer of /v1/responses begins with.
struct ResponsesHead {
  std::string id;            // "resp_…"
  std::int64_t created = 0;  // Unix seconds
  std::string model;
  bool store = true;
  bool logprobs = false;
  api::Json echo = api::Json::object();  // of the request
  std::vector<std::string> warnings = {};
};

/// Turns the events of one generation into output items: the response object, and on the way there
/// the events of a stream. Not thread-safe.
class ResponsesAnswer {
 public:
  explicit ResponsesAnswer(ResponsesHead head);
  ~ResponsesAnswer();
  ResponsesAnswer(ResponsesAnswer&&) noexcept;

  /// The frames of response.created and response.in_progress.
  std::string open();

  /// The frames for one event; "" if it has none. The last event brings response.completed,
  /// response.incomplete (cut or cancelled) or response.failed. `choice` is always 0.
  std::string add(std::uint32_t choice, const GenerateEvent& event);

  /// True if the last event has come.
  bool done() const;

  /// Why it failed, if it did. A cancelled response has not failed.
  const std::optional<Error>& error() const;

  /// The response object so far.
  std::string json() const;

  /// The items of its output, for references to them.
  std::vector<StoredResponseItem> items() const;

  /// The assistant's message, for the conversation that continues.
  ChatMessage message() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pcai::openai
