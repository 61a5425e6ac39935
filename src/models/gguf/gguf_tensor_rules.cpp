#include "models/gguf/gguf_tensor_rules.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "models/gguf/damaged.h"
#include "models/printable.h"

namespace pcai::models {
namespace {

// Of values that only exist while a step is computed, and of numbers that no product takes.
constexpr std::string_view kNoWeights[] = {"Q8_1", "Q8_K", "I8", "I16", "I32", "I64", "F64"};

// Tables of token ids and experts.
constexpr std::string_view kTables[] = {"d2t", "tid2eid"};

// Matrices that are added to a step's values or multiplied with them number by number.
constexpr std::string_view kPlain[] = {
    "norm",       ".bias",      "ssm_a",        "ssm_d.",         "ssm_conv1d",   "shortconv.conv",
    "attn_sinks", "rope_freqs", "rope_factors", "time_mix_first", "time_mix_lerp"};

template <std::size_t N>
bool has_any(std::string_view name, const std::string_view (&parts)[N]) {
  return std::ranges::any_of(
      parts, [name](std::string_view part) { return name.find(part) != std::string_view::npos; });
}

}  // namespace

Status check_tensor_formats(const GgufFile& file) {
  for (const GgufTensor& tensor : file.tensors) {
    if (tensor.elements == 0 || has_any(tensor.name, kTables)) continue;
    const std::string_view format = tensor.type->name;
    if (std::ranges::find(kNoWeights, format) != std::end(kNoWeights)) {
      return damaged("tensor " + in_quotes(tensor.name) + " is of the format " +
                     std::string(format) + ", which weights cannot have");
    }
    const bool is_plain = tensor.dimensions == 1 || has_any(tensor.name, kPlain);
    if (is_plain && format != "F32") {
      return damaged("tensor " + in_quotes(tensor.name) + " is of the format " +
                     std::string(format) + "; such a tensor must be F32");
    }
  }
  return {};
}

}  // namespace pcai::models
