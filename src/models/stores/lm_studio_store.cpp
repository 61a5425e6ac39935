#include "models/stores/lm_studio_store.h"

#include <nlohmann/json.hpp>
#include <string>
#include <system_error>

#include "models/folder_scan.h"
#include "models/gguf/byte_source.h"
#include "platform/path_text.h"

namespace pcai::models {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxSettingsBytes = 1 << 20;

fs::path lm_studio_home(const UserEnvironment& environment) {
  const fs::path user_home = environment.home();
  const auto pointer = read_small_text(user_home / ".lmstudio-home-pointer", 32 << 10);
  if (pointer && !pointer->empty()) return environment.expanded(platform::text_path(*pointer));
  std::error_code error;
  const fs::path legacy = user_home / ".cache" / "lm-studio";
  return fs::is_directory(legacy, error) ? legacy : user_home / ".lmstudio";
}

}  // namespace

std::vector<fs::path> lm_studio_model_places(const UserEnvironment& environment) {
  if (environment.home().empty()) return {};
  const fs::path home = lm_studio_home(environment);
  fs::path models = home / "models";
  if (const auto text = read_small_file(home / "settings.json", kMaxSettingsBytes)) {
    const auto settings = nlohmann::json::parse(*text, nullptr, false);
    for (const char* const key : {"modelsDirectory", "downloadsFolder"}) {
      const auto folder = settings.is_object() ? settings.find(key) : settings.end();
      if (folder != settings.end() && folder->is_string())
        models = environment.expanded(platform::text_path(folder->get<std::string>()));
    }
  }
  return {models};
}

std::vector<fs::path> lm_studio_hub_places(const UserEnvironment& environment) {
  if (environment.home().empty()) return {};
  return {lm_studio_home(environment) / "hub"};
}

std::vector<fs::path> lm_studio_model_paths() {
  return existing(lm_studio_model_places());
}

}  // namespace pcai::models
