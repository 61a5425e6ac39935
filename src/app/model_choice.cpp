#include "app/model_choice.h"

#include <algorithm>

#include "app/load_settings.h"
#include "models/split_name.h"

namespace pcai {
namespace {

namespace fs = std::filesystem;

constexpr const char* kFake = "fake";
constexpr const char* kFakeEnding = ".fake";
constexpr const char* kByPath = "path";  // FoundModel::source

/// The fake backend needs no file: a plain name is an id.
ModelSpec fake_model(const std::string& name) {
  const fs::path path(name);
  std::error_code error;
  const bool is_path = path.has_parent_path() || path.extension() == kFakeEnding;
  if (!is_path && !fs::exists(path, error)) return {.id = name};
  return {.id = path.stem().string(), .config = {.model_path = path}};
}

Result<ModelSpec> default_model(const Settings& settings) {
  Result<FoundModel> found = find_model(settings, kDefaultModelId);
  if (found) return ModelSpec{.id = found->id, .config = {.model_path = found->path}};
  if (found.error().code != ErrorCode::ModelNotFound) return fail(found.error());
  return fail(ErrorCode::ModelNotFound,
              std::string("the default model ") + kDefaultModelId +
                  " is not on this machine; get it with tools/get_default_model, or name another "
                  "with --model (`pcai models` shows what is there)");
}

Result<ModelSpec> named_model(const Settings& settings, const std::string& name) {
  const fs::path path(name);
  std::error_code error;
  if (settings.backend == kFake || path.extension() == kFakeEnding) return fake_model(name);
  // A folder is a model of several files, which the backend checks.
  if (path.has_parent_path() && fs::is_directory(path, error)) {
    const fs::path whole = path.has_filename() ? path : path.parent_path();
    return ModelSpec{.id = whole.filename().string(), .config = {.model_path = whole}};
  }
  Result<FoundModel> found = find_model(settings, name);
  if (!found) return fail(found.error());
  return ModelSpec{.id = found->id, .config = {.model_path = found->path}};
}

KernelUse kernel_use(const std::string& name) {
  if (name == "on") return KernelUse::On;
  return name == "off" ? KernelUse::Off : KernelUse::Auto;
}

/// Fills in how to load it; the id and the path stay.
void configure(ModelSpec& spec, const Settings& settings,
               const std::optional<std::string>& chat_template) {
  spec.backend = settings.backend;
  ModelConfig& config = spec.config;
  if (settings.context > 0) config.context_length = static_cast<std::uint32_t>(settings.context);
  config.gpu_layers = static_cast<std::int32_t>(settings.gpu_layers);
  config.chat_template = chat_template;
  config.batch_size = static_cast<std::uint32_t>(settings.batch_size);
  config.threads = static_cast<std::uint32_t>(settings.threads);
  config.max_sequences = static_cast<std::uint32_t>(settings.max_sequences);
  config.kernels = kernel_use(settings.kernels);
  config.reproducible = settings.reproducible == "on";
  if (settings.isq != "off") config.isq = settings.isq;
}

}  // namespace

ModelFolders model_folders(const Settings& settings) {
  ModelFolders folders = ModelFolders::of_this_user();
  for (const std::string& folder : settings.models_dir) {
    // PCAI_MODELS_DIR also says where pcai's own folder is.
    if (fs::path(folder) != folders.own) folders.extra.emplace_back(folder);
  }
  return folders;
}

Result<FoundModel> find_model(const Settings& settings, const std::string& name) {
  Result<FoundModel> found = resolve_model(model_folders(settings), name);
  if (found && found->source == kByPath) found->id = model_stem(found->path);
  return found;
}

Result<std::vector<ModelSpec>> choose_models(const Settings& settings) {
  std::optional<std::string> chat_template;
  if (!settings.chat_template.empty()) {
    Result<std::string> text = load_text_file(settings.chat_template, "chat template");
    if (!text) return fail(text.error());
    chat_template = std::move(*text);
  }
  std::vector<Result<ModelSpec>> chosen;
  for (const std::string& name : settings.model) {
    chosen.push_back(named_model(settings, name));
  }
  if (settings.model.empty()) {
    chosen.push_back(settings.backend == kFake ? fake_model(kFake) : default_model(settings));
  }
  std::vector<ModelSpec> specs;
  for (Result<ModelSpec>& spec : chosen) {
    if (!spec) return fail(spec.error());
    configure(*spec, settings, chat_template);
    specs.push_back(std::move(*spec));
  }
  return specs;
}

}  // namespace pcai
