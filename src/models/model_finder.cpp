#include "models/model_finder.h"

#include <algorithm>
#include <array>
#include <functional>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <system_error>
#include <unordered_map>
#include <unordered_set>

#include "models/folder_scan.h"
#include "models/gguf/damaged.h"
#include "models/printable.h"
#include "models/projector_beside.h"
#include "models/split_name.h"
#include "models/stores/hugging_face_store.h"
#include "models/stores/jan_store.h"
#include "models/stores/lm_studio_hub.h"
#include "models/stores/ollama_store.h"
#include "platform/files.h"
#include "platform/path_text.h"

namespace pcai::models {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kNamesInMessage = 20;
constexpr std::size_t kMaxNameBytes = 1024;  // more than a file's name can have

std::string lower(std::string text) {
  for (char& c : text) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return text;
}

FoundModel unreadable(const fs::path& folder, const std::string& source, std::string problem) {
  FoundModel model = {printable_path(folder), folder, source};
  model.error = Error{ErrorCode::InvalidModel, std::move(problem)};
  return model;
}

/// Of a file in a store that is a folder of files.
std::string full_id_of(const fs::path& root, const fs::path& file, const std::string& source) {
  const fs::path below = file.lexically_relative(root);
  const auto depth = std::distance(below.begin(), below.end());
  const std::u8string utf8 = below.parent_path().generic_u8string();
  const std::string folder(utf8.begin(), utf8.end());
  if (source == "lm-studio" && depth > 1) {
    return printable("lmstudio:" + folder + "/" + model_stem(file), kMaxNameBytes);
  }
  // Where `pcai pull` puts it.
  if (source == "pcai" && depth == 3) {
    return printable("hf:" + folder + ":" + model_stem(file), kMaxNameBytes);
  }
  return printable_path(file);
}

/// Gathers files, not yet described.
class Listing {
 public:
  void add_folder(const fs::path& folder, const std::string& source) {
    // Below llama.cpp's flat files may lie a cache of Hugging Face's form.
    FolderScan scan = source == "llama.cpp" ? scan_flat_folder(folder) : scan_folder(folder);
    for (const fs::path& file : scan.files) {
      FoundModel model = {printable(model_stem(file), kMaxNameBytes), file, source};
      model.full_id = full_id_of(folder, file, source);
      add(std::move(model));
    }
    for (std::string& problem : scan.problems) {
      models_.push_back(unreadable(folder, source, std::move(problem)));
    }
  }

  void add_all(std::vector<FoundModel> models) {
    for (FoundModel& model : models) add(std::move(model));
  }

  /// The models, with ids made unique.
  std::vector<FoundModel> take() {
    const auto with_folder = [](const FoundModel& model) {
      const std::string folder = printable_path(model.path.parent_path().filename());
      return folder + "/" + printable(model_stem(model.path), kMaxNameBytes);
    };
    const auto with_path = [](const FoundModel& model) { return printable_path(model.path); };
    // Paths that print alike, and damaged entries of one store.
    const auto with_number = [n = 0](const FoundModel& model) mutable {
      return model.id + "#" + std::to_string(++n);
    };
    if (rename_duplicates(with_folder) && rename_duplicates(with_path)) {
      rename_duplicates(with_number);
    }
    return std::move(models_);
  }

 private:
  void add(FoundModel model) {
    // Parts come in the order of their names, so the first stands for all.
    if (parse_split_name(model.path) && !seen_splits_.insert(split_part(model.path, 1)).second) {
      return;
    }
    // Ollama's names of one blob are many, and to resolve a path takes long.
    bool is_new = seen_.insert(model.path.native()).second;
    if (is_new) {
      std::error_code error;
      const fs::path real = fs::weakly_canonical(model.path, error);
      if (!error && real.native() != model.path.native()) {
        is_new = seen_.insert(real.native()).second;
      }
    }
    if (is_new || model.source == "ollama") models_.push_back(std::move(model));
  }

  /// False when there were none.
  bool rename_duplicates(const std::function<std::string(const FoundModel&)>& longer_id) {
    std::vector<std::string> ids;
    std::unordered_map<std::string_view, int> uses;
    ids.reserve(models_.size());
    for (const FoundModel& model : models_) ++uses[ids.emplace_back(lower(model.id))];
    if (uses.size() == models_.size()) return false;
    for (std::size_t i = 0; i < models_.size(); ++i) {
      if (uses[ids[i]] > 1) models_[i].id = longer_id(models_[i]);
    }
    return true;
  }

