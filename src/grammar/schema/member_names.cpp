#include "grammar/schema/member_names.h"

#include <algorithm>

namespace pcai::grammar {
namespace {

using Json = OrderedJson;

constexpr int kMaxDepth = 16;

template <typename List>
bool has(const List& list, const std::string& name) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

}  // namespace

void MemberNames::add_members(const OrderedJson& schema, const SchemaLogic& logic) {
  add(schema, logic, 0);
}

void MemberNames::add_name(const std::string& name) {
  if (!has(names_, name)) names_.push_back(name);
}

void MemberNames::add(const OrderedJson& schema, const SchemaLogic& logic, int depth) {
  if (!schema.is_object() || schema.contains(kExcludes)) return;
  if (depth > kMaxDepth) {
    open_ = true;
    return;
  }
  if (const auto properties = schema.find("properties");
      properties != schema.end() && properties->is_object()) {
    listed_ = true;
    for (const auto& [name, part] : properties->items()) add_name(name);
  }
  if (const auto patterns = schema.find("patternProperties");
      patterns != schema.end() && patterns->is_object()) {
    for (const auto& [pattern, part] : patterns->items()) {
      if (!has(patterns_, pattern)) patterns_.push_back(pattern);
    }
  }
  if (const auto required = schema.find("required");
      required != schema.end() && required->is_array()) {
    for (const Json& name : *required) {
      if (name.is_string()) add_name(name.get<std::string>());
    }
  }
  const auto others = schema.find("additionalProperties");
  if (others != schema.end()) (*others == false ? closed_ : open_) = true;
  if (const auto all = schema.find("allOf"); all != schema.end()) {
    for (const Json& part : *all) add(part, logic, depth + 1);
  }
  if (const Json* const target = logic.target(schema)) add(*target, logic, depth + 1);
  for (const char* const list : {"anyOf", "oneOf"}) {
    if (schema.contains(list)) add_choice(schema[list], logic, depth);
  }
  for (const char* const keyword : {"then", "else"}) {
    if (schema.contains(keyword)) {
      add_choice(Json::array({schema[keyword], true}), logic, depth);
    }
  }
  if (const auto held = schema.find("dependentSchemas");
      held != schema.end() && held->is_object()) {
    for (const auto& [name, part] : held->items()) {
      add_choice(Json::array({part, true}), logic, depth);
    }
  }
}

void MemberNames::add_choice(const OrderedJson& options, const SchemaLogic& logic, int depth) {
  MemberNames own;
  bool same = true;  // no option closes what others leave open
  for (const Json& option : options) {
    MemberNames names;
    names.add(option, logic, depth + 1);
    same = same && !names.open_ && !names.closed_ && names.choices_ == 0;
    own.open_ = own.open_ || names.open_;
    for (const std::string& name : names.names_) own.add_name(name);
    for (const std::string& pattern : names.patterns_) own.patterns_.push_back(pattern);
  }
  const bool more = !own.patterns_.empty() ||
                    std::any_of(own.names_.begin(), own.names_.end(),
                                [this](const std::string& name) { return !has(names_, name); });
  if (!more && same) return;
  ++choices_;
  chosen_open_ = chosen_open_ || own.open_;
  for (const std::string& name : own.names_) chosen_.push_back(name);
  for (const std::string& pattern : own.patterns_) chosen_patterns_.push_back(pattern);
}

MemberNames MemberNames::without_choices() const {
  MemberNames names = *this;
  names.chosen_.clear();
  names.chosen_patterns_.clear();
  names.choices_ = 0;
  return names;
}

bool MemberNames::worth_closing(const OrderedJson& schema) const {
  const Json type = schema.value("type", Json("object"));
  const bool objects = type == "object" || (type.is_array() && has(type, "object"));
  const auto least = schema.find("minProperties");
  const bool enough = least == schema.end() || !least->is_number_unsigned() ||
                      least->get<std::uint64_t>() <= names_.size();
  const bool described = listed_ || !patterns_.empty() || !chosen_.empty();
  return objects && described && (enough || !patterns_.empty()) && !chosen_open_;
}

bool MemberNames::all_of(const OrderedJson& schema) const {
  const auto all = [&schema](const char* keyword, const std::vector<std::string>& names) {
    const auto own = schema.find(keyword);
    return std::all_of(names.begin(), names.end(), [&](const std::string& name) {
      return own != schema.end() && own->contains(name);
    });
  };
  return choices_ == 0 && all("properties", names_) && all("patternProperties", patterns_);
}

OrderedJson MemberNames::closed_object() const {
  Json object = {{"properties", Json::object()}, {"additionalProperties", false}};
  for (const auto* const names : {&names_, &chosen_}) {
    for (const std::string& name : *names) object["properties"][name] = true;
  }
  for (const auto* const patterns : {&patterns_, &chosen_patterns_}) {
    for (const std::string& pattern : *patterns) object["patternProperties"][pattern] = true;
  }
  return object;
}

}  // namespace pcai::grammar
