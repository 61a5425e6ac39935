#include "models/other_stores.h"

#include "models/environment.h"

namespace pcai {
namespace {

namespace fs = std::filesystem;

/// `folder / rest`, or nothing where there is no such folder on this system.
std::vector<fs::path> below(const fs::path& folder, const fs::path& rest) {
  if (folder.empty()) return {};
  return {folder / rest};
}

/// The variable's folder, else one in the home folder.
fs::path user_folder(const char* variable, const fs::path& in_home) {
  if (fs::path given = path_from_environment(variable); given.is_absolute()) return given;
  const fs::path home = home_folder();
  return home.empty() ? home : home / in_home;
}

}  // namespace

#ifdef _WIN32

std::vector<fs::path> llama_cpp_model_places() {
  return below(path_from_environment("LOCALAPPDATA"), "llama.cpp");
}

std::vector<fs::path> gpt4all_model_places() {
  return below(path_from_environment("LOCALAPPDATA"), fs::path("nomic.ai") / "GPT4All");
}

std::vector<fs::path> jan_model_places() {
  return below(path_from_environment("APPDATA"), fs::path("Jan") / "data" / "llamacpp" / "models");
}

#elif defined(__APPLE__)

std::vector<fs::path> llama_cpp_model_places() {
  return below(home_folder(), "Library/Caches/llama.cpp");
}

std::vector<fs::path> gpt4all_model_places() {
  return below(home_folder(), "Library/Application Support/nomic.ai/GPT4All");
}

std::vector<fs::path> jan_model_places() {
  return below(home_folder(), "Library/Application Support/Jan/data/llamacpp/models");
}

#else

std::vector<fs::path> llama_cpp_model_places() {
  return below(user_folder("XDG_CACHE_HOME", ".cache"), "llama.cpp");
}

std::vector<fs::path> gpt4all_model_places() {
  std::vector<fs::path> places =
      below(user_folder("XDG_DATA_HOME", ".local/share"), "nomic.ai/GPT4All");
  for (fs::path& place : below(home_folder(), ".cache/gpt4all")) places.push_back(std::move(place));
  return places;
}

std::vector<fs::path> jan_model_places() {
  return below(user_folder("XDG_CONFIG_HOME", ".config"), "Jan/data/llamacpp/models");
}

#endif

}  // namespace pcai