  std::vector<FoundModel> models_;
  std::unordered_set<fs::path::string_type> seen_;  // paths, as they stand and as they are
  std::set<fs::path> seen_splits_;                  // first parts
};

/// Where a name is taken it is the newcomer that gets another.
void add_virtual(std::vector<FoundModel>& models, std::vector<FoundModel> more) {
  std::unordered_set<std::string> ids;
  std::unordered_set<std::string> full_ids;
  for (const FoundModel& model : models) {
    ids.insert(lower(model.id));
    full_ids.insert(lower(model.full_id));
  }
  for (FoundModel& model : more) {
    while (!full_ids.insert(lower(model.full_id)).second) model.full_id += "/model.yaml";
    if (!ids.insert(lower(model.id)).second) model.id = model.full_id;
    models.push_back(std::move(model));
  }
}

std::vector<FoundModel> list_models(const ModelFolders& folders) {
  Listing listing;
  std::error_code error;
  if (fs::exists(folders.own, error)) listing.add_folder(folders.own, "pcai");
  for (const fs::path& folder : folders.extra) listing.add_folder(folder, "folder");
  for (const fs::path& folder : folders.ollama) listing.add_all(list_ollama_models(folder));
  for (const fs::path& folder : folders.lm_studio) listing.add_folder(folder, "lm-studio");
  for (const fs::path& cache : folders.hugging_face) {
    listing.add_all(list_hugging_face_models(cache));
  }
  for (const fs::path& folder : folders.llama_cpp) listing.add_folder(folder, "llama.cpp");
  for (const fs::path& folder : folders.gpt4all) listing.add_folder(folder, "gpt4all");
  for (const fs::path& data : folders.jan) {
    listing.add_all(list_jan_models(data, folders.system));
    for (const fs::path& folder : jan_model_folders(data)) {
      if (fs::exists(folder, error)) listing.add_folder(folder, "jan");
    }
  }
  std::vector<FoundModel> models = listing.take();
  for (const fs::path& hub : folders.lm_studio_hubs) {
    add_virtual(models, list_virtual_models(hub, folders.lm_studio));
  }
  return models;
}

/// A store's context is honoured up to what the model was trained for.
void check_store_context(FoundModel& model) {
  if (!model.context || model.context_length == 0 || *model.context <= model.context_length) return;
  model.notes.push_back("its store's context of " + std::to_string(*model.context) +
                        " tokens is not used: the model has " +
                        std::to_string(model.context_length));
  model.context.reset();
}

/// In these stores each folder is a repository's; elsewhere files of many models lie together.
bool has_own_folder(const FoundModel& model) {
  return model.source == "lm-studio" || model.source == "hugging-face";
}

/// One that a store names is used where it fits the model.
void check_projector(FoundModel& model, std::uint32_t embedding_length) {
  if (!model.projector) return;
  if (const Status fits = projector_fits(*model.projector, embedding_length); !fits) {
    model.notes.push_back("its projector is not used: " + fits.error().message);
    model.projector.reset();
  }
}

void describe(FoundModel& model) {
  if (model.error) return;
  auto summary = describe_gguf(model.path);
  if (!summary) {
    std::error_code error;
    const std::uintmax_t size = fs::file_size(model.path, error);
    model.size_bytes = error ? 0 : size;
    model.error = std::move(summary.error());
    return;
  }
  model.kind = summary->kind;
  model.size_bytes = summary->size_bytes;
  model.architecture = std::move(summary->architecture);
  model.quantization = std::move(summary->quantization);
  model.context_length = summary->context_length;
  model.notes.insert(model.notes.end(), summary->notes.begin(), summary->notes.end());
  check_store_context(model);
  if (has_own_folder(model) && model.kind == GgufKind::Model) {
    model.projector = projector_beside(model.path, summary->embedding_length);
  }
  if (model.source == "jan") check_projector(model, summary->embedding_length);
}

/// Nothing for a part of a split model, which is more than this file, and where there is none.
std::optional<platform::FileIdentity> identity_of(const fs::path& path) {
  return parse_split_name(path) ? std::nullopt : platform::file_identity(path);
}

/// Of another name of the same file.
void take_description(FoundModel& model, const FoundModel& same) {
  model.kind = same.kind;
  model.size_bytes = same.size_bytes;
  model.architecture = same.architecture;
  model.quantization = same.quantization;
  model.context_length = same.context_length;
  check_store_context(model);
}

Result<FoundModel> usable(FoundModel model) {
  if (model.full_id.empty()) model.full_id = printable_path(model.path);
  describe(model);
  if (model.error) return fail(*model.error);
  if (const Status complete = check_complete(model.kind, model.path); !complete) {
    return fail(complete.error());
  }
  return model;
}

std::string names_of(const std::vector<FoundModel>& models) {
  std::string names;
  for (std::size_t i = 0; i < std::min(models.size(), kNamesInMessage); ++i) {
    names += (i == 0 ? "" : ", ") + models[i].id;
  }
  if (models.size() > kNamesInMessage) {
    names += " and " + std::to_string(models.size() - kNamesInMessage) + " more";
  }
  return names;
}

/// "hf:…" and its like.
bool is_full_id(const std::string& name) {
  return name.starts_with("hf:") || name.starts_with("ollama:") || name.starts_with("lmstudio:") ||
         name.starts_with("jan:");
}

/// Whether a full id is meant: in any letter case, and with the parts that tell nothing new left
/// out
/// ("hf:owner/repository", "hf:owner/repository:Q4_K_M", "ollama:qwen2.5").
bool means(const std::string& name, const FoundModel& model) {
  if (!is_full_id(name)) return false;
  const std::string full = lower(model.full_id);
  std::string wanted = lower(name);
  if (wanted.ends_with(".gguf")) wanted.resize(wanted.size() - 5);
  if (full == wanted || full == wanted + ":latest") return true;
  if (!wanted.starts_with("hf:")) return false;
  const std::size_t colon = wanted.find(':', 3);
  if (colon == std::string::npos) return full.starts_with(wanted + ":");
  const std::string choice = wanted.substr(colon + 1);
  return full.starts_with(wanted.substr(0, colon + 1)) && !choice.empty() &&
         (full.ends_with("-" + choice) || full.ends_with("." + choice));
}

bool is_path(const std::string& name, const fs::path& path) {
  if (is_full_id(name)) return false;
  return lower(name).ends_with(".gguf") || name.starts_with("./") || name.starts_with("../") ||
         path.is_absolute();
}

/// How a name can fit a model, from the strictest way to the loosest.
using Fits = bool (*)(const FoundModel& model, const std::string& name);
constexpr Fits kWaysToFit[] = {
    [](const FoundModel& model, const std::string& name) { return means(name, model); },
    [](const FoundModel& model, const std::string& name) {
      return model.id == name || (model.source == "ollama" && model.id + ":latest" == name);
    },
    [](const FoundModel& model, const std::string& name) { return lower(model.id) == lower(name); },
    [](const FoundModel& model, const std::string& name) {
      return !model.is_virtual && lower(model_stem(model.path)) == lower(name);
    },
    [](const FoundModel& model, const std::string& name) {
      return lower(model.id).starts_with(lower(name)) ||
             (!model.is_virtual && lower(model_stem(model.path)).starts_with(lower(name)));
    },
};

}  // namespace

