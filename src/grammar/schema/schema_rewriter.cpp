#include "grammar/schema/schema_rewriter.h"

#include <cstdint>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "grammar/schema/member_names.h"
#include "grammar/schema/schema_words.h"

namespace pcai::grammar {
namespace {

using Json = OrderedJson;

constexpr std::size_t kMaxSchemas = 20'000;
constexpr int kMaxDepth = 100;
constexpr int kMaxHops = 4;

/// Whether the objects of a schema are closed.
enum class Closing : std::uint8_t {
  No,       // it is one of several schemas of one value
  Default,  // if it lists members and says nothing of others
  Yes,      // it says so
};

class Rewriter {
 public:
  Rewriter(const Json& document, bool open_objects, SchemaFaults& faults)
      : document_(document), logic_(document), open_objects_(open_objects), faults_(faults) {}

  Json run() {
    if (!document_.is_object()) return document_;
    Json root = document_;
    root.erase(kDefinitions);
    Json out = whole(root, "");
    Json definitions = Json::object();
    for (std::size_t i = 0; i < wanted_.size() && !too_large_; ++i) {
      const auto [name, closing] = wanted_[i];
      const Json target = document_[kDefinitions][name];
      definitions[name_of(name, closing)] = rewrite(target, place_of(target), closing);
    }
    if (too_large_) {
      faults_.add("", "it becomes too large when it is written out");
      return Json::object();
    }
    if (out.is_object() && !definitions.empty()) out[kDefinitions] = std::move(definitions);
    return out;
  }

 private:
  static std::string name_of(const std::string& name, Closing closing) {
    return closing == Closing::No ? name + "o" : name;
  }

  /// A schema that alone says what a value is.
  Json whole(const Json& schema, const std::string& place) {
    return rewrite(schema, place, open_objects_ ? Closing::No : Closing::Default);
  }

  Json rewrite(const Json& schema, const std::string& place, Closing closing,
               const MemberNames& names = {}) {
    if (!schema.is_object() || too_large_) return schema;
    too_large_ = ++schemas_ > kMaxSchemas || depth_ >= kMaxDepth;
    if (too_large_) return true;
    ++depth_;
    Json own = schema;
    if (!own.contains(kPlace)) own[kPlace] = place;
    own = in_plain_words(std::move(own), logic_, faults_);
    if (own.is_object()) {
      const Closing stated = read_closing(own, closing);
      own = close(std::move(own), names, stated);
    }
    --depth_;
    return own;
  }

  Closing read_closing(Json& schema, Closing closing) {
    const auto items = schema.find("unevaluatedItems");
    if (items != schema.end()) {
      const Json others = *items;
      schema.erase("unevaluatedItems");
      if (!applies(schema)) {
        if (!schema.contains("items")) schema["items"] = others;
      } else if (!is_true(others)) {
        faults_.add(place_of(schema) + ".unevaluatedItems", "it is not enforced beside others");
      }
    }
    const auto others = schema.find("unevaluatedProperties");
    if (others == schema.end()) return closing;
    const Json value = *others;
    schema.erase("unevaluatedProperties");
    if (value == false) return Closing::Yes;
    if (!is_true(value)) {
      if (!applies(schema) && !schema.contains("additionalProperties")) {
        schema["additionalProperties"] = value;
      } else {
        faults_.add(place_of(schema) + ".unevaluatedProperties",
                    "beside other schemas only 'false' is enforced");
      }
    }
    return Closing::No;
  }

  static bool applies(const Json& schema) {
    return schema.contains("anyOf") || schema.contains("oneOf") || schema.contains("allOf") ||
           schema.contains("$ref");
  }

  /// `names` are those that schemas around this one describe.
  Json close(Json schema, MemberNames names, Closing closing) {
    if (closing == Closing::No) return with_parts(std::move(schema));
    const bool alone = names.empty() && only_chooses(schema);
    if (closing == Closing::Default && alone && schema.contains("$ref")) {
      refer(schema, Closing::Default);
      return schema;
    }
    // Options that a validator must tell apart are only closed together.
    if (alone && !schema.contains("$ref") && !schema.contains("oneOf"))
      return close_options(std::move(schema), names, closing);
    names.add_members(schema, logic_);
    if (names.open() || names.closed()) return with_parts(std::move(schema));
    if (names.choices() == 1 && chooses(schema)) {
      return close_options(std::move(schema), names.without_choices(), closing);
    }
    if (names.choices() > 0 && closing == Closing::Yes) {
      faults_.add(place_of(schema) + ".unevaluatedProperties",
                  "several choices beside each other say which members there are");
      return with_parts(std::move(schema));
    }
    if (closing == Closing::Default && !names.worth_closing(schema)) {
      return with_parts(std::move(schema));
    }
    Json bounds = names.closed_object();
    const bool plain = !applies(schema) && names.all_of(schema);
    Json out = with_parts(std::move(schema));
    if (plain) {
      out["additionalProperties"] = false;
    } else {
      also(out, std::move(bounds));
    }
    return out;
  }

