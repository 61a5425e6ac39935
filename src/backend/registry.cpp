#include "backend/registry.h"

#include <algorithm>
#include <system_error>
#include <utility>

#include "platform/path_text.h"

namespace pcai::backend {

std::string format_of(const std::filesystem::path& path) {
  std::error_code error;
  if (std::filesystem::is_directory(path, error)) return "safetensors";
  const std::string extension = platform::path_text(path.extension());
  return extension.empty() ? "" : extension.substr(1);
}

bool reads(const BackendDescriptor& backend, std::string_view format) {
  return std::ranges::find(backend.formats, format) != backend.formats.end();
}

void BackendRegistry::add(BackendEntry entry) {
  entries_.push_back(std::move(entry));
}

const BackendEntry* BackendRegistry::entry(std::string_view name) const noexcept {
  const auto found = std::ranges::find(entries_, name, &BackendEntry::name);
  return found == entries_.end() ? nullptr : &*found;
}

Result<const BackendEntry*> BackendRegistry::find(std::string_view preferred) const {
  const bool any = preferred.empty() || preferred == "auto";
  std::string known;
  for (const BackendEntry& entry : entries_) {
    if (any && entry.create) return &entry;
    if (entry.name == preferred) {
      if (entry.create) return &entry;
      return fail(ErrorCode::Unsupported,
                  "backend '" + entry.name + "' cannot be used: " + entry.why_not, "backend");
    }
    known += (known.empty() ? "" : ", ") + entry.name;
  }
  if (any) return fail(ErrorCode::Unsupported, "no usable backend in this build", "backend");
  return fail(ErrorCode::InvalidRequest,
              "unknown backend '" + std::string(preferred) + "'; known: auto, " + known, "backend");
}

Result<std::unique_ptr<InferenceBackend>> BackendRegistry::create_backend(
    std::string_view preferred) const {
  const Result<const BackendEntry*> entry = find(preferred);
  if (!entry) return fail(entry.error());
  return (*entry)->create();
}

}  // namespace pcai::backend
