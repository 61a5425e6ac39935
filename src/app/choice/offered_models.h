#pragma once

#include <string>
#include <vector>

#include "app/choice/model_choice.h"
#include "engine/engine.h"

namespace pcai::app {

/// What a change of the offered models came to.
struct OfferChange {
  std::vector<std::string> added;
  std::vector<std::string> removed;
  std::vector<std::string> changed;  // loaded anew with other settings when they are asked for
};

/// The models that an engine offers by choose_models. One thread at a time.
class OfferedModels {
 public:
  explicit OfferedModels(engine::Engine& engine) : engine_(engine) {}

  /// Offers these and nothing else. Models that stay as they are stay loaded; who is being answered
  /// by another one still is. Fails with InvalidRequest for an id or alias that is there twice.
  Result<OfferChange> offer(std::vector<ChosenModel> models);

 private:
  Status add(const ChosenModel& model);

  engine::Engine& engine_;
  std::vector<ChosenModel> offered_;
};

}  // namespace pcai::app
