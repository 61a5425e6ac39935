#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "models/environment.h"

namespace pcai::models {

/// Where models are looked for. Every list may be empty. Folders need not exist, except the extra
/// ones.
struct ModelFolders {
  std::filesystem::path own;                  // pcai's own
  std::vector<std::filesystem::path> extra;   // given by the user
  std::vector<std::filesystem::path> ollama;  // other programs' stores, which are only read
  std::vector<std::filesystem::path> lm_studio;
  std::vector<std::filesystem::path> lm_studio_hubs;  // of virtual models, for those folders
  std::vector<std::filesystem::path> hugging_face;
  std::vector<std::filesystem::path> llama_cpp;
  std::vector<std::filesystem::path> gpt4all;
  std::vector<std::filesystem::path> jan;            // its data
  platform::System system = platform::own_system();  // whose paths stand in the stores' files

  /// The folders of this user, or of a user with that environment. `extra` is empty.
  static ModelFolders of_this_user(const UserEnvironment& environment = {});
};

/// A place where a program keeps models. It need not exist.
struct StorePlace {
  std::string source;  // as FoundModel::source
  std::filesystem::path path;
};

/// Every place that of_this_user() looks at, in its order.
std::vector<StorePlace> store_places(const UserEnvironment& environment = {});

/// pcai's own models folder: PCAI_MODELS_DIR; without it %LOCALAPPDATA%\pcai\models on Windows, and
/// elsewhere $XDG_DATA_HOME/pcai/models or ~/.local/share/pcai/models. Empty if there is no home
/// folder.
std::filesystem::path own_models_folder(const UserEnvironment& environment = {});

/// Where tools/get_default_model puts the default model. The file need not be there.
std::filesystem::path default_model_path();

/// The id under which find_models lists it.
inline constexpr const char* kDefaultModelId = "SmolLM2-135M-Instruct.Q4_1";

}  // namespace pcai::models
