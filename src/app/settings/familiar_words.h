#pragma once

#include <CLI/App.hpp>
#include <string>
#include <vector>

#include "core/result.h"

namespace pcai::app {

/// The arguments with what people know from Ollama and llama.cpp in pcai's own words: `list` is
/// `models`, `-ngl 0` is `--gpu-layers 0`. Only a word that the tree does not know itself is
/// replaced. Fails with InvalidRequest for one that has no counterpart, and says what to write
/// instead, or why there is none.
Result<std::vector<std::string>> in_own_words(const CLI::App& root,
                                              std::vector<std::string> arguments);

}  // namespace pcai::app
