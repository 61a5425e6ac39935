#include "models/gguf/gguf_summary.h"

#include <algorithm>
#include <map>
#include <unordered_set>

#include "models/gguf/architecture.h"
#include "models/gguf/damaged.h"
#include "models/gguf/gguf_reader.h"
#include "models/gguf/gguf_tensor_rules.h"
#include "models/gguf/gguf_vocabulary.h"
#include "models/printable.h"
#include "models/split_name.h"

namespace pcai::models {
namespace {

std::string text_or_empty(const GgufFile& file, std::string_view key) {
  const std::string* text = file.text(key);
  return text == nullptr ? std::string() : printable(*text);
}

bool sees_ahead(const GgufFile& file) {
  const Architecture* const known = find_architecture(file.architecture());
  if (known != nullptr && known->use == ArchitectureUse::Vectors) return true;
  const GgufValue* const causal = file.find(file.own_key("attention.causal"));
  const bool* const is_causal = causal == nullptr ? nullptr : std::get_if<bool>(&causal->data);
  return is_causal != nullptr && !*is_causal;
}

Result<GgufKind> kind_of(const GgufFile& file) {
  const std::string type = text_or_empty(file, "general.type");
  if (type == "adapter") return GgufKind::Adapter;
  const auto has = [&](std::string_view name) { return file.find(file.own_key(name)) != nullptr; };
  if (type == "mmproj" || type == "projector" || file.architecture() == "clip" ||
      (has("vision.block_count") && !has("block_count"))) {
    return GgufKind::Projector;
  }
  if (type == "imatrix") {
    return damaged("holds 'imatrix', which is not a model but helps to quantize one");
  }
  if (!type.empty() && type != "model") {
    return damaged("holds " + in_quotes(type) + ", which is not a model");
  }
  if (file.architecture().empty()) return damaged("does not name its architecture");
  const Status runs =
      check_architecture(file.architecture()).and_then([&] { return check_tensor_formats(file); });
  if (!runs) return fail(runs.error());
  return has("pooling_type") || sees_ahead(file) ? GgufKind::Embedding : GgufKind::Model;
}

/// By general.file_type, else the type of most tensors that are not vectors.
std::string quantization_of(const GgufFile& file) {
  if (const auto number = file.number("general.file_type")) {
    // llama.cpp adds this where it has only guessed the type.
    constexpr std::uint64_t kGuessed = 1024;
    if (const auto name = file_type_name(*number & ~kGuessed); !name.empty()) {
      return std::string(name);
    }
  }
  std::map<std::string_view, std::size_t> counts;
  for (const GgufTensor& tensor : file.tensors) {
    if (tensor.dimensions > 1) ++counts[tensor.type->name];
  }
  const auto most =
      std::ranges::max_element(counts, {}, [](const auto& entry) { return entry.second; });
  return most == counts.end() ? std::string() : std::string(most->first);
}

std::uint32_t own_number(const GgufFile& file, std::string_view name) {
  return static_cast<std::uint32_t>(file.number(file.own_key(name)).value_or(0));
}

std::uint32_t most_of_layers(const GgufFile& file, std::string_view name) {
  const GgufArray* array = file.array(file.own_key(name));
  if (array == nullptr) return own_number(file, name);
  const auto most = std::ranges::max_element(array->integers);
  return most == array->integers.end() ? 0 : static_cast<std::uint32_t>(*most);
}

void add_part(GgufSummary& summary, const std::filesystem::path& path, const GgufFile& file) {
  summary.parts.push_back(path);
  summary.size_bytes += file.size_bytes;
  for (const GgufTensor& tensor : file.tensors) summary.parameter_count += tensor.elements;
}

/// Reads the other parts of a split model; `first` is its first.
Status add_other_parts(GgufSummary& summary, const std::filesystem::path& path,
                       const GgufFile& first) {
  const std::uint64_t count = first.number("split.count").value_or(1);
  const auto name = parse_split_name(path);
  if (count == 1 && (!name || name->count == 1)) return {};
  const std::uint64_t number = first.number("split.no").value_or(0) + 1;
  if (!name || name->count != count || name->number != number) {
    return damaged("its header says part " + std::to_string(number) + " of " +
                   std::to_string(count) + ", but its name does not");
  }
  if (number != 1) {
    return damaged("is part " + std::to_string(number) + " of " + std::to_string(count) +
                   "; give the first part, " + printable_path(split_part(path, 1).filename()));
  }
  std::uint64_t tensor_count = first.tensors.size();
  for (std::uint32_t i = 2; i <= name->count; ++i) {
    const std::filesystem::path part = split_part(path, i);
    const auto file = read_gguf(part);
    if (!file)
      return damaged("part " + std::to_string(i) +
                     " is missing or damaged: " + file.error().message);
    if (file->number("split.no") != i - 1 || file->number("split.count") != count) {
      return damaged(printable_path(part.filename()) + " does not say that it is part " +
                     std::to_string(i) + " of " + std::to_string(count));
    }
    if (Status status = check_tensor_formats(*file); !status) return status;
    tensor_count += file->tensors.size();
    add_part(summary, part, *file);
  }
  if (tensor_count != first.number("split.tensors.count")) {
    return damaged("its parts hold " + std::to_string(tensor_count) +
                   " tensors, which is not the number in its header");
  }
  return {};
}

Result<GgufSummary> summarize(const std::filesystem::path& path, const GgufFile& file) {
  GgufSummary summary;
  add_part(summary, path, file);
  if (Status status = add_other_parts(summary, path, file); !status) return fail(status.error());
  const auto kind = kind_of(file);
  if (!kind) return fail(kind.error());
  if (summary.parameter_count == 0) {
    return damaged(file.array(kTokensKey) != nullptr ? "is only a vocabulary: it has no tensors"
                                                     : "has no tensors");
  }
  summary.kind = *kind;
  summary.architecture = file.architecture();
  summary.name = text_or_empty(file, "general.name");
  summary.license = text_or_empty(file, "general.license");
  summary.quantization = quantization_of(file);
  summary.context_length = own_number(file, "context_length");
  summary.layer_count = own_number(file, "block_count");
  summary.embedding_length = own_number(file, "embedding_length");
  for (const char* const key : {"clip.vision.projection_dim", "clip.audio.projection_dim"}) {
    if (const auto length = file.number(key)) {
      summary.projection_length = static_cast<std::uint32_t>(*length);
    }
  }
  summary.head_count = most_of_layers(file, "attention.head_count");
  summary.kv_head_count = file.find(file.own_key("attention.head_count_kv"))
                              ? most_of_layers(file, "attention.head_count_kv")
                              : summary.head_count;
  if (const GgufArray* tokens = file.array(kTokensKey)) {
    summary.vocabulary_size = static_cast<std::uint32_t>(tokens->count);
  } else {
    summary.vocabulary_size = own_number(file, "vocab_size");
  }
  summary.has_chat_template = file.text("tokenizer.chat_template") != nullptr;
  summary.sees_ahead = sees_ahead(file);
  for (const OddSpecialToken& token : odd_special_tokens(file)) {
    if (!token.is_outside) continue;
    summary.notes.push_back("its " + in_quotes(token.key) +
                            " is not a token of its vocabulary and is set aside");
  }
  return summary;
}

}  // namespace

std::string_view to_string(GgufKind kind) noexcept {
  switch (kind) {
    case GgufKind::Model: return "model";
    case GgufKind::Embedding: return "embedding";
    case GgufKind::Projector: return "projector";
    case GgufKind::Adapter: return "adapter";
  }
  return "";
}

bool is_complete(GgufKind kind) noexcept {
  return kind == GgufKind::Model || kind == GgufKind::Embedding;
}

Result<GgufSummary> describe_gguf(const std::filesystem::path& path) {
  const auto file = read_gguf(path);
  if (!file) return fail(file.error());
  return summarize(path, *file).map_error([&](Error error) {
    error.message = printable_path(path) + ": " + error.message;
    return error;
  });
}

Result<GgufSummary> describe_complete_gguf(const std::filesystem::path& path) {
  return describe_gguf(path).and_then([&](GgufSummary summary) -> Result<GgufSummary> {
    if (Status status = check_complete(summary.kind, path); !status) {
      return fail(std::move(status.error()));
    }
    return summary;
  });
}

Status check_complete(GgufKind kind, const std::filesystem::path& path) {
  if (is_complete(kind)) return {};
  return damaged(printable_path(path) + ": is an addition to a model (" +
                 std::string(to_string(kind)) + "), not a complete model");
}

}  // namespace pcai::models
