#include "models/model_part.h"

#include <cmath>
#include <system_error>

#include "models/printable.h"

namespace pcai::models {

tl::unexpected<Error> cannot_load_part(GgufKind kind, const std::filesystem::path& path,
                                       const std::string& reason) {
  const bool is_projector = kind == GgufKind::Projector;
  return fail(ErrorCode::InvalidModel,
              "the " + std::string(to_string(kind)) + " " + printable_path(path) +
                  " cannot be loaded: " + reason +
                  (is_projector ? "; give another one with --mmproj" : ""),
              is_projector ? "projector" : "adapters");
}

Result<std::uint64_t> check_part(GgufKind kind, const std::filesystem::path& path) {
  std::error_code error;
  if (!std::filesystem::is_regular_file(path, error)) {
    return cannot_load_part(kind, path, "no such file");
  }
  const auto summary = describe_gguf(path);  // checks the whole header, too
  if (!summary) return cannot_load_part(kind, path, summary.error().message);
  if (summary->kind != kind) {
    const std::string wanted = kind == GgufKind::Projector ? "a projector" : "an adapter";
    return cannot_load_part(
        kind, path, "it is not " + wanted + ", but a " + std::string(to_string(summary->kind)));
  }
  return summary->size_bytes;
}

Result<std::uint64_t> check_part(const AdapterConfig& adapter) {
  if (!std::isfinite(adapter.scale)) {
    return cannot_load_part(GgufKind::Adapter, adapter.path, "its scale is not finite");
  }
  return check_part(GgufKind::Adapter, adapter.path);
}

}  // namespace pcai::models
