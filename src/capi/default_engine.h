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

namespace pcai {

/// Called with each piece of text, on the thread that generates; false stops.
using OnText = std::function<bool(const std::string& text)>;

/// The one engine behind the seven functions of pcai.h, with one model. Any thread may call any
/// method; no lock is held while a model loads or generates.
class DefaultEngine {
 public:
  DefaultEngine();
  ~DefaultEngine();

  /// The process's own. Never destroyed: at exit, threads of its models may still be at work.
  static DefaultEngine& instance();

  /// `backend` "" is "auto".
  Status init(std::string_view backend);

  /// The model before it stays until the new one is ready.
  Status load_model(std::filesystem::path path, std::int32_t gpu_layers);

  /// Runs the request to its end. Stopping is success.
  Status generate(GenerateRequest request, const OnText& on_text);

  /// Ends everything and waits until no other thread is inside a call.
  void shut_down();

 private:
  class Running;
  class Call;

  Mutex mutex_;
  CondVar left_;  // a call has ended

  /// Null before init. Its copies, too, are made and dropped only under mutex_, which counts them.
  std::shared_ptr<Running> running_ GUARDED_BY(mutex_);
};

}  // namespace pcai
