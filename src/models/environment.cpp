#include "models/environment.h"

#include "platform/environment.h"

namespace pcai::models {

namespace fs = std::filesystem;

fs::path UserEnvironment::path(const char* name) const {
  if (!variables) return platform::path_variable(name);
  const auto found = variables->find(name);
  return found == variables->end() ? fs::path() : found->second;
}

fs::path UserEnvironment::home() const {
  return path(home_variable(system));
}

}  // namespace pcai::models
