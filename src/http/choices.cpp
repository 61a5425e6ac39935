#include "http/choices.h"

namespace pcai::http {

Status Choices::start(engine::Engine& engine, GenerateRequest request, std::uint32_t n,
                      std::string prompt) {
  model_ = request.model;
  for (std::uint32_t i = 0; i < n; ++i) {
    GenerateRequest one = i + 1 < n ? request : std::move(request);
    if (one.params.seed) *one.params.seed += i;
    if (i > 0) one.params.prompt_logprobs.reset();  // they are the same
    auto generation = engine.generate(std::move(one), stay_);
    if (!generation) return fail(std::move(generation.error()));
    (*generation)->on_ready(ready_);
    generations_.push_back(std::move(*generation));
    prompts_.push_back(prompt);
  }
  return {};
}

Choices::~Choices() {
  for (const auto& generation : generations_) generation->on_ready({});
}

std::function<void()> Choices::canceller() const {
  std::vector<std::weak_ptr<engine::Generation>> running(generations_.begin(), generations_.end());
  return [running = std::move(running)] {
    for (const auto& generation : running) {
      if (const auto live = generation.lock()) live->cancel();
    }
  };
}

std::function<void(std::uint32_t)> Choices::stopper() const {
  std::vector<std::weak_ptr<engine::Generation>> running(generations_.begin(), generations_.end());
  return [running = std::move(running)](std::uint32_t choice) {
    if (choice >= running.size()) return;
    if (const auto live = running[choice].lock()) live->cancel();
  };
}

std::optional<std::pair<std::uint32_t, GenerateEvent>> Choices::next() {
  for (std::size_t tried = 0; tried < generations_.size(); ++tried) {
    const std::size_t choice = turn_;
    turn_ = (turn_ + 1) % generations_.size();
    auto event = generations_[choice]->next(std::chrono::milliseconds(0));
    if (!event) continue;
    return std::pair(static_cast<std::uint32_t>(choice), std::move(*event));
  }
  return std::nullopt;
}

std::string model_name(const engine::Engine& engine, const GenerateRequest& request) {
  if (!request.model.empty()) return request.model;
  const auto model = engine.model("");
  return model ? model->id : "";
}

}  // namespace pcai::http
