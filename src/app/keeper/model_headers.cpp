#include "app/keeper/model_headers.h"

#include <nlohmann/json.hpp>
#include <string>
#include <system_error>

#include "models/gguf/gguf_reader.h"
#include "models/gguf/gguf_summary.h"
#include "models/safetensors/safetensors_folder.h"

namespace pcai::app {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::size_t kMostHeaders = 4096;

/// A header's value as JSON text. An array is left out, as Ollama does.
std::string json_text(const models::GgufValue& value) {
  const json shown = std::visit(
      [](const auto& data) -> json {
        if constexpr (std::is_same_v<std::decay_t<decltype(data)>, models::GgufArray>) {
          return nullptr;
        } else {
          return data;
        }
      },
      value.data);
  return shown.dump(-1, ' ', false, json::error_handler_t::replace);
}

bool says(const models::GgufFile& file, const char* key) {
  const models::GgufValue* value = file.find(key);
  const bool* is_so = value == nullptr ? nullptr : std::get_if<bool>(&value->data);
  return is_so != nullptr && *is_so;
}

/// Whether the vocabulary has marks for a gap.
bool has_gap_tokens(const models::GgufFile& file) {
  for (const char* name : {"fim_mid_token_id", "middle_token_id"}) {
    if (file.find(std::string("tokenizer.ggml.") + name) != nullptr) return true;
  }
  return false;
}

/// Whether a chat template has a place for reasoning.
bool has_reasoning(const std::string& chat_template) {
  for (const char* mark : {"<think>", "enable_thinking", "reasoning_content", "<|channel|>",
                           "[THINK]", "<reasoning>", "thinking"}) {
    if (chat_template.find(mark) != std::string::npos) return true;
  }
  return false;
}

void add_projector(ModelFacts& facts, const fs::path& projector) {
  const auto file = models::read_gguf(projector);
  if (!file) return;
  facts.sees = says(*file, "clip.has_vision_encoder");
  facts.hears = says(*file, "clip.has_audio_encoder");
}

void add_summary(ModelFacts& facts, const models::GgufSummary& summary) {
  facts.architecture = summary.architecture;
  facts.quantization = summary.quantization;
  facts.size_bytes = summary.size_bytes;
  facts.parameter_count = summary.parameter_count;
  facts.context_length = summary.context_length;
  facts.license = summary.license;
  facts.embeds = summary.kind == models::GgufKind::Embedding;
}

ModelFacts folder_facts(const fs::path& folder) {
  ModelFacts facts;
  auto model = models::read_safetensors_folder(folder);
  if (!model) return facts;
  facts.format = "safetensors";
  add_summary(facts, model->summary);
  facts.metadata = std::move(model->metadata);
  return facts;
}

ModelFacts read_facts(const fs::path& path) {
  std::error_code error;
  if (fs::is_directory(path, error)) return folder_facts(path);
  ModelFacts facts;
  const auto summary = models::describe_gguf(path);
  if (!summary) return facts;
  const auto file = models::read_gguf(path);
  if (!file) return facts;
  facts.format = "gguf";
  add_summary(facts, *summary);
  facts.fills_gaps = has_gap_tokens(*file);
  if (const std::string* text = file->text("tokenizer.chat_template")) facts.chat_template = *text;
  for (const auto& [name, value] : file->values) {
    // The template stands by itself.
    if (name != "tokenizer.chat_template") facts.metadata.emplace_back(name, json_text(value));
  }
  return facts;
}

}  // namespace

ModelFacts ModelHeaders::facts(const ModelConfig& config) {
  std::error_code error;
  const fs::path& path = config.model_path;
  ModelFacts facts;
  const bool is_folder = fs::is_directory(path, error);
  if (is_folder || fs::is_regular_file(path, error)) {
    const fs::path file = is_folder ? path / "config.json" : path;
    const std::uint64_t size = fs::file_size(file, error);
    const auto changed = fs::last_write_time(file, error);
    const Key key = {path, config.projector.value_or(fs::path())};
    const MutexLock lock(mutex_);
    const auto known = known_.find(key);
    if (known != known_.end() && known->second.size == size && known->second.changed == changed) {
      facts = known->second.facts;
    } else {
      facts = read_facts(path);
      if (config.projector) add_projector(facts, *config.projector);
      if (known_.size() >= kMostHeaders) known_.clear();
      known_.insert_or_assign(key, Known{size, changed, facts});
    }
  }
  if (config.chat_template) facts.chat_template = *config.chat_template;
  facts.thinks = has_reasoning(facts.chat_template);
  return facts;
}

}  // namespace pcai::app
