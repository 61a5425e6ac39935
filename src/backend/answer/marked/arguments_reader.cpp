#include "backend/answer/marked/arguments_reader.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <set>
#include <string_view>
#include <utility>

#include "backend/answer/marked/mark_match.h"

namespace pcai::backend::answer {
namespace {

using Json = nlohmann::ordered_json;

// Around text in which marks mean nothing (MiniCPM).
constexpr std::string_view kRawBegin = "<![CDATA[";
constexpr std::string_view kRawEnd = "]]>";

std::string json_text(std::string_view text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// The same without the quotes.
std::string escaped(std::string_view text) {
  const std::string json = json_text(text);
  return json.substr(1, json.size() - 2);
}

void skip_blanks(std::string& text) {
  text.erase(0, static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), is_blank) -
                                         text.begin()));
}

/// JSON up to the end of its first value, which has brackets.
class JsonArguments final : public ArgumentsReader {
 public:
  std::string take(std::string& text) override {
    if (depth_ == 0) skip_blanks(text);
    std::size_t end = 0;
    while (end < text.size() && !complete_) {
      const char c = text[end];
      if (depth_ == 0 && c != '{' && c != '[') {
        complete_ = true;  // it is no object
        break;
      }
      ++end;
      if (in_string_) {
        in_string_ = escaped_ || c != '"';
        escaped_ = !escaped_ && c == '\\';
      } else if (c == '"') {
        in_string_ = true;
      } else if (c == '{' || c == '[') {
        ++depth_;
      } else if (c == '}' || c == ']') {
        complete_ = --depth_ == 0;
      }
    }
    std::string taken = text.substr(0, end);
    text.erase(0, end);
    return taken;
  }

 private:
  std::size_t depth_ = 0;  // open brackets
  bool in_string_ = false;
  bool escaped_ = false;
};

/// The types that a schema allows; none = any.
std::set<std::string> types_of(const Json& schema, int depth = 0) {
  std::set<std::string> types;
  if (!schema.is_object() || depth > 4) return types;
  if (const auto type = schema.find("type"); type != schema.end()) {
    for (const Json& one : type->is_array() ? *type : Json::array({*type})) {
      if (one.is_string()) types.insert(one.get<std::string>());
    }
    return types;
  }
  const auto values = schema.contains("const") ? Json::array({schema["const"]})
                                               : schema.value("enum", Json::array());
  for (const Json& value : values) types.insert(value.type_name());
  for (const char* const keyword : {"anyOf", "oneOf"}) {
    for (const Json& option : schema.value(keyword, Json::array())) {
      const auto more = types_of(option, depth + 1);
      if (more.empty()) return {};
      types.insert(more.begin(), more.end());
    }
  }
  return types;
}

