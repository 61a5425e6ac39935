#include "capi/process_end.h"

#include <atomic>
#include <chrono>
#include <thread>
#include <utility>
#include <vector>

#include "capi/open_engine.h"
#include "core/mutex.h"
#include "core/start_thread.h"
#include "platform/library_end.h"

namespace pcai::capi {
namespace {

using Engines = std::vector<std::shared_ptr<OpenEngine>>;

// A step ends within milliseconds; what takes longer (a driver, a load from a slow disk) goes on
// beside the process's end, which destroys nothing that it needs.
constexpr std::chrono::seconds kEnough{3};

std::atomic<int> engines_alive{0};
std::atomic<bool> is_forked{false};

/// Never destroyed.
struct Noted {
  Mutex mutex;
  std::vector<std::weak_ptr<OpenEngine>> engines GUARDED_BY(mutex);
};

Noted& noted() {
  static auto* const all = new Noted;
  return *all;
}

Engines living_engines() {
  const MutexLock lock(noted().mutex);
  Engines living;
  for (const auto& engine : noted().engines) {
    if (auto alive = engine.lock()) living.push_back(std::move(alive));
  }
  return living;
}

/// What the closing thread and the exiting one share; neither destroys it.
struct Closing {
  Engines engines;
  Mutex mutex;
  CondVar changed;
  bool done GUARDED_BY(mutex) = false;
};

void close_all(Closing& closing) {
  for (const auto& engine : closing.engines) engine->close();
  const MutexLock lock(closing.mutex);
  closing.done = true;
  closing.changed.notify_all();
}

void close_at_exit() noexcept {
  if (is_forked) return;
  try {
    auto* const closing = new Closing{.engines = living_engines()};
    if (closing->engines.empty()) return;
    // On a thread of its own, because closing waits for calls that may not end.
    start_thread([closing] { close_all(*closing); }).detach();
    const MutexLock lock(closing->mutex);
    closing->changed.wait_for(closing->mutex, kEnough,
                              [closing]() REQUIRES(closing->mutex) { return closing->done; });
  } catch (const std::exception&) {
    // No thread or no memory: the process ends as it is.
  }
}

}  // namespace

void note_engine(const std::shared_ptr<OpenEngine>& engine) {
  static const bool is_set_up = [] {
    platform::call_in_forked_children([] {
      if (engines_alive > 0) is_forked = true;
    });
    platform::call_at_exit(close_at_exit);
    return true;
  }();
  static_cast<void>(is_set_up);
  const MutexLock lock(noted().mutex);
  std::erase_if(noted().engines, [](const auto& other) { return other.expired(); });
  noted().engines.push_back(engine);
}

void note_load() noexcept {
  static std::atomic_flag told;
  if (!told.test_and_set()) platform::call_at_exit(close_at_exit);
}

EngineAlive::EngineAlive() noexcept {
  ++engines_alive;
}

EngineAlive::~EngineAlive() {
  --engines_alive;
}

bool is_forked_from_engine() noexcept {
  return is_forked;
}

}  // namespace pcai::capi
