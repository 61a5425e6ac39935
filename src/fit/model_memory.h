#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/model.h"
#include "core/result.h"

namespace pcai::models {
struct GgufFile;
}  // namespace pcai::models

namespace pcai::fit {

/// What one layer needs, in bytes.
struct LayerMemory {
  std::uint64_t weights = 0;
  std::uint64_t panels = 0;              // for our CPU kernels, made of some weights
  std::uint64_t packed = 0;              // these weights, whose pages go back to the system
  std::uint64_t kv_per_cell = 0;         // keys and values of one token, 16 bits per element
  std::uint64_t state_per_sequence = 0;  // of a recurrent layer
  std::uint32_t window = 0;              // how many tokens back it sees; 0 = all
};

/// What a model needs, from its header alone.
struct ModelMemory {
  LayerMemory input;                // token embeddings and the like; they stay on the CPU
  std::vector<LayerMemory> layers;  // in the file's order
  LayerMemory output;               // the output matrix and its norm
  bool ties_output = false;         // the output matrix is the token embeddings
  bool is_recurrent = false;        // at least one layer keeps a state instead of cells
  std::uint32_t train_context = 0;  // tokens

  // What a step's buffers depend on; the largest value of any layer.
  std::uint64_t vocabulary = 0;
  std::uint64_t embedding = 0;
  std::uint64_t feed_forward = 0;         // of a layer without experts
  std::uint64_t expert_feed_forward = 0;  // of all experts that a token uses
  std::uint64_t experts_used = 0;         // 0 = there are none
  std::uint64_t inner = 0;                // width of a recurrent layer
  bool is_gated = false;                  // the feed-forward part has a gate
  bool is_encoder = false;                // has neither cells nor states
  bool sees_ahead = false;                // each token sees those after it

  std::vector<std::string> notes = {};  // what is wrong with its file and does no harm

  std::uint64_t parts = 0;  // the files of its projector and adapters, which are loaded whole

  std::uint64_t weights() const noexcept;
  std::uint64_t panels() const noexcept;

  /// The same model after the panels were made: they and the weights that they replace need no more
  /// memory.
  ModelMemory beside_panels() const;
  std::uint64_t kv_per_cell() const noexcept;
  std::uint64_t state_per_sequence() const noexcept;
};

/// Reads the header of a GGUF file, and of a split model's other parts. Fails with InvalidModel,
/// also for a file that is no complete model.
Result<ModelMemory> read_model_memory(const std::filesystem::path& path);

/// The same of a GGUF file or a folder, with the projector and the adapters of a configuration.
/// Fails with InvalidModel for these, too; a projector that may be left out counts nothing where it
/// cannot be loaded.
Result<ModelMemory> read_model_memory(const ModelConfig& config);

/// The same of headers that were read before: all parts of one model, the first in front.
ModelMemory model_memory(const std::vector<models::GgufFile>& parts);

/// How a context of the llama.cpp backend is laid out for a configuration.
struct ContextShape {
  std::uint32_t batch = 0;      // the most tokens of a step
  std::uint32_t running = 0;    // requests that decode together
  std::uint32_t sequences = 0;  // including those that are kept for their prefixes
  std::uint32_t outputs = 0;    // the most tokens of a step whose logits are wanted
};
ContextShape context_shape(const ModelConfig& config, bool is_recurrent);

/// The number of cells, rounded up as llama.cpp does.
std::uint32_t rounded_cells(std::uint64_t tokens);

/// Bytes of the KV cache and of recurrent states. `whole`: layers with a window keep all cells; our
/// scheduler asks for that, so that a prefix can be cut anywhere.
std::uint64_t context_bytes(const ModelMemory& model, std::uint64_t cells,
                            const ContextShape& shape, bool whole = true);

/// Bytes of a step's buffers: activations, attention masks, logits. The formula follows llama.cpp's
/// allocator and was found by measuring; tests/llamacpp compares it with llama.cpp.
std::uint64_t compute_bytes(const ModelMemory& model, std::uint64_t cells,
                            const ContextShape& shape);

}  // namespace pcai::fit
