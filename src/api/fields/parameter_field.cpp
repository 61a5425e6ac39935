#include "api/fields/parameter_field.h"

#include <algorithm>
#include <concepts>
#include <utility>

#include "api/json_number.h"

namespace pcai::api {
namespace {

template <class Value>
struct Kind;
template <>
struct Kind<bool> {
  static constexpr FieldType kType = FieldType::Boolean;
};
template <>
struct Kind<float> {
  static constexpr FieldType kType = FieldType::Number;
};
template <std::integral Value>
struct Kind<Value> {
  static constexpr FieldType kType = FieldType::Integer;
};
template <class Value>
struct Kind<std::optional<Value>> : Kind<Value> {};
template <>
struct Kind<std::vector<std::string>> {
  static constexpr FieldType kType = FieldType::StringOrArray;
};

FieldType type_of(const Parameter& parameter) {
  return std::visit(
      [](auto member) {
        using Value = std::decay_t<decltype(std::declval<GenerateParams&>().*member)>;
        return Kind<Value>::kType;
      },
      parameter.member);
}

Status read_texts(const Parameter& parameter, Json& value, const std::string& path,
                  std::vector<std::string>& texts) {
  const FieldInfo item{"", FieldType::String, {1, static_cast<double>(parameter.text_bytes)}};
  texts.clear();
  const auto add = [&](Json& text, const std::string& where) -> Status {
    if (Status checked = check_field(item, text, where); !checked) return checked;
    texts.push_back(std::move(text.get_ref<std::string&>()));
    return {};
  };
  if (value.is_string()) return add(value, path);
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (Status added = add(value[i], item_path(path, i)); !added) return added;
  }
  return {};
}

/// Whether it is the peers' number for "off".
bool is_peers_off(const Parameter& parameter, const Json& value) {
  return parameter.peers_off && is_number(value, *parameter.peers_off);
}

template <class Value>
Status read(const Parameter& parameter, Json& value, const std::string& path, Value& to) {
  if constexpr (std::is_same_v<Value, std::vector<std::string>>) {
    return read_texts(parameter, value, path, to);
  } else if constexpr (requires { to.emplace(); }) {
    if (!parameter.off && is_peers_off(parameter, value)) {
      to.reset();
      return {};
    }
    return read(parameter, value, path, to.emplace());
  } else if constexpr (std::is_same_v<Value, bool>) {
    to = value.get<bool>();
  } else if (is_peers_off(parameter, value)) {
    to = static_cast<Value>(*parameter.off);
  } else if (value.is_number_integer() && !value.is_number_unsigned()) {
    to = static_cast<Value>(value.get<std::int64_t>());  // a negative seed is its bits
  } else {
    to = value.get<Value>();
  }
  return {};
}

/// The `I`th of the table, which a plain function can know.
template <std::size_t I>
Field<GenerateParams> field_of() {
  return {parameter_info(kParameters[I]),
          [](Json& value, const std::string& path, GenerateParams& params) {
            return read_parameter(kParameters[I], value, path, params);
          }};
}

}  // namespace

FieldInfo parameter_info(const Parameter& parameter) {
  FieldInfo info{parameter.name, type_of(parameter), parameter.http.value_or(parameter.range)};
  info.description = parameter.help;
  if (parameter.peers_off && *parameter.peers_off < info.range.min) {
    const bool next = *parameter.peers_off + 1 == info.range.min;
    if (next) info.range.min = *parameter.peers_off;
    if (!next) info.also = *parameter.peers_off;
  }
  // An absent value and an empty list are no defaults to speak of.
  if (info.type != FieldType::StringOrArray) info.default_json = value_text(parameter, {});
  return info;
}

Status read_parameter(const Parameter& parameter, Json& value, const std::string& path,
                      GenerateParams& params) {
  return std::visit([&](auto member) { return read(parameter, value, path, params.*member); },
                    parameter.member);
}

std::vector<Field<GenerateParams>> parameter_fields(Face face) {
  std::vector<Field<GenerateParams>> fields;
  const auto add = [&](Field<GenerateParams> field, const Parameter& parameter) {
    if (!parameter.faces.has(face)) return;
    // OpenAI's bounds are not Ollama's.
    if (face == Face::Ollama) {
      field.range = parameter.range;
      if (parameter.peers_off) {
        field.range.min = std::min<double>(field.range.min, *parameter.peers_off);
      }
    }
    // Before the parameter's own name, which wins.
    if (face == Face::Field && !parameter.http_alias.empty()) {
      fields.push_back(with_name(field, parameter.http_alias));
    }
    fields.push_back(std::move(field));
  };
  [&]<std::size_t... I>(std::index_sequence<I...>) {
    (add(field_of<I>(), kParameters[I]), ...);
  }
  (std::make_index_sequence<kParameters.size()>());
  return fields;
}

}  // namespace pcai::api
