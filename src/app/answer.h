#pragma once

#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "core/event.h"
#include "engine/engine.h"
#include "platform/signals.h"

namespace pcai::app {

/// One answer as far as it got: whole, or until `error` or a signal ended it.
struct Answer {
  ChatResponse response;
  std::string reasoning;
  std::optional<Error> error;
  std::optional<int> signal;  // that cancelled it; then error is Cancelled
};

/// Receives an answer's pieces as they come. Returning false cancels the rest.
struct AnswerPieces {
  std::function<bool(std::string_view)> text;
  std::function<bool(std::string_view)> reasoning;
  std::function<void(std::string_view)> warning = {};  // of the model, about the request
};

/// Sends a request and reads its answer to the end. A signal cancels it.
Answer get_answer(engine::Engine& engine, GenerateRequest request, platform::Signals& signals,
                  const AnswerPieces& pieces);

/// The answer that `pcai run --json` prints.
nlohmann::ordered_json to_json(const Answer& answer, const std::string& model);

}  // namespace pcai::app
