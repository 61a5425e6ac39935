#pragma once

#include <string>

namespace pcai {

/// A graphics driver's library, which may be missing on this machine. It is opened at run time and
/// stays open, because drivers cannot be unloaded safely.
class DriverLibrary {
 public:
  /// Opens it by name (searched where the system keeps libraries, never in the current folder) or
  /// by path.
  explicit DriverLibrary(const std::string& name);

  bool is_open() const noexcept { return handle_ != nullptr; }

  /// A function of the library; null if it has none of that name.
  template <class Function>
  Function* function(const char* name) const noexcept {
    return reinterpret_cast<Function*>(symbol(name));
  }

 private:
  void* symbol(const char* name) const noexcept;

  void* handle_ = nullptr;
};

/// The names of the drivers' libraries. Tests use others.
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
