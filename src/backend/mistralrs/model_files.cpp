#include "backend/mistralrs/model_files.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "backend/mistralrs/model_folder.h"
#include "models/gguf/gguf_reader.h"
#include "models/gguf/gguf_summary.h"
#include "platform/path_text.h"

namespace pcai::backend::mistralrs {
namespace {

namespace fs = std::filesystem;

// Of mistral.rs 0.8.1. It panics on anything else, or computes nonsense.
constexpr std::array<std::string_view, 8> kArchitectures = {
    "llama", "mistral3", "phi2", "phi3", "qwen2", "qwen3", "qwen3moe", "starcoder2"};
constexpr std::array<std::string_view, 15> kTensorTypes = {"F32",  "F16",  "BF16", "Q4_0", "Q4_1",
                                                           "Q5_0", "Q5_1", "Q8_0", "Q8_1", "Q2_K",
                                                           "Q3_K", "Q4_K", "Q5_K", "Q6_K", "Q8_K"};
constexpr std::array<std::string_view, 3> kTokenizers = {"gpt2", "llama", "replit"};

template <std::size_t kSize>
std::string listed(const std::array<std::string_view, kSize>& names) {
  std::string list;
  for (const std::string_view name : names) {
    if (!list.empty()) list += ", ";
    list += name;
  }
  return list;
}

template <std::size_t kSize>
tl::unexpected<Error> cannot_run(const fs::path& path, const std::string& what,
                                 const std::array<std::string_view, kSize>& known) {
  return fail(ErrorCode::InvalidModel,
              platform::path_text(path) + ": mistral.rs cannot run " + what + "; it knows " +
                  listed(known) + ". Use the backend llamacpp for this file",
              "model_path");
}

template <std::size_t kSize>
bool is_among(std::string_view name, const std::array<std::string_view, kSize>& names) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

Status check_tensors(const fs::path& part) {
  const auto file = models::read_gguf(part);
  if (!file) return fail(file.error());
  for (const models::GgufTensor& tensor : file->tensors) {
    if (is_among(tensor.type->name, kTensorTypes)) continue;
    return cannot_run(part,
                      "the quantization " + std::string(tensor.type->name) + " of " + tensor.name,
                      kTensorTypes);
  }
  const std::string* const tokenizer = file->text("tokenizer.ggml.model");
  if (tokenizer != nullptr && !is_among(*tokenizer, kTokenizers)) {
    return cannot_run(part, "the tokenizer '" + *tokenizer + "'", kTokenizers);
  }
  return {};
}

Result<ModelFiles> look_at_gguf(const fs::path& path) {
  auto summary = models::describe_gguf(path);
  if (!summary) return fail(std::move(summary.error()));
  if (summary->kind != models::GgufKind::Model) {
    return fail(ErrorCode::InvalidModel,
                platform::path_text(path) + " is not a model that generates text but a " +
                    std::string(to_string(summary->kind)),
                "model_path");
  }
  if (!is_among(summary->architecture, kArchitectures)) {
    return cannot_run(path, "the architecture '" + summary->architecture + "'", kArchitectures);
  }
  ModelFiles model{.format = "gguf", .files = {}};
  for (const fs::path& part : summary->parts) {
    if (Status status = check_tensors(part); !status) return fail(std::move(status.error()));
    model.files.push_back(fs::absolute(part));
  }
  model.info.architecture = summary->architecture;
  if (!summary->quantization.empty()) model.info.quantization = summary->quantization;
  model.info.train_context_length = summary->context_length;
  model.info.parameter_count = summary->parameter_count;
  model.info.size_bytes = summary->size_bytes;
  return model;
}

}  // namespace

Result<ModelFiles> look_at_model(const fs::path& path) {
  std::error_code error;
  if (!fs::exists(path, error)) {
    return fail(ErrorCode::InvalidModel, "no such model: " + platform::path_text(path),
                "model_path");
  }
  if (fs::is_directory(path, error)) return look_at_model_folder(path, {});
  const std::string ending = platform::path_text(path.extension());
  if (ending == ".safetensors") return look_at_model_folder(path.parent_path(), {});
  if (ending == ".uqff") return look_at_model_folder(path.parent_path(), path);
  return look_at_gguf(path);
}

}  // namespace pcai::backend::mistralrs
