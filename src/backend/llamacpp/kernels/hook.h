#pragma once

#include <ggml.h>
#include <llama.h>

#include <string>
#include <utility>
#include <vector>

namespace pcai::backend::llamacpp {

/// Puts our kernels into the list that ggml's CPU backend asks for every node of every graph. They
/// take a node only if a weight carries a WeightNote, so nothing changes until there is one. It
/// also lets an assertion fail on a node that ggml would never finish. Any thread may call it; only
/// the first call has an effect. Call it before the first model is loaded.
void install_hook();

/// A model's tensors by name. llama.cpp has them, but not in its public header.
const std::vector<std::pair<std::string, ggml_tensor*>>& tensors_of(const llama_model& model);

}  // namespace pcai::backend::llamacpp
