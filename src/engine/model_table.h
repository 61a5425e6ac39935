#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/loaded_model.h"
#include "core/model.h"

namespace pcai {

class LiveRequest;

/// One load of a model. Guarded by the engine's mutex; `model` is called without it, under a Lease.
struct ModelInstance {
  std::unique_ptr<LoadedModel> model;  // null once it is being destroyed
  std::uint32_t max_sequences = 1;
  std::uint32_t running = 0;         // requests that have a place here
  std::uint32_t users = 0;           // threads inside a call of `model`
  std::optional<Error> closed = {};  // takes no requests any more, and why
};

/// A known model. Guarded by the engine's mutex, but for `spec` and `created`, which never change.
struct Model {
  enum class Phase : std::uint8_t { Unloaded, Loading, Ready, Unloading, Failed };

  const ModelSpec spec;
  const std::int64_t created;  // Unix seconds
  Phase phase = Phase::Unloaded;
  std::uint64_t loads = 0;  // begun so far
  float progress = 0;
  bool abort_load = false;
  bool removed = false;             // known no more; only those who came before still use it
  std::optional<Error> error = {};  // of the last load, while Failed
  std::shared_ptr<ModelInstance> instance =
      {};  // set when Ready; a dead one stays until the next load
  std::map<RequestId, std::shared_ptr<LiveRequest>> waiting = {};  // in order of arrival

  bool ready() const noexcept;

  ModelStatus status() const;
};

/// The known models, in order of their adding. Not thread-safe: the engine's mutex guards it.
/// Models are never destroyed, so references to them stay valid.
class ModelTable {
 public:
  /// Fails with InvalidRequest when the id is empty or taken.
  Status add(ModelSpec spec);

  /// "" is the first model. Fails with ModelNotFound, which names the known ids.
  Result<Model*> find(std::string_view id) const;

  /// With the removed ones.
  const std::vector<std::unique_ptr<Model>>& all() const noexcept { return models_; }

 private:
  std::vector<std::unique_ptr<Model>> models_;
};

}  // namespace pcai
