#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "engine/engine.h"

namespace pcai {

/// The generations of one request, one for each of its choices. Those that have not ended are
/// cancelled when it is destroyed. One thread.
class Choices {
 public:
  /// Starts `n` generations; choice i samples with seed + i. When one is refused, none goes on.
  /// `ready` is called from any thread when next() may have something.
  static Result<Choices> start(Engine& engine, GenerateRequest request, std::uint32_t n,
                               const std::function<void()>& ready);

  Choices() = default;  // none; only to be assigned to
  Choices(Choices&&) = default;
  Choices& operator=(Choices&&) = default;
  ~Choices();

  /// The next event of any choice, fairly, with the choice's index. Does not wait.
  std::optional<std::pair<std::uint32_t, GenerateEvent>> next();

 private:
  std::vector<std::unique_ptr<Generation>> generations_;
  std::size_t turn_ = 0;
};

}  // namespace pcai
