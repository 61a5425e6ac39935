#include "engine/backends.h"

#include <algorithm>
#include <filesystem>
#include <utility>

namespace pcai {
namespace {

constexpr const char* kFake = "fake";

/// "gguf" for a file; models of several files are folders of safetensors. "" = nothing known.
std::string format_of(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return "safetensors";
  const std::string extension = path.extension().string();
  return extension.empty() ? "" : extension.substr(1);
}

}  // namespace

Result<std::string> choose_backend(const BackendRegistry& registry, const ModelSpec& spec) {
  if (!spec.backend.empty() && spec.backend != "auto") return spec.backend;
  const std::string format = format_of(spec.config.model_path);
  if (format == kFake) return kFake;
  const BackendEntry* first = nullptr;
  for (const BackendEntry& entry : registry.entries()) {
    if (!entry.create || entry.name == kFake) continue;
    const auto& formats = entry.descriptor.formats;
    if (std::find(formats.begin(), formats.end(), format) != formats.end()) return entry.name;
    if (!first) first = &entry;
  }
  if (first) return first->name;
  return fail(ErrorCode::Unsupported,
              "this build has no backend for model '" + spec.id + "'; see `pcai version`");
}

Backends::Backends(std::shared_ptr<const BackendRegistry> registry)
    : registry_(std::move(registry)) {}

Result<InferenceBackend*> Backends::get(const ModelSpec& spec) {
  Result<std::string> name = choose_backend(*registry_, spec);
  if (!name) return fail(std::move(name.error()));
  const std::lock_guard lock(mutex_);
  std::unique_ptr<InferenceBackend>& backend = created_[*name];
  if (!backend) {
    Result<std::unique_ptr<InferenceBackend>> created = registry_->create_backend(*name);
    if (!created) return fail(std::move(created.error()));
    backend = std::move(*created);
  }
  return backend.get();
}

}  // namespace pcai
