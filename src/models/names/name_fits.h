#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "models/found_model.h"

namespace pcai::models {

/// The models that a name means: none, one, or several that it fits equally well. The strictest
/// meaning that fits any wins: a full id; an id; the same in any letter case and with what tells
/// nothing new left out; a hub's name; a file's name; the beginning of an id or a file's name.
std::vector<const FoundModel*> models_named(const std::vector<FoundModel>& models,
                                            const std::string& name);

/// Those of the models that a hub's name means ("hf:owner/repository:Q8_0"), as `pcai pull` chooses
/// among the files of the repository. If several stores have it, the first store's.
std::vector<const FoundModel*> models_of_hub(const std::vector<FoundModel>& models,
                                             std::string_view name);

/// True for a full id that begins with the name of a store: "hf:…", "ollama:…".
bool is_full_id(std::string_view name);

/// Its file's name without ".gguf" and the parts' suffix, printable.
std::string stem_of(const FoundModel& model);

}  // namespace pcai::models
