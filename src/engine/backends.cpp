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

bool reads(const BackendEntry& entry, const std::string& format) {
  const auto& formats = entry.descriptor.formats;
  return std::find(formats.begin(), formats.end(), format) != formats.end();
}

/// Which backend would read the format, and why it does not here.
std::string who_reads(const BackendRegistry& registry, const std::string& format) {
  for (const BackendEntry& entry : registry.entries()) {
    if (!reads(entry, format)) continue;
    return "the backend '" + entry.name + "'" +
           (entry.create ? " does" : " would, but cannot be used: " + entry.why_not);
  }
  return {};
}

/// A format that another backend is known to read is refused here rather than misread there.
Status check_format(const BackendRegistry& registry, const ModelSpec& spec,
                    const std::string& format) {
  const std::string other = who_reads(registry, format);
  if (other.empty()) return {};
  for (const BackendEntry& entry : registry.entries()) {
    if (entry.name != spec.backend || entry.descriptor.formats.empty()) continue;
    if (reads(entry, format)) return {};
    return fail(ErrorCode::InvalidModel,
                spec.config.model_path.string() + ": the backend '" + entry.name +
                    "' does not read " + format + "; " + other,
                "backend");
  }
  return {};
}

}  // namespace

Result<std::string> choose_backend(const BackendRegistry& registry, const ModelSpec& spec) {
  const std::string format = format_of(spec.config.model_path);
  if (!spec.backend.empty() && spec.backend != "auto") {
    if (spec.backend == kFake) return spec.backend;  // needs no file
    if (Status status = check_format(registry, spec, format); !status) return fail(status.error());
    return spec.backend;
  }
  if (format == kFake) return kFake;
  const BackendEntry* first = nullptr;
  for (const BackendEntry& entry : registry.entries()) {
    if (!entry.create || entry.name == kFake) continue;
    if (reads(entry, format)) return entry.name;
    if (!first) first = &entry;
  }
  if (const std::string other = who_reads(registry, format); first && !other.empty()) {
    return fail(ErrorCode::Unsupported, spec.config.model_path.string() +
                                            ": no usable backend reads " + format + "; " + other);
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
  const MutexLock lock(mutex_);
  std::unique_ptr<InferenceBackend>& backend = created_[*name];
  if (!backend) {
    Result<std::unique_ptr<InferenceBackend>> created = registry_->create_backend(*name);
    if (!created) return fail(std::move(created.error()));
    backend = std::move(*created);
  }
  return backend.get();
}

}  // namespace pcai
