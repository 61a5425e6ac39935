#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "engine/engine.h"

namespace pcai::http {

/// The generations of one request, one for each choice. When destroyed, it cancels those that have
/// not ended. Used by one thread.
class Choices {
 public:
  /// `ready` is called from any thread when next() may have something. `stay`: how long the request
  /// wants its model to stay.
  explicit Choices(std::function<void()> ready, engine::Stay stay = {})
      : ready_(std::move(ready)), stay_(stay) {}

  Choices(Choices&&) = default;
  Choices& operator=(Choices&&) = default;
  ~Choices();

  /// Starts `n` more generations; the i-th of them samples with seed + i, and only the first tells
  /// the prompt's log-probabilities. When one is refused, the
  /// request has failed. `prompt`: what the client calls their prompt, "" = as its API does.
  Status start(engine::Engine& engine, GenerateRequest request, std::uint32_t n,
               std::string prompt = {});

  /// What start() was told of a choice's prompt.
  const std::string& prompt(std::uint32_t choice) const { return prompts_[choice]; }

  /// The model that was asked for; "" = the default one.
  const std::string& model() const noexcept { return model_; }

  /// Cancels the generations that run. Any thread may call it at any time.
  std::function<void()> canceller() const;

  /// Cancels one choice, whose last event still comes. Any thread may call it at any time.
  std::function<void(std::uint32_t choice)> stopper() const;

  /// The next event of any choice, in fair turns, with the choice's index. Does not wait.
  std::optional<std::pair<std::uint32_t, GenerateEvent>> next();

 private:
  std::function<void()> ready_;
  engine::Stay stay_;
  std::string model_;
  std::vector<std::shared_ptr<engine::Generation>> generations_;
  std::vector<std::string> prompts_;  // of each
  std::size_t turn_ = 0;
};

/// The model's id as the client sees it: the one that it used, or the default model's.
std::string model_name(const engine::Engine& engine, const GenerateRequest& request);

}  // namespace pcai::http
