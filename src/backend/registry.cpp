#include "backend/registry.h"

#include <utility>

namespace pcai {

void BackendRegistry::add(BackendEntry entry) { entries_.push_back(std::move(entry)); }

Result<std::unique_ptr<InferenceBackend>> BackendRegistry::create_backend(
    std::string_view preferred) const {
  const bool any = preferred.empty() || preferred == "auto";
  std::string known;
  for (const BackendEntry& entry : entries_) {
    if (any && entry.create) return entry.create();
    if (entry.name == preferred) {
      if (!entry.create) {
        return fail(ErrorCode::Unsupported,
                    "backend '" + entry.name + "' cannot be used: " + entry.why_not, "backend");
      }
      return entry.create();
    }
    known += (known.empty() ? "" : ", ") + entry.name;
  }
  if (any) return fail(ErrorCode::Unsupported, "no usable backend in this build", "backend");
  return fail(ErrorCode::InvalidRequest,
              "unknown backend '" + std::string(preferred) + "'; known: auto, " + known, "backend");
}

}  // namespace pcai
