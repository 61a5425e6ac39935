#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace pcai::platform {

/// A library that may or may not be on this machine, opened at run time. Once open it stays in the
/// process for good: drivers do not like to be unloaded, and copies are as good as the first one.
class Library {
 public:
  /// By path, or by a name that is searched where the system keeps libraries, never in the current
  /// folder.
  explicit Library(const std::filesystem::path& name);

  bool is_open() const noexcept { return handle_ != nullptr; }

  /// What the system says against it; empty if it is open.
  const std::string& why_not() const noexcept { return why_not_; }

  /// A function of it; null if it is not open or has none of that name.
  template <class Function>
  Function* function(const char* name) const noexcept {
    return reinterpret_cast<Function*>(symbol(name));
  }

 private:
  void* symbol(const char* name) const noexcept;

  void* handle_ = nullptr;
  std::string why_not_;
};

/// What the file of a library is called here: libNAME.so, NAME.dll.
std::string library_file(std::string_view name);

/// What the libraries of graphics drivers are called here.
struct DriverNames {
  std::string cuda;
  std::string nvml;
  std::string vulkan;
};
DriverNames driver_names();

}  // namespace pcai::platform
