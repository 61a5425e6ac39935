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
#include "engine/engine_mutex.h"
#include "engine/requests/latencies.h"
#include "engine/stay.h"

namespace pcai::engine {

class PendingRequest;

/// One load of a model.
struct ModelInstance {
  /// Null once it is being destroyed. Changes with the mutex held; is called without it, under a
  /// Lease, for whose time it stays.
  std::unique_ptr<backend::LoadedModel> model;

  std::uint32_t max_sequences GUARDED_BY(engine_mutex) = 1;
  std::uint32_t running GUARDED_BY(engine_mutex) = 0;         // requests that have a place here
  std::uint32_t users GUARDED_BY(engine_mutex) = 0;           // threads inside a call of `model`
  std::optional<Error> closed GUARDED_BY(engine_mutex) = {};  // takes no requests, and why
};

/// A known model. The first three members never change.
struct Model {
  enum class Phase : std::uint8_t { Unloaded, Loading, Ready, Unloading, Failed };
  using Clock = std::chrono::steady_clock;

  const ModelSpec spec;
  const std::size_t index;     // in the table
  const std::int64_t created;  // Unix seconds
  Phase phase GUARDED_BY(engine_mutex) = Phase::Unloaded;
  std::uint64_t loads GUARDED_BY(engine_mutex) = 0;  // begun so far
  float progress GUARDED_BY(engine_mutex) = 0;
  bool abort_load GUARDED_BY(engine_mutex) = false;
  bool load_next GUARDED_BY(engine_mutex) = false;  // while Unloading: a load was asked for
  bool removed GUARDED_BY(engine_mutex) = false;    // only those who came before still use it
  std::optional<Error> error GUARDED_BY(engine_mutex) = {};  // of the last load, while Failed

  /// Set when Ready; a dead one stays until the next load.
  std::shared_ptr<ModelInstance> instance GUARDED_BY(engine_mutex) = {};

  /// In order of arrival.
  std::map<RequestId, std::shared_ptr<PendingRequest>> waiting GUARDED_BY(engine_mutex) = {};

  std::uint64_t memory_bytes GUARDED_BY(engine_mutex) = 0;  // what it takes, or is expected to
  bool resident GUARDED_BY(engine_mutex) = false;  // has that memory, or it is promised to its load
  double load_seconds GUARDED_BY(engine_mutex) = 0;   // of the last load
  std::uint32_t wanted GUARDED_BY(engine_mutex) = 0;  // inquiries that are about to call it

  /// How long it stays when it is idle; 0 = for good.
  std::chrono::milliseconds keep_alive GUARDED_BY(engine_mutex){0};
  Stay asked_stay GUARDED_BY(engine_mutex) = {};  // what the last request said, until it leaves
  std::optional<Clock::time_point> idle_since GUARDED_BY(engine_mutex) = {};
  std::optional<Clock::time_point> leaves_at GUARDED_BY(engine_mutex) = {};  // while it is idle

  /// Later requests wait: it has to make room.
  std::optional<RequestId> last_before_leaving GUARDED_BY(engine_mutex) = {};

  /// Guards itself.
  const std::shared_ptr<ModelLatencies> latencies = std::make_shared<ModelLatencies>();

  bool ready() const noexcept REQUIRES(engine_mutex);

  /// False for requests that came after somebody else's who needs its room.
  bool serves(RequestId id) const noexcept REQUIRES(engine_mutex) {
    return !last_before_leaving || id <= *last_before_leaving;
  }

  /// Neither loaded nor on its way.
  bool loadable() const noexcept REQUIRES(engine_mutex);

  /// Ready, and nobody whom it serves uses it or waits for it.
  bool idle() const noexcept REQUIRES(engine_mutex);

  /// How long it stays from the moment at which it is idle; absent = for good.
  std::optional<std::chrono::milliseconds> stays() const REQUIRES(engine_mutex);

  /// What a request asks for counts from now on. Absent changes nothing.
  void ask_stay(Stay stay) REQUIRES(engine_mutex) {
    if (stay) asked_stay = stay;
  }

  ModelStatus status() const REQUIRES(engine_mutex);
};

/// The known models, in order of their adding. Models are never destroyed, so references to them
/// stay valid.
class ModelTable {
 public:
  /// `keep_alive` is for specs that name none. Fails with InvalidRequest when the id is empty or
  /// taken.
  Status add(ModelSpec spec, std::chrono::milliseconds keep_alive) REQUIRES(engine_mutex);

  /// Another name of a known model. Fails with ModelNotFound, or InvalidRequest when it is taken.
  Status add_alias(std::string alias, std::string_view id) REQUIRES(engine_mutex);

  /// What "" stands for; at first the model that was added first. Fails with ModelNotFound.
  Status set_default(std::string_view id) REQUIRES(engine_mutex);

  /// The model that a name means: "" the default model, an id or an alias, or what one model's id
  /// or alias begins with, in any letter case. Fails with ModelNotFound, which names the known ids.
  Result<Model*> find(std::string_view name) const REQUIRES(engine_mutex);

  /// The same, but only by a whole id or alias.
  Result<Model*> find_to_remove(std::string_view id) const REQUIRES(engine_mutex);

  /// The model of exactly that id or alias, null if there is none.
  Model* find_whole(std::string_view id) const REQUIRES(engine_mutex);

  /// With the removed ones.
  const std::vector<std::unique_ptr<Model>>& all() const noexcept { return models_; }

 private:
  Result<Model*> find_default() const REQUIRES(engine_mutex);

  std::vector<std::unique_ptr<Model>> models_;
  const Model* default_ = nullptr;
  std::map<std::string, Model*, std::less<>> aliases_;
};

}  // namespace pcai::engine
