#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "http/choices.h"
#include "http/connection/exchange.h"

// How a route answers once its generations run. The room of its API decides what the answer looks
// like: one class gathers events, another one frames them.

namespace pcai::http {

/// Gathers the events of all choices into one body.
class WholeAnswer {
 public:
  virtual ~WholeAnswer() = default;
  virtual void add(std::uint32_t choice, const GenerateEvent& event) = 0;
  virtual bool done() const = 0;
  virtual const std::optional<Error>& error() const = 0;  // then there is no body
  virtual std::string json() = 0;
};

/// Turns the events of all choices into the pieces of a stream.
class StreamedAnswer {
 public:
  virtual ~StreamedAnswer() = default;
  virtual std::string open() = 0;
  virtual std::string add(std::uint32_t choice, const GenerateEvent& event) = 0;
  virtual bool done() const = 0;
};

template <class Builder>
class WholeAnswerOf final : public WholeAnswer {
 public:
  explicit WholeAnswerOf(Builder builder) : builder_(std::move(builder)) {}
  void add(std::uint32_t choice, const GenerateEvent& event) override {
    builder_.add(choice, event);
  }
  bool done() const override { return builder_.done(); }
  const std::optional<Error>& error() const override { return builder_.error(); }
  std::string json() override { return builder_.json(); }

 private:
  Builder builder_;
};

template <class Writer>
class StreamedAnswerOf final : public StreamedAnswer {
 public:
  explicit StreamedAnswerOf(Writer writer) : writer_(std::move(writer)) {}
  std::string open() override { return writer_.open(); }
  std::string add(std::uint32_t choice, const GenerateEvent& event) override {
    return writer_.add(choice, event);
  }
  bool done() const override { return writer_.done(); }

 private:
  Writer writer_;
};

template <class Builder>
std::unique_ptr<WholeAnswer> whole_answer(Builder builder) {
  return std::make_unique<WholeAnswerOf<Builder>>(std::move(builder));
}

template <class Writer>
std::unique_ptr<StreamedAnswer> streamed_answer(Writer writer) {
  return std::make_unique<StreamedAnswerOf<Writer>>(std::move(writer));
}

/// How a stream is sent: its type, and what keeps it alive while there is nothing to send. While
/// the model is being loaded, a ping that is a comment tells the progress.
struct StreamForm {
  std::string_view content_type = "text/event-stream";
  std::string_view ping = ": ping\n\n";  // "" = none
};

/// Waits for the last event and replies. A failure gets its own HTTP status.
Task<void> answer_whole(Exchange& exchange, Choices choices, std::unique_ptr<WholeAnswer> answer);

/// Sends the frames as they come. A failure before the head is sent gets its own HTTP status; the
/// answer frames all later ones.
Task<void> answer_stream(Exchange& exchange, Choices choices,
                         std::unique_ptr<StreamedAnswer> answer, StreamForm form = {});

}  // namespace pcai::http
