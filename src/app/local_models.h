#pragma once

#include <memory>
#include <string>

#include "app/chat/chat.h"
#include "app/engine_setup.h"
#include "app/settings/settings.h"
#include "platform/signals.h"

namespace pcai::app {

/// The one model that `pcai run` has in memory.
class LocalModels {
 public:
  /// Loads the model of the settings, showing the progress on stderr. Fails as make_engine and
  /// load_model do. `signals` must outlive it.
  static Result<std::unique_ptr<LocalModels>> open(Settings settings, platform::Signals& signals);

  /// The model that is loaded. It refers to this object.
  ChatModel model();

  /// Loads another one instead. Where that fails, the one before is loaded again.
  Result<ChatModel> change(const std::string& name);

 private:
  LocalModels(Settings settings, PreparedEngine prepared, platform::Signals& signals)
      : settings_(std::move(settings)), prepared_(std::move(prepared)), signals_(signals) {}

  Status load();

  Settings settings_;
  PreparedEngine prepared_;
  platform::Signals& signals_;
  ModelInfo info_ = {};
};

}  // namespace pcai::app
