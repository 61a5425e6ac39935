#include "backend/answer/grammar/arguments_grammar.h"

#include <algorithm>
#include <map>
#include <set>

namespace pcai::backend::answer {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kMostReferences = 8;  // one after the other
constexpr const char* kDefinitions = "#/$defs/";

const Json& resolve(const Json& root, const Json& schema) {
  const Json* one = &schema;
  for (int i = 0; i < kMostReferences && one->is_object() && one->contains("$ref"); ++i) {
    const Json& reference = (*one)["$ref"];
    if (!reference.is_string() || !root.contains("$defs")) break;
    const auto name = reference.get<std::string>();
    const auto found = name.starts_with(kDefinitions)
                           ? root["$defs"].find(name.substr(std::string_view(kDefinitions).size()))
                           : root["$defs"].end();
    if (found == root["$defs"].end()) break;
    one = &*found;
  }
  return *one;
}

bool is_open(const Json& schema) {
  const auto more = schema.find("additionalProperties");
  return more == schema.end() || *more != false;
}

std::set<std::string> required_of(const Json& schema) {
  std::set<std::string> names;
  for (const Json& name : schema.value("required", Json::array())) {
    if (name.is_string()) names.insert(name.get<std::string>());
  }
  return names;
}

/// The texts of an enum or a const of texts alone; none if it is something else.
std::vector<std::string> texts_of(const Json& schema) {
  std::vector<std::string> texts;
  const Json values = schema.contains("const") ? Json::array({schema["const"]})
                                               : schema.value("enum", Json::array());
  for (const Json& value : values) {
    if (!value.is_string()) return {};
    texts.push_back(value.get<std::string>());
  }
  return texts;
}

class TagWriter {
 public:
  TagWriter(const FamilyMarks& family, std::string name, const Json& schema,
            const TokenOf& token_of)
      : family_(family), name_(std::move(name)), root_(schema), token_of_(token_of) {}

  ArgumentsGrammar write() {
    const Json& object = resolve(root_, root_);
    const auto members = object.find("properties");
    const bool known = members != object.end() && members->is_object() && !object.contains("anyOf");
    std::string rule = name_ + ":";
    if (known) {
      const auto required = required_of(object);
      std::size_t number = 0;
      for (const auto& [key, schema] : members->items()) {
        if (schema == false) continue;
        const std::string member = name_ + "_m" + std::to_string(number++);
        rule += " " + member + (required.contains(key) ? "" : "?");
        result_.rules += member + ": " + mark(family_.key_begin) + " " + lark_string(key) + " " +
                         mark(family_.key_end) + " " + value(member, resolve(root_, schema)) + "\n";
      }
    }
    if (!known || is_open(object)) rule += " any_member{0,32}";
    if (rule.back() == ':') rule += " \"\"";
    result_.rules = rule + "\n" + result_.rules;
    return std::move(result_);
  }

 private:
  std::string mark(std::string_view text) const { return lark_family_mark(text, token_of_); }

  std::string value(const std::string& member, const Json& schema) {
    if (!schema.is_object()) return "any_value";
    const std::vector<std::string> texts = texts_of(schema);
    std::string options;
    for (const std::string& text : texts) {
      options += (options.empty() ? "" : " | ") + lark_string(text);
    }
    if (!options.empty()) return "(" + options + ") " + mark(family_.value_end);
    const Json type = schema.value("type", Json());
    const bool listed = schema.contains("enum") || schema.contains("const");
    if (!listed && (!type.is_string() || type == "string")) return "any_value";
    Json part = schema;
    if (root_.contains("$defs")) part["$defs"] = root_["$defs"];
    result_.grammars.push_back({{"name", member + "_value"}, {"json_schema", std::move(part)}});
    return "@" + member + "_value " + mark(family_.value_end);
  }

  const FamilyMarks& family_;
  const std::string name_;
  const Json& root_;
  const TokenOf& token_of_;
  ArgumentsGrammar result_;
};

class GemmaWriter {
 public:
  GemmaWriter(std::string name, const Json& schema, const TokenOf& token_of)
      : name_(std::move(name)), root_(schema), quote_(lark_mark(kGemmaQuote, token_of)) {}

  ArgumentsGrammar write() {
    std::string first = value(root_);
    result_.rules = name_ + ": " + first + "\n" + result_.rules;
    return std::move(result_);
  }

 private:
  std::string rule(const std::string& body) {
    std::string name = name_ + "_g" + std::to_string(count_++);
    result_.rules += name + ": " + body + "\n";
    return name;
  }

  std::string text(const std::string& said) const {
    return quote_ + " " + lark_string(said) + " " + quote_;
  }

  std::string constant(const Json& said) const {
    if (said.is_string()) return text(said.get<std::string>());
    if (said.is_structured()) return "gemma_value";
    return lark_string(said.dump());
  }

