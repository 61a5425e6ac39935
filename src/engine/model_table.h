#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/loaded_model.h"
#include "core/model.h"

namespace pcai::engine {

class LiveRequest;

/// One load of a model. Guarded by the engine's mutex; `model` is called without it, under a Lease.
struct ModelInstance {
  std::unique_ptr<backend::LoadedModel> model;  // null once it is being destroyed
  std::uint32_t max_sequences = 1;
  std::uint32_t running = 0;         // requests that have a place here
  std::uint32_t users = 0;           // threads inside a call of `model`
  std::optional<Error> closed = {};  // takes no requests any more, and why
};

/// A known model. Guarded by the engine's mutex, but for the first three, which never change.
struct Model {
  enum class Phase : std::uint8_t { Unloaded, Loading, Ready, Unloading, Failed };
  using Clock = std::chrono::steady_clock;

  const ModelSpec spec;
  const std::size_t index;     // in the table
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

  std::uint64_t memory_bytes = 0;  // what it takes, or is expected to
  bool resident = false;           // that memory is taken, or promised to its load
  double load_seconds = 0;         // of the last load
  std::uint32_t wanted = 0;        // inquiries that are about to call it
  std::optional<Clock::time_point> idle_since = {};
  std::chrono::milliseconds keep_alive{0};            // how long it then stays; 0 = for good
  std::optional<Clock::time_point> leaves_at = {};    // while it is idle and does not stay for good
  std::optional<RequestId> last_before_leaving = {};  // later requests wait: it has to make room

  bool ready() const noexcept;

  /// False for requests that came after somebody else's who needs its room.
  bool serves(RequestId id) const noexcept {
    return !last_before_leaving || id <= *last_before_leaving;
  }

  /// Neither loaded nor on its way.
  bool loadable() const noexcept;

  /// Ready, and nobody whom it serves uses it or waits for it.
  bool idle() const noexcept;

  ModelStatus status() const;
};

/// The known models, in order of their adding. Not thread-safe: the engine's mutex guards it.
/// Models are never destroyed, so references to them stay valid.
class ModelTable {
 public:
  /// `keep_alive` is for specs that name none. Fails with InvalidRequest when the id is empty or
  /// taken.
  Status add(ModelSpec spec, std::chrono::milliseconds keep_alive);

  /// Another name of a known model. Fails with ModelNotFound, or InvalidRequest when it is taken.
  Status add_alias(std::string alias, std::string_view id);

  /// What "" stands for; at first the model that was added first. Fails with ModelNotFound.
  Status set_default(std::string_view id);

  /// "" is the default model. Fails with ModelNotFound, which names the known ids.
  Result<Model*> find(std::string_view id) const;

  /// With the removed ones.
  const std::vector<std::unique_ptr<Model>>& all() const noexcept { return models_; }

 private:
  bool taken(std::string_view id) const;

  std::vector<std::unique_ptr<Model>> models_;
  const Model* default_ = nullptr;
  std::map<std::string, Model*, std::less<>> aliases_;
};

}  // namespace pcai::engine
