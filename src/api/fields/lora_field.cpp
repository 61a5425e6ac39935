#include "api/fields/lora_field.h"

namespace pcai::api {
namespace {

constexpr double kMaxScale = 1e6;

std::span<const Field<AdapterScale>> adapter_fields() {
  using A = AdapterScale;
  static const std::vector<Field<A>> kFields = {
      required(field<&A::index>("id", {0, 2147483647}, "Id in GET /v1/models")),
      required(field<&A::scale>("scale", {-kMaxScale, kMaxScale}, "0 is off")),
  };
  return kFields;
}

Status read_lora(Json& value, const std::string& path, GenerateParams& params, Warnings& warnings) {
  std::vector<AdapterScale>& adapters = params.adapters.emplace();
  for (std::size_t i = 0; i < value.size(); ++i) {
    Status read = read_fields(value[i], item_path(path, i), warnings,
                              FieldSet<AdapterScale>{adapter_fields(), adapters.emplace_back()});
    if (!read) return read;
  }
  return {};
}

}  // namespace

Field<GenerateParams> lora_field() {
  return with_schema(
      telling<GenerateParams>(
          {"lora",
           FieldType::Array,
           {0, kMaxAdapters},
           "",
           "The model's adapters for this answer: [{\"id\": 0, \"scale\": 1}]; the others are off. "
           "Absent: as the server loaded them"},
          read_lora),
      "Lora");
}

}  // namespace pcai::api
