#pragma once

#include <string>

namespace pcai {

/// A graphics driver's library that may or may not be on this machine, opened at run time. Stays
/// open once opened: drivers do not like to be unloaded.
class DriverLibrary {
 public:
  /// By name (searched where the system keeps libraries, never in the current folder) or path.
  explicit DriverLibrary(const std::string& name);

  bool is_open() const noexcept { return handle_ != nullptr; }

  /// A function of it; null where it has none of that name.
  template <class Function>
  Function* function(const char* name) const noexcept {
    return reinterpret_cast<Function*>(symbol(name));
  }

 private:
  void* symbol(const char* name) const noexcept;

  void* handle_ = nullptr;
};

/// What the drivers' libraries are called; tests name others.
struct DriverNames {
#ifdef _WIN32
  std::string cuda = "nvcuda.dll";
  std::string nvml = "nvml.dll";
  std::string vulkan = "vulkan-1.dll";
#else
  std::string cuda = "libcuda.so.1";
  std::string nvml = "libnvidia-ml.so.1";
  std::string vulkan = "libvulkan.so.1";
#endif
};

}  // namespace pcai