  std::string options(const Json& list) {
    std::string joined;
    for (const Json& one : list) joined += (joined.empty() ? "" : " | ") + value(one);
    return "(" + joined + ")";
  }

  std::string value(const Json& schema) {
    if (!schema.is_object()) return "gemma_value";
    if (schema.contains("$ref")) return reference(schema);
    if (schema.contains("const")) return constant(schema["const"]);
    if (schema.contains("enum") && schema["enum"].is_array() && !schema["enum"].empty()) {
      std::string joined;
      for (const Json& one : schema["enum"]) {
        joined += (joined.empty() ? "" : " | ") + constant(one);
      }
      return "(" + joined + ")";
    }
    for (const char* const keyword : {"anyOf", "oneOf"}) {
      if (schema.contains(keyword) && !schema.contains("properties")) {
        return options(schema[keyword]);
      }
    }
    const Json type = schema.value("type", Json());
    if (type.is_array()) {
      Json each = Json::array();
      for (const Json& one : type) {
        Json part = schema;
        part["type"] = one;
        each.push_back(std::move(part));
      }
      return each.empty() ? "gemma_value" : options(each);
    }
    if (type == "string") return "gemma_text";
    if (type == "integer") return "GEMMA_INTEGER";
    if (type == "number") return "GEMMA_NUMBER";
    if (type == "boolean") return "(\"true\" | \"false\")";
    if (type == "null") return "\"null\"";
    if (type == "array") return array(schema);
    return type == "object" ? object(schema) : "gemma_value";
  }

  /// By name, so that schemas may refer to themselves.
  std::string reference(const Json& schema) {
    const Json& meant = resolve(root_, schema);
    if (&meant == &schema) return "gemma_value";
    const auto known = references_.find(&meant);
    if (known != references_.end()) return known->second;
    std::string name = name_ + "_r" + std::to_string(references_.size());
    references_.emplace(&meant, name);
    const std::string body = value(meant);
    result_.rules += name + ": " + body + "\n";
    return name;
  }

  std::string array(const Json& schema) {
    const std::string item = rule(value(schema.value("items", Json(true))));
    const Json least = schema.value("minItems", Json(0));
    const bool some = least.is_number() && least > 0;
    const std::string items = item + " (\",\" " + item + ")*";
    return "\"[\" " + (some ? items : "(" + items + ")?") + " \"]\"";
  }

  /// The members come in the order of their names. Behind any of them the rest is the same.
  std::string object(const Json& schema) {
    struct Member {
      std::string rule;
      bool required;
    };
    std::map<std::string, const Json*> sorted;
    const Json members = Json::object();
    const auto found = schema.find("properties");
    for (const auto& [key, part] : (found == schema.end() ? members : *found).items()) {
      if (part != false) sorted.emplace(key, &part);
    }
    const auto required = required_of(schema);
    std::vector<Member> list;
    for (const auto& [key, part] : sorted) {
      list.push_back({rule(lark_string(key + ":") + " " + value(*part)), required.contains(key)});
    }
    std::string rest = rule(is_open(schema) ? "(\",\" gemma_member){0,32}" : "\"\"");
    std::string all = is_open(schema) ? "(gemma_member (\",\" gemma_member){0,31})?" : "\"\"";
    for (auto member = list.rbegin(); member != list.rend(); ++member) {
      all = member->required ? member->rule + " " + rest
                             : "(" + member->rule + " " + rest + " | " + rule(all) + ")";
      rest = rule("(\",\" " + member->rule + ")" + (member->required ? " " : "? ") + rest);
    }
    return "\"{\" " + all + " \"}\"";
  }

  const std::string name_;
  const Json& root_;
  const std::string quote_;
  ArgumentsGrammar result_;
  std::size_t count_ = 0;
  std::map<const Json*, std::string> references_;
};

}  // namespace

std::string lark_family_mark(std::string_view mark, const TokenOf& token_of) {
  std::string lark;
  const auto add = [&lark](const std::string& item) { lark += (lark.empty() ? "" : " ") + item; };
  while (!mark.empty()) {
    const std::size_t end = mark.find_first_of("~#");
    if (end != 0) add(lark_mark(mark.substr(0, end), token_of));
    if (end == std::string_view::npos) break;
    add(mark[end] == '~' ? "mark_blanks?" : "MARK_WORD");
    mark.remove_prefix(end + 1);
  }
  return lark.empty() ? "\"\"" : lark;
}

std::string lark_mark_rules() {
  return "mark_blanks: /[ \\n\\t]{1,40}/\nMARK_WORD: /[A-Za-z0-9_-]{1,64}/\n";
}

ArgumentsGrammar arguments_grammar(const FamilyMarks& family, const std::string& name,
                                   const nlohmann::ordered_json& schema, const TokenOf& token_of) {
  if (family.arguments == ArgumentSyntax::Gemma) return GemmaWriter(name, schema, token_of).write();
  return TagWriter(family, name, schema, token_of).write();
}

}  // namespace pcai::backend::answer
