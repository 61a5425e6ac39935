#pragma once

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "backend/inference_backend.h"
#include "backend/registry.h"

namespace pcai::engine {

/// The hands of a test on a ManualBackend: what its loads and submits do, and every event of every
/// request. Any thread may call any method.
class ManualControl {
 public:
  static constexpr std::chrono::seconds kPatience{60};

  /// Settings; change them through set().
  struct Settings {
    std::uint32_t max_sequences = 1;
    bool hold_loads = false;     // loads wait until it is false, or until they are aborted
    bool hold_submits = false;   // submits wait until it is false
    bool answer_cancels = true;  // cancel() delivers Failed(Cancelled)
    std::optional<Error> load_error = {};
    std::optional<Error> submit_error = {};
    std::string throws = {};  // loads and submits throw it, unless it is empty
    std::vector<GenerateEvent> during_submit = {};  // delivered before submit() returns
  };

  void set(const std::function<void(Settings&)>& change) {
    const std::lock_guard lock(mutex_);
    change(settings_);
    changed_.notify_all();
  }

  /// Counters so far.
  struct Counts {
    int backends = 0;  // created
    int loads = 0;     // begun
    int models = 0;    // loaded and not destroyed
    int submits = 0;   // begun
    int cancels = 0;   // calls
  };

  Counts counts() const {
    const std::lock_guard lock(mutex_);
    return counts_;
  }

  /// Waits until the counters are like that; false after a minute.
  bool wait(const std::function<bool(const Counts&)>& condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return condition(counts_); });
  }

  /// The ids in the order in which the models took them.
  std::vector<RequestId> taken() const {
    const std::lock_guard lock(mutex_);
    return taken_;
  }

  bool wait_taken(std::size_t count) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, kPatience, [&] { return taken_.size() >= count; });
  }

  /// Delivers an event of a live request; a last one ends it. False when it is not live.
  bool emit(RequestId id, GenerateEvent event) {
    std::shared_ptr<backend::EventSink> sink;
    {
      const std::lock_guard lock(mutex_);
      const auto found = live_.find(id);
      if (found == live_.end()) return false;
      sink = found->second;
      if (is_last(event)) live_.erase(found);
    }
    sink->on_event(std::move(event));
    return true;
  }

  bool finish(RequestId id) { return emit(id, Finished{.usage = {.completion_tokens = 1}}); }

  /// As when a worker dies: nothing lives any more, and all requests fail.
  void die() {
    dead_ = true;
    end_all({ErrorCode::WorkerDied, "died for a test"});
  }

 private:
  friend class ManualModel;
  friend class ManualBackend;

  void throw_if_asked() const {
    if (!settings_.throws.empty()) throw std::runtime_error(settings_.throws);
  }

  void end_all(const Error& error) {
    std::map<RequestId, std::shared_ptr<backend::EventSink>> ending;
    {
      const std::lock_guard lock(mutex_);
      ending.swap(live_);
    }
    for (auto& [id, sink] : ending) sink->on_event(Failed{error});
  }

  mutable std::mutex mutex_;
  std::condition_variable changed_;
  Settings settings_;
  Counts counts_;
  std::vector<RequestId> taken_;
  std::map<RequestId, std::shared_ptr<backend::EventSink>> live_;
  std::atomic<bool> dead_{false};
};

/// One model at a time: all instances share the control.
class ManualModel final : public backend::LoadedModel {
 public:
  ManualModel(std::shared_ptr<ManualControl> control, ModelInfo info)
      : control_(std::move(control)), info_(std::move(info)) {}

  ~ManualModel() override {
    control_->end_all({ErrorCode::Cancelled, "the model was unloaded"});
    const std::lock_guard lock(control_->mutex_);
    --control_->counts_.models;
    control_->changed_.notify_all();
  }

  const ModelInfo& info() const noexcept override { return info_; }

  Status submit(RequestId id, GenerateRequest, std::shared_ptr<backend::EventSink> sink) override {
    std::unique_lock lock(control_->mutex_);
    ++control_->counts_.submits;
    control_->changed_.notify_all();
    control_->changed_.wait(lock, [&] { return !control_->settings_.hold_submits; });
    control_->throw_if_asked();
    if (control_->settings_.submit_error) return fail(*control_->settings_.submit_error);
    control_->taken_.push_back(id);
    control_->live_.emplace(id, std::move(sink));
    control_->changed_.notify_all();
    const std::vector<GenerateEvent> events = control_->settings_.during_submit;
    lock.unlock();
    for (const GenerateEvent& event : events) control_->emit(id, event);
    return {};
  }

  void cancel(RequestId id) noexcept override {
    bool answers = false;
    {
      const std::lock_guard lock(control_->mutex_);
      ++control_->counts_.cancels;
      answers = control_->settings_.answer_cancels;
      control_->changed_.notify_all();
    }
    if (answers) control_->emit(id, Failed{{ErrorCode::Cancelled, "cancelled by the model"}});
  }

  ModelStats stats() const noexcept override { return {.kv_cells_total = 7}; }
  bool alive() const noexcept override { return !control_->dead_; }

 private:
  std::shared_ptr<ManualControl> control_;
  ModelInfo info_;
};

/// A backend whose every step a test decides.
class ManualBackend final : public backend::InferenceBackend {
 public:
  explicit ManualBackend(std::shared_ptr<ManualControl> control) : control_(std::move(control)) {
    const std::lock_guard lock(control_->mutex_);
    ++control_->counts_.backends;
  }

  const backend::BackendDescriptor& descriptor() const noexcept override { return descriptor_; }

  Result<std::unique_ptr<backend::LoadedModel>> load(const ModelSpec& spec,
                                                     backend::LoadProgress& progress) override {
    std::unique_lock lock(control_->mutex_);
    ++control_->counts_.loads;
    control_->changed_.notify_all();
    while (true) {
      lock.unlock();
      if (!progress.on_progress(0.5F)) {
        return fail(ErrorCode::Cancelled, "the load was aborted");
      }
      lock.lock();
      if (!control_->settings_.hold_loads) break;
      control_->changed_.wait_for(lock, std::chrono::milliseconds(1));
    }
    control_->throw_if_asked();
    if (control_->settings_.load_error) return fail(*control_->settings_.load_error);
    control_->dead_ = false;
    ++control_->counts_.models;
    ModelInfo info{.id = spec.id, .backend = "manual", .architecture = "manual"};
    info.max_sequences = control_->settings_.max_sequences;
    return std::make_unique<ManualModel>(control_, std::move(info));
  }

 private:
  std::shared_ptr<ManualControl> control_;
  backend::BackendDescriptor descriptor_{.name = "manual", .formats = {"manual"}};
};

inline void register_manual(backend::BackendRegistry& registry,
                            std::shared_ptr<ManualControl> control) {
  registry.add({.name = "manual",
                .built = true,
                .descriptor = {.name = "manual", .formats = {"manual"}},
                .create = [control = std::move(
                               control)]() -> Result<std::unique_ptr<backend::InferenceBackend>> {
                  return std::make_unique<ManualBackend>(control);
                }});
}

}  // namespace pcai::engine
