#include "http/answer.h"

#include <fmt/core.h>

#include <cmath>

namespace pcai::http {
namespace {

constexpr std::size_t kLargeWrite = 64U << 10;

std::string ping(Exchange& exchange, const Choices& choices, const StreamForm& form) {
  if (form.ping.starts_with(':')) {
    const auto model = exchange.engine().model(choices.model());
    if (model && model->state == ModelState::Loading) {
      return fmt::format(": loading {} %\n\n", std::lround(model->load_progress * 100));
    }
  }
  return std::string(form.ping);
}

/// The next event; failures and warnings are told in the words of the route's API, and a warning
/// once.
std::optional<std::pair<std::uint32_t, GenerateEvent>> next_event(Exchange& exchange,
                                                                  Choices& choices) {
  auto event = choices.next();
  if (!event) return event;
  if (auto* const warned = std::get_if<Warned>(&event->second)) {
    *warned = exchange.in_our_words(std::move(*warned));
    warned->warnings = exchange.warnings.add_all(warned->warnings);
  }
  if (auto* const failed = std::get_if<Failed>(&event->second)) {
    failed->error = exchange.in_our_words(std::move(failed->error), choices.prompt(event->first));
  }
  return event;
}

/// Replies with an error that speaks the API's words.
Task<void> tell(Exchange& exchange, const Error& error) {
  return exchange.reply(error_response(error));
}

Error shutting_down() {
  return {ErrorCode::Draining, "the server is shutting down"};
}

}  // namespace

Task<void> answer_whole(Exchange& exchange, Choices choices, std::unique_ptr<WholeAnswer> answer) {
  while (!answer->done() && !answer->error() && !exchange.gone() && !exchange.ending()) {
    if (auto event = next_event(exchange, choices)) {
      answer->add(event->first, event->second);
    } else {
      co_await exchange.wait_until(Clock::time_point::max());
    }
  }
  if (exchange.gone()) co_return;
  if (answer->error()) co_return co_await tell(exchange, *answer->error());
  if (!answer->done()) co_return co_await exchange.fail(shutting_down());
  co_await exchange.reply(json_response(answer->json()));
}

Task<void> answer_stream(Exchange& exchange, Choices choices,
                         std::unique_ptr<StreamedAnswer> answer, StreamForm form) {
  const auto ping_interval = exchange.server().options.ping_interval;
  const auto first_ping = Clock::now() + ping_interval;

  // While the head is not sent a failure can have its own status.
  auto event = next_event(exchange, choices);
  while (!event && !exchange.gone() && !exchange.ending() && Clock::now() < first_ping) {
    co_await exchange.wait_until(first_ping);
    event = next_event(exchange, choices);
  }
  if (exchange.gone()) co_return;
  if (event && std::holds_alternative<Failed>(event->second)) {
    co_return co_await tell(exchange, std::get<Failed>(event->second).error);
  }
  if (!event && exchange.ending()) co_return co_await exchange.fail(shutting_down());

  const bool accepted = event.has_value();
  // What the model has to say of the request comes right behind, and belongs into the head.
  while (event && (std::holds_alternative<Accepted>(event->second) ||
                   std::holds_alternative<Warned>(event->second))) {
    answer->add(event->first, event->second);
    event = next_event(exchange, choices);
  }
  if (!co_await exchange.open_stream(form.content_type)) co_return;
  std::string frames = answer->open();
  if (!event && !accepted) frames += ping(exchange, choices, form);
  auto next_ping = Clock::time_point::min();
  while (!answer->done()) {
    if (!event) event = next_event(exchange, choices);
    while (event && frames.size() < kLargeWrite) {
      frames += answer->add(event->first, event->second);
      event = next_event(exchange, choices);
    }
    if (exchange.ending() && !answer->done()) {
      frames += answer->add(0, Failed{shutting_down(), {}, {}});
    }
    if (frames.empty()) {
      co_await exchange.wait_until(next_ping);
      if (exchange.gone()) co_return;
      if (Clock::now() < next_ping) continue;
      frames = ping(exchange, choices, form);
    }
    if (!co_await exchange.send(frames)) co_return;
    // What an idle stream keeps is counted in thousands.
    frames = {};
    next_ping = Clock::now() + ping_interval;
  }
  co_await exchange.close_stream();
}

}  // namespace pcai::http
