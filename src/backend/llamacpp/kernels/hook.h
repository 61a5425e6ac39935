#pragma once

#include <ggml.h>
#include <llama.h>

#include <string>
#include <utility>
#include <vector>

namespace pcai::backend::llamacpp {

/// Puts our kernels into the list that ggml's CPU backend asks for every node of every graph. They
/// take a node only where a weight carries a WeightNote, so until there is one nothing changes.
/// Once a process, from any thread; before the first model is loaded.
void install_hook();

/// A model's tensors by name: llama.cpp has them, but not in its public header.
const std::vector<std::pair<std::string, ggml_tensor*>>& tensors_of(const llama_model& model);

}  // namespace pcai::backend::llamacpp
