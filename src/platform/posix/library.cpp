#include "platform/library.h"

#include <dlfcn.h>

namespace pcai::platform {

Library::Library(const std::filesystem::path& name)
    : handle_(::dlopen(name.c_str(), RTLD_NOW | RTLD_LOCAL)) {
  if (handle_ != nullptr) return;
  const char* const reason = ::dlerror();
  why_not_ = reason == nullptr ? "no reason" : reason;
}

void* Library::symbol(const char* name) const noexcept {
  return handle_ == nullptr ? nullptr : ::dlsym(handle_, name);
}

std::string library_file(std::string_view name) {
  return "lib" + std::string(name) + ".so";
}

DriverNames driver_names() {
  return {.cuda = "libcuda.so.1", .nvml = "libnvidia-ml.so.1", .vulkan = "libvulkan.so.1"};
}

}  // namespace pcai::platform
