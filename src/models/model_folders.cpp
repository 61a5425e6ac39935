#include "models/model_folders.h"

#include <string_view>
#include <system_error>
#include <utility>

#include "models/stores/hugging_face_store.h"
#include "models/stores/jan_store.h"
#include "models/stores/lm_studio_store.h"
#include "models/stores/ollama_store.h"
#include "models/stores/other_stores.h"

namespace pcai::models {

std::filesystem::path own_models_folder(const UserEnvironment& environment) {
  if (auto folder = environment.path("PCAI_MODELS_DIR"); !folder.empty()) return folder;
  const bool is_windows = environment.system == platform::System::Windows;
  auto data = environment.path(is_windows ? "LOCALAPPDATA" : "XDG_DATA_HOME");
  // A relative XDG_DATA_HOME is to be ignored, says its specification.
  if (!is_windows && !data.is_absolute()) {
    const auto home = environment.home();
    data = home.empty() ? home : home / ".local" / "share";
  }
  return data.empty() ? data : data / "pcai" / "models";
}

std::filesystem::path default_model_path() {
  return own_models_folder() / (std::string(kDefaultModelId) + ".gguf");
}

std::vector<StorePlace> store_places(const UserEnvironment& environment) {
  std::vector<StorePlace> places = {{"pcai", own_models_folder(environment)}};
  const auto add = [&places](const char* source, std::vector<std::filesystem::path> folders) {
    for (std::filesystem::path& folder : folders) places.push_back({source, std::move(folder)});
  };
  add("ollama", ollama_model_places(environment));
  add("lm-studio", lm_studio_model_places(environment));
  add("hugging-face", hugging_face_model_places(environment));
  add("llama.cpp", llama_cpp_model_places(environment));
  add("gpt4all", gpt4all_model_places(environment));
  add("jan", jan_data_places(environment));
  return places;
}

ModelFolders ModelFolders::of_this_user(const UserEnvironment& environment) {
  ModelFolders folders;
  folders.system = environment.system;
  folders.own = own_models_folder(environment);
  folders.lm_studio_hubs = lm_studio_hub_places(environment);
  const std::pair<std::string_view, std::vector<std::filesystem::path>*> stores[] = {
      {"ollama", &folders.ollama},
      {"lm-studio", &folders.lm_studio},
      {"hugging-face", &folders.hugging_face},
      {"llama.cpp", &folders.llama_cpp},
      {"gpt4all", &folders.gpt4all},
      {"jan", &folders.jan}};
  for (StorePlace& place : store_places(environment)) {
    for (const auto& [source, list] : stores) {
      std::error_code error;
      if (place.source == source && std::filesystem::is_directory(place.path, error)) {
        list->push_back(std::move(place.path));
      }
    }
  }
  return folders;
}

}  // namespace pcai::models
