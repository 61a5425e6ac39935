#pragma once

#include <map>
#include <string>
#include <vector>

#include "app/choice/known_models.h"
#include "models/found_model.h"

namespace pcai::app {

/// The names, besides its id, under which clients may ask for a model of a hub: the short name that
/// `pcai pull` knows, Ollama's for the repository, and ours. Each means the same as on the command
/// line.
class HubNames {
 public:
  HubNames();

  /// All models must be added before names_of() is asked.
  void add(const models::FoundModel& found);

  /// None of them means another added model.
  std::vector<std::string> names_of(const models::FoundModel& found) const;

 private:
  std::vector<KnownModel> known_;
  std::map<std::string, std::vector<models::FoundModel>> repositories_;  // by their lower-case name
};

}  // namespace pcai::app
