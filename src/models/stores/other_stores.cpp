#include "models/stores/other_stores.h"

#include <utility>

namespace pcai::models {
namespace {

namespace fs = std::filesystem;

/// Where each system has a user's folder for one purpose.
struct UserFolder {
  const char* windows;  // a variable
  const char* mac_os;   // below the home folder
  const char* xdg;      // a variable, for Linux
  const char* without;  // below the home folder, where it is not set
};
constexpr UserFolder kCaches = {"LOCALAPPDATA", "Library/Caches", "XDG_CACHE_HOME", ".cache"};
constexpr UserFolder kData = {"LOCALAPPDATA", "Library/Application Support", "XDG_DATA_HOME",
                              ".local/share"};
constexpr UserFolder kRoaming = {"APPDATA", "Library/Application Support", "XDG_DATA_HOME",
                                 ".local/share"};
constexpr UserFolder kSettings = {"APPDATA", "Library/Application Support", "XDG_CONFIG_HOME",
                                  ".config"};

/// `folder / rest`, or nothing where there is no such folder on this system.
std::vector<fs::path> below(const fs::path& folder, const fs::path& rest) {
  if (folder.empty()) return {};
  return {folder / rest};
}

std::vector<fs::path> below(const UserEnvironment& environment, const UserFolder& folder,
                            const fs::path& rest) {
  if (environment.system == platform::System::Windows) {
    return below(environment.path(folder.windows), rest);
  }
  if (environment.system == platform::System::MacOs) {
    return below(environment.home(), folder.mac_os / rest);
  }
  if (const fs::path given = environment.path(folder.xdg); given.is_absolute()) {
    return {given / rest};
  }
  return below(environment.home(), folder.without / rest);
}

}  // namespace

std::vector<fs::path> llama_cpp_model_places(const UserEnvironment& environment) {
  std::vector<fs::path> places = below(environment, kCaches, "llama.cpp");
  if (fs::path given = environment.folder("LLAMA_CACHE"); !given.empty()) {
    places.insert(places.begin(), std::move(given));
  }
  return places;
}

std::vector<fs::path> gpt4all_model_places(const UserEnvironment& environment) {
  std::vector<fs::path> places = below(environment, kData, fs::path("nomic.ai") / "GPT4All");
  for (fs::path& place : below(environment.home(), fs::path(".cache") / "gpt4all")) {
    places.push_back(std::move(place));
  }
  return places;
}

std::vector<fs::path> jan_folders(const UserEnvironment& environment) {
  std::vector<fs::path> folders = below(environment, kRoaming, "Jan");
  if (environment.system == platform::System::Linux) {
    for (fs::path& folder : below(environment, kSettings, "Jan")) {
      folders.push_back(std::move(folder));
    }
  }
  return folders;
}

}  // namespace pcai::models