/// A value of a tag as JSON.
std::string value_json(std::string_view text, const Json& schema) {
  if (text.starts_with(kRawBegin) && text.ends_with(kRawEnd)) {
    text.remove_prefix(kRawBegin.size());
    text.remove_suffix(kRawEnd.size());
    return json_text(text);
  }
  const auto types = types_of(schema);
  const Json value = Json::parse(text, nullptr, false);
  if (value.is_discarded()) return json_text(text);
  const std::string type = value.type_name();
  const bool fits = types.empty()
                        ? type != "string"
                        : types.contains(type) || (type == "number" && types.contains("integer"));
  if (!fits || (type == "string" && types.contains("string"))) return json_text(text);
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

class TagArguments final : public ArgumentsReader {
 public:
  TagArguments(const FamilyMarks& family, const std::string& parameters) : family_(family) {
    const Json schema = Json::parse(parameters, nullptr, false);
    if (schema.is_object()) members_ = schema.value("properties", Json::object());
  }

  std::string take(std::string& text) override {
    std::string json;
    while (!complete_) {
      if (in_text_) {
        if (!take_text(text, json)) break;
        continue;
      }
      const MarkFit key = fit_mark(family_.key_begin, text);
      const MarkFit end = fit_mark(family_.call_end, text);
      if (key.fit == Fit::Whole) {
        if (!take_member(text, key.length, json)) break;
        continue;
      }
      const bool may_come = key.fit == Fit::Begun || end.fit == Fit::Begun ||
                            std::all_of(text.begin(), text.end(), is_blank);
      if (end.fit != Fit::Whole && may_come) break;
      complete_ = true;
      json += begun_ ? "}" : "{}";
    }
    return json;
  }

 private:
  /// A member's name, and its value if that cannot be told as it comes. False if more is needed.
  bool take_member(std::string& text, std::size_t begin, std::string& json) {
    const std::string_view rest = std::string_view(text).substr(begin);
    const FoundMark key_end = find_mark({family_.key_end}, rest);
    if (key_end.fit != Fit::Whole) return false;
    const std::string name(rest.substr(0, key_end.position));
    const std::size_t value_begin = begin + key_end.position + key_end.length;
    const std::string_view value = std::string_view(text).substr(value_begin);
    const bool raw = value.starts_with(kRawBegin);
    if (!raw && kRawBegin.starts_with(value)) return false;
    const Json schema = members_.is_object() && members_.contains(name) ? members_[name] : Json();
    std::string told = (begun_ ? ", " : "{") + json_text(name) + ": ";
    std::size_t value_end = value_begin;
    in_text_ = !raw && types_of(schema) == std::set<std::string>{"string"};
    if (in_text_) {
      told += '"';
    } else {
      const std::size_t raw_end = raw ? value.find(kRawEnd) : 0;
      if (raw_end == std::string_view::npos) return false;
      const std::size_t end = value.find(family_.value_end, raw_end);
      if (end == std::string_view::npos) return false;
      told += value_json(value.substr(0, end), schema);
      value_end += end + family_.value_end.size();
    }
    json += told;
    begun_ = true;
    text.erase(0, value_end);
    return true;
  }

  /// The next part of a string.
  bool take_text(std::string& text, std::string& json) {
    const FoundMark end = find_mark({family_.value_end}, text);
    json += escaped(std::string_view(text).substr(0, end.position));
    if (end.fit == Fit::Whole) json += '"';
    in_text_ = end.fit != Fit::Whole;
    text.erase(0, end.position + end.length);
    return !in_text_;
  }

  const FamilyMarks& family_;
  Json members_;
  bool begun_ = false;
  bool in_text_ = false;  // of a value that is a string
};

/// Names and strings get quotes.
class GemmaArguments final : public ArgumentsReader {
 public:
  std::string take(std::string& text) override {
    std::string json;
    std::size_t at = 0;
    while (at < text.size() && !complete_) {
      const std::string_view rest = std::string_view(text).substr(at);
      const MarkFit quote = fit_mark(kGemmaQuote, rest);
      if (quote.fit == Fit::Begun) break;
      if (quote.fit == Fit::Whole) {
        if (in_string_) json += escaped(std::exchange(word_, {}));
        json += '"';
        in_string_ = !in_string_;
        at += quote.length;
        continue;
      }
      const char c = text[at++];
      if (in_string_) {
        word_ += c;
      } else if (std::string_view("{}[],:").find(c) != std::string_view::npos) {
        json += end_word(c == ':');
        json += c;
        if (c == '{' || c == '[') ++depth_;
        if (c == '}' || c == ']') complete_ = depth_ == 0 || --depth_ == 0;
      } else if (!is_blank(c) || !word_.empty()) {
        word_ += c;
      }
    }
    if (in_string_) json += escaped(std::exchange(word_, {}));
    text.erase(0, at);
    return json;
  }

 private:
  std::string end_word(bool is_name) {
    while (!word_.empty() && is_blank(word_.back())) word_.pop_back();
    std::string word = std::exchange(word_, {});
    if (word.empty()) return word;
    return !is_name && Json::accept(word) ? word : json_text(word);
  }

  std::string word_;  // that is not told yet
  bool in_string_ = false;
  std::size_t depth_ = 0;
};

}  // namespace

std::unique_ptr<ArgumentsReader> read_arguments(const FamilyMarks& family,
                                                const std::string& parameters) {
  switch (family.arguments) {
    case ArgumentSyntax::Json: break;
    case ArgumentSyntax::Tags: return std::make_unique<TagArguments>(family, parameters);
    case ArgumentSyntax::Gemma: return std::make_unique<GemmaArguments>();
  }
  return std::make_unique<JsonArguments>();
}

}  // namespace pcai::backend::answer
