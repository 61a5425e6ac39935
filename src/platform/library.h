#pragma once

#include <filesystem>
#include <string>
#include <string_view>

namespace pcai::platform {

/// A library that is opened at run time, if it is on this machine. It stays open until the process
/// ends, because drivers do not like to be unloaded. Copies stand for the same library.
class Library {
 public:
  /// Takes a path, or a name that is searched where the system keeps libraries, never in the
  /// current folder.
  explicit Library(const std::filesystem::path& name);

  bool is_open() const noexcept { return handle_ != nullptr; }

  /// The system's reason why it is not open; empty if it is.
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

/// The file name of a library on this system: libNAME.so, NAME.dll.
std::string library_file(std::string_view name);

/// The names of the graphics drivers' libraries on this system.
struct DriverNames {
  std::string cuda;
  std::string nvml;
  std::string vulkan;
};
DriverNames driver_names();

}  // namespace pcai::platform
