#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/engine.h"
#include "openai/field_names.h"

namespace pcai {

/// The generations of one request, one for each choice. When destroyed, it cancels those that have
/// not ended. Used by one thread.
class Choices {
 public:
  /// `ready` is called, on any thread, when next() may have something. `names` are the route's
  /// names for fields in errors; they must outlive this object.
  explicit Choices(std::function<void()> ready, std::span<const FieldName> names = {})
      : ready_(std::move(ready)), names_(names) {}

  Choices(Choices&&) = default;
  Choices& operator=(Choices&&) = default;
  ~Choices();

  /// Starts `n` more generations; the i-th samples with seed + i. If one is refused the whole
  /// request fails.
  Status start(Engine& engine, GenerateRequest request, std::uint32_t n);

  /// The model that was asked for; "" = the default one.
  const std::string& model() const noexcept { return model_; }

  /// Cancels the generations that run. Any thread may call it at any time.
  std::function<void()> canceller() const;

  /// The next event of any choice, in fair turns, with the choice's index. Does not wait.
  std::optional<std::pair<std::uint32_t, GenerateEvent>> next();

 private:
  std::function<void()> ready_;
  std::span<const FieldName> names_;
  std::string model_;
  std::vector<std::shared_ptr<Generation>> generations_;
  std::size_t turn_ = 0;
};

/// The model's id as the client sees it: the one that it used, or the default model's.
std::string model_name(const Engine& engine, const GenerateRequest& request);

}  // namespace pcai
