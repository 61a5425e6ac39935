#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "api/json_text.h"
#include "core/event.h"
#include "llama_server/completion_request.h"
#include "llama_server/writing.h"

namespace pcai::llama_server {

/// What the answers to one request contain. Generation g answers prompt g / n.
struct CompletionHead {
  std::string model;  // the id the client used
  std::vector<std::string> warnings = {};
  std::vector<std::string> prompts = {};  // as text; "" where it was none
  std::uint32_t n = 1;
  bool is_list = false;  // the body is an array
  bool stream = false;
  bool prompt_only = false;
  bool return_tokens = false;
  bool probabilities = false;
  Cuts cuts = {};
  std::optional<std::vector<std::string>> response_fields = {};
  api::Json settings = {};
  std::function<void(std::uint32_t generation)> stop = {};  // ends one; its last event still comes
};

/// Without `stop`, before the request's prompts are moved away.
CompletionHead head_of(const CompletionRequest& request, std::string model,
                       std::vector<std::string> warnings);

/// One answer as far as it has come. Not thread-safe.
class Completion {
 public:
  /// `head` must outlive it.
  Completion(const CompletionHead& head, std::uint32_t generation);

  /// What the event adds to the text.
  struct Piece {
    std::string text = {};
    std::vector<TokenLogprobs> tokens = {};
  };
  Piece add(const GenerateEvent& event);

  bool done() const noexcept { return ended_; }
  const std::optional<Error>& error() const noexcept { return error_; }

  /// A part of a stream.
  api::Json part(const Piece& piece) const;

  /// The end, with all text and tokens, or none of them in a stream.
  api::Json body(bool with_text) const;

 private:
  void end(const Usage& usage, const Timings& timings, std::string stop_type, std::string word);
  void add_tokens(api::Json& json, const std::vector<TokenLogprobs>& tokens) const;

  const CompletionHead* head_;
  std::uint32_t generation_;
  Writing writing_;
  Piece all_;
  Usage usage_;
  Timings timings_;
  std::string stop_type_;
  std::string stopping_word_;
  bool stopped_ = false;
  bool ended_ = false;
  std::optional<Error> error_;
};

/// Gathers the events of all generations into one body. Not thread-safe.
class CompletionBuilder {
 public:
  explicit CompletionBuilder(CompletionHead head);

  void add(std::uint32_t generation, const GenerateEvent& event);
  bool done() const;
  const std::optional<Error>& error() const noexcept { return error_; }
  std::string json();

 private:
  std::shared_ptr<CompletionHead> head_;
  std::vector<Completion> answers_;
  std::optional<Error> error_;
};

/// Turns the events into SSE frames; the last one of each answer has `stop`. Not thread-safe.
class CompletionStream {
 public:
  explicit CompletionStream(CompletionHead head);

  std::string open() const { return {}; }
  std::string add(std::uint32_t generation, const GenerateEvent& event);
  bool done() const;

 private:
  std::shared_ptr<CompletionHead> head_;
  std::vector<Completion> answers_;
  bool failed_ = false;
};

}  // namespace pcai::llama_server
