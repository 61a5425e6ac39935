#pragma once

#include <string>
#include <vector>

#include "models/gguf/gguf_file.h"

namespace pcai::models {

/// What a vocabulary lacks without which texts get other tokens than in training, one sentence
/// each.
std::vector<std::string> vocabulary_notes(const GgufFile& file);

}  // namespace pcai::models
