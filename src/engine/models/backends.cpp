#include "engine/models/backends.h"

#include <utility>

#include "backend/load_options.h"
#include "platform/path_text.h"

namespace pcai::engine {
namespace {

/// Which backend would read the format, and why it does not here.
std::string who_reads(const backend::BackendRegistry& registry, const std::string& format) {
  for (const backend::BackendEntry& entry : registry.entries()) {
    if (!backend::reads(entry.descriptor, format)) continue;
    return "the backend '" + entry.name + "'" +
           (entry.create ? " does" : " would, but cannot be used: " + entry.why_not);
  }
  return {};
}

/// A format that another backend is known to read is refused here rather than misread there.
Status check_format(const backend::BackendRegistry& registry, const ModelSpec& spec,
                    const std::string& format) {
  const backend::BackendEntry* const entry = registry.entry(spec.backend);
  if (entry == nullptr || entry->descriptor.formats.empty() || !entry->descriptor.needs_file) {
    return {};
  }
  const std::string other = who_reads(registry, format);
  if (other.empty() || backend::reads(entry->descriptor, format)) return {};
  return fail(ErrorCode::InvalidModel,
              platform::path_text(spec.config.model_path) + ": the backend '" + entry->name +
                  "' does not read " + format + "; " + other,
              "backend");
}

}  // namespace

Result<std::string> choose_backend(const backend::BackendRegistry& registry,
                                   const ModelSpec& spec) {
  const std::string format = backend::format_of(spec.config.model_path);
  if (!spec.backend.empty() && spec.backend != "auto") {
    if (Status status = check_format(registry, spec, format); !status) return fail(status.error());
    return spec.backend;
  }
  const backend::BackendEntry* first = nullptr;
  for (const backend::BackendEntry& entry : registry.entries()) {
    if (!entry.create) continue;
    if (backend::reads(entry.descriptor, format)) return entry.name;
    if (!first && entry.descriptor.needs_file) first = &entry;
  }
  if (const std::string other = who_reads(registry, format); first && !other.empty()) {
    return fail(ErrorCode::Unsupported, platform::path_text(spec.config.model_path) +
                                            ": no usable backend reads " + format + "; " + other);
  }
  if (first) return first->name;
  return fail(ErrorCode::Unsupported,
              "this build has no backend for model '" + spec.id + "'; see `pcai version`");
}

Backends::Backends(std::shared_ptr<const backend::BackendRegistry> registry)
    : registry_(std::move(registry)) {}

Result<backend::InferenceBackend*> Backends::get(const ModelSpec& spec) {
  const Result<std::string> name = choose_backend(*registry_, spec);
  if (!name) return fail(name.error());
  const Result<const backend::BackendEntry*> entry = registry_->find(*name);
  if (!entry) return fail(entry.error());
  const Status options = backend::check_options(spec.config, (*entry)->descriptor, *registry_);
  if (!options) return fail(options.error());
  const MutexLock lock(mutex_);
  std::unique_ptr<backend::InferenceBackend>& backend = created_[*name];
  if (!backend) {
    Result<std::unique_ptr<backend::InferenceBackend>> created = (*entry)->create();
    if (!created) return fail(std::move(created.error()));
    backend = std::move(*created);
  }
  return backend.get();
}

}  // namespace pcai::engine