std::vector<FoundModel> find_models(const ModelFolders& folders) {
  std::vector<FoundModel> models = list_models(folders);
  // Stores name one file often: by many tags, by hard links. Its header is read once.
  std::map<platform::FileIdentity, const FoundModel*> known;
  const FoundModel* last = nullptr;
  for (FoundModel& model : models) {
    const bool has_projector = has_own_folder(model) || (model.source == "jan" && model.projector);
    const bool may_share = !model.error && !has_projector;
    if (may_share && last != nullptr && last->path.native() == model.path.native()) {
      model.identity = last->identity;
      take_description(model, *last);
      continue;
    }
    const auto identity = may_share ? identity_of(model.path) : std::nullopt;
    const auto same = identity ? known.find(*identity) : known.end();
    model.identity = identity;
    if (same != known.end()) {
      take_description(model, *same->second);
    } else {
      describe(model);
      if (identity && !model.error) known.emplace(*identity, &model);
    }
    if (identity && !model.error) last = &model;
  }
  return models;
}

Result<FoundModel> resolve_model(const ModelFolders& folders, std::string_view name_or_path) {
  const std::string name(name_or_path);
  const fs::path path = platform::text_path(name);
  if (is_path(name, path)) return usable({name, path, "path"});
  const std::vector<FoundModel> models = list_models(folders);
  for (const Fits fits : kWaysToFit) {
    std::vector<FoundModel> fitting;
    std::ranges::copy_if(models, std::back_inserter(fitting), [&](const FoundModel& model) {
      return !name.empty() && fits(model, name);
    });
    if (fitting.size() > 1) {
      std::ranges::for_each(fitting, describe);
      std::erase_if(fitting, [](const FoundModel& model) { return !is_complete(model.kind); });
    }
    if (fitting.size() == 1) return usable(std::move(fitting.front()));
    if (fitting.size() > 1) {
      return fail(ErrorCode::ModelNotFound,
                  in_quotes(name) + " matches several models: " + names_of(fitting));
    }
  }
  std::error_code error;
  if (fs::is_regular_file(path, error)) return usable({name, path, "path"});
  return fail(
      ErrorCode::ModelNotFound,
      "there is no model " + in_quotes(name) +
          (models.empty() ? std::string("; this machine has no models; give the path of a GGUF "
                                        "file, or get one with tools/get_default_model")
                          : "; known models: " + names_of(models)));
}

}  // namespace pcai::models
