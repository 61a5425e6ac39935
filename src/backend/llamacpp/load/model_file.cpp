#include "backend/llamacpp/load/model_file.h"

#include <algorithm>
#include <array>
#include <string>
#include <system_error>
#include <vector>

#include "backend/llamacpp/load/ggml_assertions.h"
#include "backend/llamacpp/load/llama_log.h"
#include "backend/llamacpp/register.h"
#include "models/gguf/gguf_marks.h"
#include "models/gguf/gguf_reader.h"
#include "models/gguf/gguf_summary.h"
#include "models/gguf/gguf_vocabulary.h"
#include "platform/path_text.h"
#include "platform/virtual_file.h"

namespace pcai::backend::llamacpp {
namespace {

bool on_load_progress(float fraction, void* progress) {
  return static_cast<LoadProgress*>(progress)->on_progress(fraction);
}

std::string metadata(const llama_model& model, const char* key) {
  std::array<char, 256> text{};
  const int length = llama_model_meta_val_str(&model, key, text.data(), text.size());
  return length < 0 ? std::string() : std::string(text.data());
}

/// For llama.cpp to read special tokens as a header should have them: it stops at a number of
/// another type, and takes its usual token where one is set aside. Ends with an empty key.
std::vector<llama_model_kv_override> mended_tokens(const models::GgufFile& header) {
  std::vector<llama_model_kv_override> mended;
  for (const models::OddSpecialToken& token : models::odd_special_tokens(header)) {
    llama_model_kv_override entry{};
    if (token.key.size() >= sizeof entry.key) continue;
    entry.tag = LLAMA_KV_OVERRIDE_TYPE_INT;
    std::ranges::copy(token.key, entry.key);
    entry.val_i64 = token.id;
    mended.push_back(entry);
  }
  mended.emplace_back();
  return mended;
}

/// ggml computes with a tensor in a mapped file only if it begins at a multiple of its alignment.
bool can_be_mapped(const std::vector<models::GgufFile>& headers) {
  const auto alignment = ggml_backend_buft_get_alignment(ggml_backend_cpu_buffer_type());
  return std::ranges::all_of(
      headers, [&](const models::GgufFile& header) { return header.is_aligned_to(alignment); });
}

/// A file as llama.cpp can read it, which counts tensors and stops at one without elements.
struct StreamedModel {
  std::unique_ptr<models::ByteSource> source = {};
  std::string header = {};  // in place of the file's own
  platform::StreamPtr stream = {};
};

/// Null where the file can be given to llama.cpp by its name.
Result<std::unique_ptr<StreamedModel>> without_marks(const std::filesystem::path& path,
                                                     const std::vector<models::GgufFile>& headers) {
  const auto has_marks = [](const models::GgufFile& header) {
    return std::ranges::any_of(
        header.tensors, [](const models::GgufTensor& tensor) { return tensor.elements == 0; });
  };
  if (std::ranges::none_of(headers, has_marks)) return nullptr;
  auto model = std::make_unique<StreamedModel>();
  const models::GgufFile& file = headers.front();
  if (headers.size() == 1) {
    auto source = models::open_regular_file(path);
    if (!source) return fail(std::move(source.error()));
    model->source = std::move(*source);
    auto header = models::header_without_marks(*model->source, file);
    if (!header) return fail(std::move(header.error()));
    model->header = std::move(*header);
    model->stream = platform::open_virtual_file(
        model->header.size() + file.size_bytes - file.data_offset,
        [&model = *model, data = file.data_offset](std::uint64_t at, char* into,
                                                   std::size_t count) {
          const std::uint64_t own = model.header.size();
          if (at >= own) return model.source->read_at(data + (at - own), into, count);
          return models::MemorySource(model.header).read_at(at, into, count);
        });
  }
  if (model->stream) return model;
  return fail(
      ErrorCode::InvalidModel,
      platform::path_text(path) + ": has tensors without elements, which cannot be loaded here",
      "model_path");
}

Result<std::vector<models::GgufFile>> read_headers(const std::filesystem::path& path) {
  const auto summary = models::describe_complete_gguf(path);
  if (!summary) return fail(summary.error().code, summary.error().message, "model_path");
  std::vector<models::GgufFile> headers;
  for (const std::filesystem::path& part : summary->parts) {
    auto header = models::read_gguf(part);
    if (!header) return fail(header.error().code, header.error().message, "model_path");
    headers.push_back(std::move(*header));
  }
  return headers;
}

// "Q4_K - Medium" as everybody writes it: "Q4_K_M".
std::string short_name(std::string name) {
  const auto dash = name.find(" - ");
  if (dash == std::string::npos) return name;
  const std::string size = name.substr(dash + 3);
  name.resize(dash);
  if (size == "Small") return name + "_S";
  if (size == "Medium") return name + "_M";
  if (size == "Large") return name + "_L";
  return name;
}

}  // namespace

Result<LlamaModelPtr> load_weights(const ModelConfig& config, bool as_stored,
                                   LoadProgress& progress, const GpuPlacement& placement) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(config.model_path, error)) {
    return fail(ErrorCode::InvalidModel,
                "no such model file: " + platform::path_text(config.model_path), "model_path");
  }
  const auto headers = read_headers(config.model_path);
  if (!headers) return fail(headers.error());
  const std::vector<llama_model_kv_override> tokens = mended_tokens(headers->front());
  llama_model_params params = llama_model_default_params();
  placement.apply(params);
  params.kv_overrides = tokens.data();
  const auto streamed = without_marks(config.model_path, *headers);
  if (!streamed) return fail(streamed.error());
  if (*streamed || !can_be_mapped(*headers)) {
    params.load_mode = LLAMA_LOAD_MODE_NONE;
    params.lazy_mode = LLAMA_LAZY_MODE_OFF;
  }
  params.use_extra_bufts = !as_stored;
  params.progress_callback = on_load_progress;
  params.progress_callback_user_data = &progress;
  take_llama_errors();
  take_vocabulary_warnings();
  LlamaModelPtr model;
  try {
    const AssertionsThrow while_it_loads;
    model.reset(*streamed ? llama_model_load_from_file_ptr((*streamed)->stream.get(), params)
                          : llama_model_load_from_file(
                                platform::path_text(config.model_path).c_str(), params));
  } catch (const std::exception& exception) {
    return fail(ErrorCode::InvalidModel,
                platform::path_text(config.model_path) + " cannot be loaded: " + exception.what(),
                "model_path");
  }
  if (model) return model;
  if (!progress.on_progress(0)) return fail(ErrorCode::Cancelled, "the load was cancelled");
  std::string reason = take_llama_errors();
  if (reason.empty()) reason = "llama.cpp gave no reason";
  return fail(ErrorCode::InvalidModel,
              platform::path_text(config.model_path) + " cannot be loaded: " + reason,
              "model_path");
}

ModelInfo describe_model(const llama_model& model) {
  ModelInfo info;
  info.backend = describe_llamacpp().name;
  info.format = "gguf";
  info.architecture = metadata(model, "general.architecture");
  if (const llama_ftype type = llama_model_ftype(&model); type < LLAMA_FTYPE_GUESSED) {
    info.quantization = short_name(llama_ftype_name(type));
  }
  info.train_context_length = static_cast<std::uint32_t>(llama_model_n_ctx_train(&model));
  info.parameter_count = llama_model_n_params(&model);
  info.size_bytes = llama_model_size(&model);
  info.vocabulary_size =
      static_cast<std::uint32_t>(llama_vocab_n_tokens(llama_model_get_vocab(&model)));
  return info;
}

}  // namespace pcai::backend::llamacpp
