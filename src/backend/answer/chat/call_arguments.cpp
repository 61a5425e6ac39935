#include "backend/answer/chat/call_arguments.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

namespace pcai::backend::answer {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kMember = "arguments";
// Templates write values by recursion.
constexpr std::size_t kDeepest = 100;

/// What is open where a text ends.
struct OpenEnds {
  std::string closers = {};  // the last one closes first
  bool in_string = false;
  bool escapes = false;  // the text ends with a backslash
  std::size_t deepest = 0;
};

OpenEnds open_ends(std::string_view text) {
  OpenEnds open;
  for (const char c : text) {
    if (open.escapes) {
      open.escapes = false;
    } else if (open.in_string) {
      open.escapes = c == '\\';
      open.in_string = c != '"';
    } else if (c == '"') {
      open.in_string = true;
    } else if (c == '{' || c == '[') {
      open.closers += c == '{' ? '}' : ']';
      open.deepest = std::max(open.deepest, open.closers.size());
    } else if ((c == '}' || c == ']') && !open.closers.empty()) {
      open.closers.pop_back();
    }
  }
  return open;
}

Json parse(const std::string& text) {
  return Json::parse(text, nullptr, false);
}

std::string to_text(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

/// Without the comma and the begun escape that it ends with.
std::string_view without_loose_end(std::string_view text, const OpenEnds& open) {
  if (open.in_string) {
    if (open.escapes) text.remove_suffix(1);
    const std::size_t escape = text.rfind("\\u");
    if (escape != std::string_view::npos && text.size() - escape < 6) text = text.substr(0, escape);
    return text;
  }
  const std::size_t last = text.find_last_not_of(" \t\r\n");
  text = text.substr(0, last == std::string_view::npos ? 0 : last + 1);
  if (text.ends_with(',')) text.remove_suffix(1);
  return text;
}

/// The object that a cut text was to become, if it is cut at a place where that is clear.
std::optional<std::string> completed(std::string_view text, const OpenEnds& open) {
  if (open.closers.empty() || open.closers.front() != '}') return std::nullopt;
  std::string begun(without_loose_end(text, open));
  if (open.in_string) begun += '"';
  const std::string end(open.closers.rbegin(), open.closers.rend());
  for (const char* missing : {"", "null", ":null"}) {
    std::string whole = begun + missing + end;
    if (parse(whole).is_object()) return whole;
  }
  return std::nullopt;
}

}  // namespace

std::string as_object(std::string_view arguments) {
  if (arguments.find_first_not_of(" \t\r\n") == std::string_view::npos) return "{}";
  const OpenEnds open = open_ends(arguments);
  const auto as_member = [](Json value) { return to_text(Json{{kMember, std::move(value)}}); };
  if (open.deepest > kDeepest) return as_member(std::string(arguments));
  std::string text(arguments);
  Json value = parse(text);
  if (value.is_object()) return text;
  if (value.is_null()) return "{}";
  if (value.is_string()) {
    // Some clients encode the object twice.
    const auto& inner = value.get_ref<const std::string&>();
    if (open_ends(inner).deepest <= kDeepest && parse(inner).is_object()) return inner;
  }
  if (!value.is_discarded()) return as_member(std::move(value));
  if (auto whole = completed(arguments, open)) return *std::move(whole);
  return as_member(std::move(text));
}

}  // namespace pcai::backend::answer
