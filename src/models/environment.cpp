#include "models/environment.h"

#include <cstdlib>
#include <string>

namespace pcai {

std::filesystem::path path_from_environment(const char* name) {
#ifdef _WIN32
  const std::string ascii(name);
  const wchar_t* value = _wgetenv(std::wstring(ascii.begin(), ascii.end()).c_str());
  return value == nullptr ? std::filesystem::path() : std::filesystem::path(value);
#else
  const char* value = std::getenv(name);
  return value == nullptr ? std::filesystem::path() : std::filesystem::path(value);
#endif
}

std::filesystem::path home_folder() {
#ifdef _WIN32
  return path_from_environment("USERPROFILE");
#else
  return path_from_environment("HOME");
#endif
}

}  // namespace pcai
