#include "models/environment.h"

#include <cstdlib>

namespace pcai::models {
namespace {

namespace fs = std::filesystem;

fs::path variable_of_process(const std::string& name) {
#ifdef _WIN32
  const wchar_t* value = _wgetenv(std::wstring(name.begin(), name.end()).c_str());
#else
  const char* value = std::getenv(name.c_str());
#endif
  return value == nullptr ? fs::path() : fs::path(value);
}

}  // namespace

fs::path UserEnvironment::path(const char* name) const {
  if (!variables) return variable_of_process(name);
  const auto found = variables->find(name);
  return found == variables->end() ? fs::path() : found->second;
}

fs::path UserEnvironment::home() const {
  return path(home_variable(platform));
}

}  // namespace pcai::models
