#include "platform/system.h"

#include <dlfcn.h>

#include <system_error>

namespace pcai::platform {
namespace {

constexpr const char* kOwnProgram = "/proc/self/exe";

}  // namespace

System own_system() noexcept {
#if defined(__APPLE__)
  return System::MacOs;
#else
  return System::Linux;
#endif
}

std::string own_program() {
  return kOwnProgram;
}

std::filesystem::path own_folder() {
  Dl_info info{};
  std::error_code error;
  if (::dladdr(reinterpret_cast<const void*>(&own_folder), &info) == 0) return {};
  // A program's name is the one that it was started by, perhaps without a folder.
  std::filesystem::path file = info.dli_fname;
  if (!file.is_absolute() || !std::filesystem::exists(file, error)) {
    file = std::filesystem::read_symlink(kOwnProgram, error);
  }
  return std::filesystem::weakly_canonical(file, error).parent_path();
}

}  // namespace pcai::platform
