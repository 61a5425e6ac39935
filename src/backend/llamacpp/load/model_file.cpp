#include "backend/llamacpp/load/model_file.h"

#include <array>
#include <string>
#include <system_error>

#include "backend/llamacpp/load/llama_log.h"
#include "backend/llamacpp/register.h"
#include "platform/path_text.h"

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
  llama_model_params params = llama_model_default_params();
  placement.apply(params);
  params.use_extra_bufts = !as_stored;
  params.progress_callback = on_load_progress;
  params.progress_callback_user_data = &progress;
  take_llama_errors();
  take_vocabulary_warnings();
  LlamaModelPtr model;
  try {
    model.reset(llama_model_load_from_file(platform::path_text(config.model_path).c_str(), params));
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
