#include "http/choices.h"

namespace pcai {

Result<Choices> Choices::start(Engine& engine, GenerateRequest request, std::uint32_t n,
                               const std::function<void()>& ready) {
  Choices choices;
  for (std::uint32_t i = 0; i < n; ++i) {
    GenerateRequest one = i + 1 < n ? request : std::move(request);
    if (one.params.seed) *one.params.seed += i;
    auto generation = engine.generate(std::move(one));
    if (!generation) return fail(std::move(generation.error()));
    (*generation)->on_ready(ready);
    choices.generations_.push_back(std::move(*generation));
  }
  return choices;
}

Choices::~Choices() {
  for (const auto& generation : generations_) generation->on_ready({});
}

std::optional<std::pair<std::uint32_t, GenerateEvent>> Choices::next() {
  for (std::size_t tried = 0; tried < generations_.size(); ++tried) {
    const std::size_t choice = turn_;
    turn_ = (turn_ + 1) % generations_.size();
    if (auto event = generations_[choice]->next(std::chrono::milliseconds(0))) {
      return std::pair(static_cast<std::uint32_t>(choice), std::move(*event));
    }
  }
  return std::nullopt;
}

}  // namespace pcai
