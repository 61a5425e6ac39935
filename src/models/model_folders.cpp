#include "models/model_folders.h"

#include "models/environment.h"
#include "models/hugging_face_store.h"
#include "models/lm_studio_store.h"
#include "models/ollama_store.h"

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

ModelFolders ModelFolders::of_this_user() {
  ModelFolders folders;
  folders.own = own_models_folder();
  folders.ollama = ollama_model_paths();
  folders.lm_studio = lm_studio_model_paths();
  folders.hugging_face = hugging_face_model_paths();
  return folders;
}

}  // namespace pcai
