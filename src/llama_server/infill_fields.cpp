#include "llama_server/completion_fields.h"

namespace pcai::llama_server {
namespace {

constexpr Range kExtras{0, 4096};

struct Extra {
  std::string filename = {};
  std::string text = {};
};

/// A file's name stands on a line before its text. The model's own marks of files are not used.
Status read_extra(api::Json& value, const std::string& path, Gap& gap, api::Warnings& warnings) {
  static const std::vector<api::Field<Extra>> kFields = {
      api::field<&Extra::filename>("filename", {}, "The file's name"),
      api::required(api::field<&Extra::text>("text", {}, "What stands in it")),
      api::ignored_field<Extra>("time", api::FieldType::Any, "When it was taken"),
  };
  for (std::size_t i = 0; i < value.size(); ++i) {
    Extra extra;
    Status read = api::read_fields(value[i], item_path(path, i), warnings,
                                   api::FieldSet<Extra>{kFields, extra});
    if (!read) return read;
    if (!extra.filename.empty()) gap.extra += extra.filename + "\n";
    gap.extra += extra.text;
    if (!gap.extra.ends_with('\n')) gap.extra += '\n';
  }
  return {};
}

}  // namespace

InfillPrompt Gap::prompt() && {
  return {std::move(extra) + prefix + begun, std::move(suffix)};
}

std::span<const api::Field<Gap>> infill_fields() {
  static const std::vector<api::Field<Gap>> kFields = {
      api::required(api::field<&Gap::prefix>("input_prefix", {}, "Text before the middle")),
      api::required(api::field<&Gap::suffix>("input_suffix", {}, "Text after the middle")),
      api::with_schema(api::telling<Gap>({"input_extra", api::FieldType::Array, kExtras, "",
                                          "Texts of other files, before the prefix"},
                                         read_extra),
                       "LlamaExtra"),
      api::field<&Gap::begun>("prompt", {}, "The first words of the middle"),
  };
  return kFields;
}

}  // namespace pcai::llama_server
