#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/event.h"
#include "core/mutex.h"
#include "core/request.h"
#include "core/result.h"

namespace pcai::capi {

/// Called with each piece of text, whole code points, on the thread that called generate(). Returns
/// false to stop. It may call DefaultEngine again, shut_down() too.
using OnText = std::function<bool(const std::string& text)>;

/// The one engine behind part 1 of pcai.h (the functions without handles), with one model. Any
/// thread may call any method. No lock is held while a model loads or generates, so that a callback
/// may call back and pcai_shutdown can end a load.
class DefaultEngine {
 public:
  DefaultEngine();
  ~DefaultEngine();

  /// The process's own, made by the first call. It is never destroyed, because threads of its
  /// models may still be at work when static objects are destroyed at exit.
  static DefaultEngine& instance();

  /// Starts the engine with a backend ("" = "auto"). If it runs already, the same name, "auto" and
  /// "" change nothing; another name fails with InvalidRequest. An unknown or unusable backend
  /// fails as in backends_for(); then no engine runs.
  Status init(std::string_view backend);

  /// Loads a model and makes it the one that answers; blocks. Loads come one after another. Does
  /// nothing if just this path with just this `gpu_layers` (-1 = all that fit) is loaded. The model
  /// before answers until the new one is ready, and stays if loading fails. Fails with Cancelled if
  /// shut_down() is called meanwhile.
  Status load_model(std::filesystem::path path, std::int32_t gpu_layers);

  /// Runs a request on the loaded model and blocks until it has ended. That `on_text` stops it is
  /// success. Reasoning is dropped. Fails with InvalidRequest before init(), with ModelNotFound
  /// while no model is loaded, and with what the request fails with.
  Status generate(GenerateRequest request, const OnText& on_text);

  /// Makes running calls fail with Cancelled, waits until no other thread is inside one, and frees
  /// model and engine. Harmless if none runs. Inside a callback it does not wait for the calls of
  /// this same thread; the last of them frees.
  void shut_down();

 private:
  class Running;  // what lives from init() to shut_down()
  class Call;     // a call that is inside of it

  Mutex mutex_;
  CondVar left_;  // a call has ended

  /// Null before init. Its copies, too, are made and dropped only under mutex_, which counts them.
  std::shared_ptr<Running> running_ GUARDED_BY(mutex_);
};

}  // namespace pcai::capi