  /// Nothing but one choice between schemas, and perhaps a type.
  static bool only_chooses(const Json& schema) {
    std::size_t others = 0;
    for (const auto& [keyword, value] : schema.items()) {
      if (keyword == "$ref" || keyword == "anyOf" || keyword == "oneOf") {
        ++others;
      } else if (keyword == "allOf" && value.is_array() && value.size() == 1) {
        ++others;
      } else if (keyword != kPlace && keyword != "type") {
        return false;
      }
    }
    return others == 1;
  }

  static bool chooses(const Json& schema) {
    return schema.contains("anyOf") && !schema.contains("oneOf");
  }

  Json close_options(Json schema, const MemberNames& names, Closing closing) {
    const char* const keyword = chooses(schema) ? "anyOf" : "allOf";
    const Json options = std::move(schema[keyword]);
    schema.erase(keyword);
    const std::string place = place_of(schema);
    Json out = with_parts(std::move(schema));
    Json closed = Json::array();
    for (const Json& option : options) closed.push_back(rewrite(option, place, closing, names));
    out[keyword] = std::move(closed);
    return out;
  }

  /// Rewrites what stands directly below.
  Json with_parts(Json schema) {
    const std::string place = place_of(schema);
    schema.erase(kExcludes);
    for (const char* const map : {"properties", "patternProperties"}) {
      if (!schema.contains(map) || !schema[map].is_object()) continue;
      for (auto& [name, part] : schema[map].items()) part = whole(part, place);
    }
    for (const char* const keyword : {"items", "additionalProperties"}) {
      if (schema.contains(keyword)) schema[keyword] = whole(schema[keyword], place);
    }
    if (schema.contains("prefixItems")) {
      for (Json& part : schema["prefixItems"]) part = whole(part, place);
    }
    for (const char* const list : {"allOf", "anyOf", "oneOf"}) {
      if (!schema.contains(list)) continue;
      for (Json& part : schema[list]) {
        // Where options must be told apart, they are written out.
        if (list == std::string("oneOf")) part = written_out(part);
        part = rewrite(part, place, Closing::No);
      }
    }
    refer(schema, Closing::No);
    // llguidance reads what stands before and behind these lists apart.
    for (const char* const keyword : {"patternProperties", "additionalProperties"}) {
      if (!applies(schema) || !schema.contains(keyword)) continue;
      Json value = std::move(schema[keyword]);
      schema.erase(keyword);
      schema[keyword] = std::move(value);
    }
    return schema;
  }

  Json written_out(Json option) const {
    for (int hops = 0; hops < kMaxHops; ++hops) {
      const Json& meant = logic_.resolve(option);
      if (&meant == &option) break;
      Json copy = meant;
      option = std::move(copy);
    }
    return option;
  }

  void refer(Json& schema, Closing closing) {
    const auto reference = schema.find("$ref");
    if (reference == schema.end()) return;
    if (open_objects_) closing = Closing::No;
    const auto text = reference->get<std::string>();
    const std::string name = text.substr(reference_to("").size());
    if (known_.emplace(name, closing).second) wanted_.emplace_back(name, closing);
    *reference = reference_to(name_of(name, closing));
  }

  const Json& document_;
  const SchemaLogic logic_;
  const bool open_objects_;
  SchemaFaults& faults_;
  std::set<std::pair<std::string, Closing>> known_;
  std::vector<std::pair<std::string, Closing>> wanted_;  // definitions
  std::size_t schemas_ = 0;
  int depth_ = 0;
  bool too_large_ = false;
};

}  // namespace

OrderedJson rewrite_schema(const OrderedJson& document, bool open_objects, SchemaFaults& faults) {
  return Rewriter(document, open_objects, faults).run();
}

}  // namespace pcai::grammar
