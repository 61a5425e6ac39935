#include "api/fields/sampling_fields.h"

#include <charconv>

#include "api/fields/lora_field.h"
#include "api/fields/parameter_field.h"

namespace pcai::api {
namespace {

Status read_logit_bias(Json& value, const std::string& path, GenerateParams& params) {
  static const FieldInfo kBias{"logit_bias", FieldType::Number, {-kMaxLogitBias, kMaxLogitBias}};
  params.logit_bias.clear();
  for (auto& [key, bias] : value.get_ref<Json::object_t&>()) {
    LogitBias entry;
    const char* const end = key.data() + key.size();
    const auto parsed = std::from_chars(key.data(), end, entry.token);
    // One spelling a token, or "7" and "07" would be two entries for one.
    if (parsed.ec != std::errc{} || parsed.ptr != end || entry.token < 0 ||
        std::to_string(entry.token) != key) {
      return fail(
          ErrorCode::InvalidRequest,
          path + ": " + quote_text(key) + " is not a token id; keys are ids such as \"50256\"",
          path);
    }
    if (Status checked = check_field(kBias, bias, member_path(path, key)); !checked) return checked;
    entry.bias = bias.get<float>();
    params.logit_bias.push_back(entry);
  }
  return {};
}

}  // namespace

std::span<const Field<GenerateParams>> sampling_fields() {
  static const std::vector<Field<GenerateParams>> kFields = [] {
    std::vector<Field<GenerateParams>> fields = parameter_fields(Face::Field);
    fields.push_back({{"logit_bias",
                       FieldType::Object,
                       {0, kMaxLogitBiases},
                       "",
                       "From token ids to numbers from -100 to 100 added to their logits"},
                      read_logit_bias});
    fields.push_back(lora_field());
    return fields;
  }();
  return kFields;
}

void start_with_defaults(Json& body, const DefaultsOf& defaults_of, GenerateParams& params) {
  if (!defaults_of || !body.is_object()) return;
  const Json* model = find_member(body, "model");
  // What is no text is refused by the field.
  if (model && !model->is_string()) return;
  apply_defaults(defaults_of(model ? model->get_ref<const std::string&>() : std::string()), params);
}

}  // namespace pcai::api
