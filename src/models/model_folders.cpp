#include "models/model_folders.h"

#include <string_view>
#include <system_error>
#include <utility>

#include "models/environment.h"
#include "models/hugging_face_store.h"
#include "models/lm_studio_store.h"
#include "models/ollama_store.h"
#include "models/other_stores.h"

namespace pcai {

std::filesystem::path own_models_folder() {
  if (auto folder = path_from_environment("PCAI_MODELS_DIR"); !folder.empty()) return folder;
#ifdef _WIN32
  const auto data = path_from_environment("LOCALAPPDATA");
#else
  auto data = path_from_environment("XDG_DATA_HOME");
  if (!data.is_absolute()) {  // to be ignored when relative, says its specification
    const auto home = home_folder();
    data = home.empty() ? home : home / ".local" / "share";
  }
#endif
  return data.empty() ? data : data / "pcai" / "models";
}

std::filesystem::path default_model_path() {
  return own_models_folder() / (std::string(kDefaultModelId) + ".gguf");
}

std::vector<StorePlace> store_places() {
  std::vector<StorePlace> places = {{"pcai", own_models_folder()}};
  const auto add = [&places](const char* source, std::vector<std::filesystem::path> folders) {
    for (std::filesystem::path& folder : folders) places.push_back({source, std::move(folder)});
  };
  add("ollama", ollama_model_places());
  add("lm-studio", lm_studio_model_places());
  add("hugging-face", hugging_face_model_places());
  add("llama.cpp", llama_cpp_model_places());
  add("gpt4all", gpt4all_model_places());
  add("jan", jan_model_places());
  return places;
}

ModelFolders ModelFolders::of_this_user() {
  ModelFolders folders;
  folders.own = own_models_folder();
  const std::pair<std::string_view, std::vector<std::filesystem::path>*> stores[] = {
      {"ollama", &folders.ollama},
      {"lm-studio", &folders.lm_studio},
      {"hugging-face", &folders.hugging_face},
      {"llama.cpp", &folders.llama_cpp},
      {"gpt4all", &folders.gpt4all},
      {"jan", &folders.jan}};
  for (StorePlace& place : store_places()) {
    for (const auto& [source, list] : stores) {
      std::error_code error;
      if (place.source == source && std::filesystem::is_directory(place.path, error)) {
        list->push_back(std::move(place.path));
      }
    }
  }
  return folders;
}

}  // namespace pcai
