#include "models/gguf/gguf_validator.h"

#include <algorithm>
#include <string>
#include <vector>

#include "core/utf8.h"
#include "models/gguf/damaged.h"
#include "models/gguf/gguf_family_rules.h"
#include "models/gguf/gguf_hyperparameters.h"
#include "models/printable.h"

namespace pcai::models {
namespace {

constexpr std::size_t kMaxTemplateBytes = 1 << 20;

Status check_placement(const GgufFile& file) {
  if (file.tensors.empty()) return {};
  if (file.data_offset > file.size_bytes) {
    return damaged("it is cut short: its tensors' data is missing");
  }
  const std::uint64_t data_bytes = file.size_bytes - file.data_offset;
  std::vector<const GgufTensor*> by_offset;
  by_offset.reserve(file.tensors.size());
  for (const GgufTensor& tensor : file.tensors) {
    if (tensor.elements == 0) continue;
    if (tensor.offset % file.alignment != 0) {
      return damaged("tensor " + in_quotes(tensor.name) + " begins at the unaligned offset " +
                     std::to_string(tensor.offset));
    }
    if (tensor.offset > data_bytes || tensor.size_bytes > data_bytes - tensor.offset) {
      return damaged("it is cut short: tensor " + in_quotes(tensor.name) + " takes " +
                     std::to_string(tensor.size_bytes) + " bytes from " +
                     std::to_string(tensor.offset) + " on, of " + std::to_string(data_bytes));
    }
    by_offset.push_back(&tensor);
  }
  std::ranges::sort(by_offset, {}, &GgufTensor::offset);
  const auto overlap =
      std::ranges::adjacent_find(by_offset, [](const GgufTensor* first, const GgufTensor* second) {
        return first->offset + first->size_bytes > second->offset;
      });
  if (overlap == by_offset.end()) return {};
  return damaged("its tensors " + in_quotes((*overlap)->name) + " and " +
                 in_quotes((*std::next(overlap))->name) + " overlap");
}

/// llama.cpp insists on it.
Status check_order(const GgufFile& file) {
  std::uint64_t next = 0;
  for (const GgufTensor& tensor : file.tensors) {
    if (tensor.offset != next) {
      return damaged("tensor " + in_quotes(tensor.name) + " begins at " +
                     std::to_string(tensor.offset) + ", not at " + std::to_string(next) +
                     " where the tensor before it ends");
    }
    next += (tensor.size_bytes + file.alignment - 1) / file.alignment * file.alignment;
  }
  return {};
}

/// llama.cpp ends the process when one of these has another type.
Status check_types(const GgufFile& file) {
  struct TypedKey {
    std::string_view key;
    GgufType type;
  };
  static constexpr TypedKey kTypedKeys[] = {
      {"general.architecture", GgufType::String},
      {"general.type", GgufType::String},
      {"adapter.type", GgufType::String},
      {"adapter.lora.alpha", GgufType::Float32},
      {"split.no", GgufType::UInt16},
      {"split.count", GgufType::UInt16},
      {"split.tensors.count", GgufType::Int32},
      {"clip.has_vision_encoder", GgufType::Bool},
      {"clip.has_audio_encoder", GgufType::Bool},
      {"clip.use_gelu", GgufType::Bool},
      {"clip.use_silu", GgufType::Bool},
      {"clip.projector_type", GgufType::String},
      {"clip.vision.projector_type", GgufType::String},
      {"clip.vision.image_size", GgufType::UInt32},
      {"clip.vision.patch_size", GgufType::UInt32},
      {"clip.vision.embedding_length", GgufType::UInt32},
      {"clip.vision.feed_forward_length", GgufType::UInt32},
      {"clip.vision.projection_dim", GgufType::UInt32},
      {"clip.vision.block_count", GgufType::UInt32},
      {"clip.vision.attention.head_count", GgufType::UInt32},
      {"clip.vision.attention.layer_norm_epsilon", GgufType::Float32},
      {"clip.audio.projector_type", GgufType::String},
      {"clip.audio.num_mel_bins", GgufType::UInt32},
      {"clip.audio.embedding_length", GgufType::UInt32},
      {"clip.audio.feed_forward_length", GgufType::UInt32},
      {"clip.audio.projection_dim", GgufType::UInt32},
      {"clip.audio.block_count", GgufType::UInt32},
      {"clip.audio.attention.head_count", GgufType::UInt32},
      {"clip.audio.attention.layer_norm_epsilon", GgufType::Float32},
  };
  for (const auto& [key, type] : kTypedKeys) {
    const GgufValue* value = file.find(key);
    if (value == nullptr || value->type == type) continue;
    return damaged("'" + std::string(key) + "' is not a " + std::string(to_string(type)));
  }
  return {};
}

Status check_templates(const GgufFile& file) {
  constexpr std::string_view kTemplate = "tokenizer.chat_template";
  for (auto at = file.values.lower_bound(kTemplate); at != file.values.end(); ++at) {
    const std::string& key = at->first;
    if (!key.starts_with(kTemplate)) break;
    const bool is_template = key.size() == kTemplate.size() || key[kTemplate.size()] == '.';
    if (!is_template) continue;
    const std::string* text = file.text(key);
    if (text == nullptr) return damaged(in_quotes(key) + " is not a string");
    if (text->size() > kMaxTemplateBytes) {
      return damaged(in_quotes(key) + " is over " + std::to_string(kMaxTemplateBytes) +
                     " bytes long");
    }
    if (!is_valid_utf8(*text)) return damaged(in_quotes(key) + " is not UTF-8");
  }
  return {};
}

Status check_split(const GgufFile& file) {
  const auto count = file.number("split.count");
  if (!count) return {};
  const std::uint64_t index = file.number("split.no").value_or(0);
  if (*count == 0 || index >= *count) {
    return damaged("it is part " + std::to_string(index + 1) + " of " + std::to_string(*count));
  }
  const auto all_tensors = file.number("split.tensors.count");
  if (*count > 1 && (!all_tensors || *all_tensors < file.tensors.size())) {
    return damaged("'split.tensors.count' does not fit its " + std::to_string(file.tensors.size()) +
                   " tensors");
  }
  return {};
}

}  // namespace

Status validate_gguf(const GgufFile& file) {
  return check_placement(file)
      .and_then([&] { return check_order(file); })
      .and_then([&] { return check_types(file); })
      .and_then([&] { return check_templates(file); })
      .and_then([&] { return check_split(file); })
      .and_then([&] { return check_hyperparameters(file); })
      .and_then([&] { return check_family_rules(file); });
}

}  // namespace pcai::models
