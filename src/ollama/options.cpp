#include <algorithm>
#include <iterator>

#include "api/fields/lora_field.h"
#include "api/fields/parameter_field.h"
#include "ollama/generate_request.h"

namespace pcai::ollama {
namespace {

using P = GenerateParams;

Status read_num_predict(api::Json& value, const std::string&, P& params) {
  const auto tokens = value.get<std::int64_t>();
  // -1 and -2 mean "until the end" and "until the context is full", which is the same here.
  params.max_tokens = tokens < 0 ? kMaxTokenCount : static_cast<std::uint32_t>(tokens);
  return {};
}

/// A number whose only value that is honoured turns the option off.
template <int kOff>
Status read_off(api::Json& value, const std::string& path, P&) {
  if (value.get<double>() == kOff) return {};
  return fail(ErrorCode::Unsupported,
              path + " is not supported here; leave it out, or set it to " + std::to_string(kOff),
              path);
}

std::span<const api::Field<P>> option_fields() {
  using enum api::FieldType;
  static const std::vector<api::Field<P>> kFields = [] {
    std::vector<api::Field<P>> fields = {
        {{"num_predict",
          Integer,
          {-2, kMaxTokenCount},
          "-1",
          "Maximum number of tokens; -1 = all that fit"},
         read_num_predict},
        {{"tfs_z", Number, {}, "1", "Not supported; 1 is off"}, read_off<1>},
        api::ignored_field<P>("penalize_newline", Boolean, "Newlines are tokens like any other"),
    };
    for (const char* name : {"num_ctx", "num_batch", "num_gpu", "main_gpu", "num_thread",
                             "num_keep", "draft_num_predict"}) {
      fields.push_back(
          api::ignored_field<P>(name, Integer, "The server decides how models are loaded"));
    }
    for (const char* name : {"numa", "low_vram", "f16_kv", "logits_all", "vocab_only", "use_mmap",
                             "use_mlock", "embedding_only"}) {
      fields.push_back(
          api::ignored_field<P>(name, Boolean, "The server decides how models are loaded"));
    }
    std::ranges::copy(api::parameter_fields(Face::Ollama), std::back_inserter(fields));
    fields.push_back(api::lora_field());
    return fields;
  }();
  return kFields;
}

}  // namespace

Status read_options(api::Json& object, const std::string& path, api::Warnings& warnings,
                    GenerateParams& params) {
  return api::read_fields(object, path, warnings, api::FieldSet<P>{option_fields(), params});
}

}  // namespace pcai::ollama
