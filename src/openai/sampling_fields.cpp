#include "openai/sampling_fields.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "openai/lora_field.h"

namespace pcai {
namespace {

constexpr double kMaxInt32 = 2147483647;

Status read_top_k(Json& value, const std::string&, GenerateParams& params) {
  params.top_k = std::max(0, value.get<std::int32_t>());
  return {};
}

Status read_seed(Json& value, const std::string&, GenerateParams& params) {
  params.seed = value.is_number_unsigned() ? value.get<std::uint64_t>()
                                           : static_cast<std::uint64_t>(value.get<std::int64_t>());
  return {};
}

Status read_stop(Json& value, const std::string& path, GenerateParams& params) {
  static const FieldInfo kSequence{"stop", FieldType::String, {1, 256}};
  params.stop_sequences.clear();
  const auto add = [&](Json& text, const std::string& where) -> Status {
    if (Status checked = check_field(kSequence, text, where); !checked) return checked;
    params.stop_sequences.push_back(std::move(text.get_ref<std::string&>()));
    return {};
  };
  if (value.is_string()) return add(value, path);
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (Status added = add(value[i], item_path(path, i)); !added) return added;
  }
  return {};
}

Status read_logit_bias(Json& value, const std::string& path, GenerateParams& params) {
  static const FieldInfo kBias{"logit_bias", FieldType::Number, {-100, 100}};
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
  using P = GenerateParams;
  static const std::vector<Field<P>> kFields = {
      field<&P::temperature>("temperature", {0, 2}, "Randomness; 0 takes the likeliest token"),
      field<&P::top_p>("top_p", {0, 1, true}, "Keep the likeliest tokens of this total; 1 is off"),
      {{"top_k",
        FieldType::Integer,
        {-1, kMaxInt32},
        std::to_string(P{}.top_k),
        "Keep this many of the likeliest tokens; 0 or -1 is off"},
       read_top_k},
      field<&P::min_p>("min_p", {0, 1}, "Drop tokens under this share of the likeliest; 0 is off"),
      field<&P::frequency_penalty>("frequency_penalty", {-2, 2}, "Per earlier use; 0 is off"),
      field<&P::presence_penalty>("presence_penalty", {-2, 2}, "For any earlier use; 0 is off"),
      field<&P::repeat_penalty>("repetition_penalty", {0, 10, true}, "The same as repeat_penalty"),
      field<&P::repeat_penalty>("repeat_penalty", {0, 10, true}, "Divides by it; 1 is off"),
      field<&P::penalty_last_n>("repeat_last_n", {-1, 1 << 20},
                                "Tokens the penalties look back on; -1 is the whole context"),
      {{"seed",
        FieldType::Integer,
        {-0x1p63, 0x1p64},
        "",
        "The same seed gives the same text; a negative one stands for its bit pattern"},
       read_seed},
      {{"stop",
        FieldType::StringOrArray,
        {0, 16},
        "",
        "Up to 16 texts of 1 to 256 bytes that end the answer and are not part of it"},
       read_stop},
      {{"logit_bias",
        FieldType::Object,
        {0, 1024},
        "",
        "From token ids to numbers from -100 to 100 added to their logits"},
       read_logit_bias},
      field<&P::ignore_eos>("ignore_eos", {}, "Generate up to max_tokens: for benchmarks"),
      lora_field(),
  };
  return kFields;
}

void start_with_defaults(Json& body, const DefaultsOf& defaults_of, GenerateParams& params) {
  if (!defaults_of || !body.is_object()) return;
  const Json* model = find_member(body, "model");
  // What is no text is refused by the field.
  if (model && !model->is_string()) return;
  apply_defaults(defaults_of(model ? model->get_ref<const std::string&>() : std::string()), params);
}

}  // namespace pcai
