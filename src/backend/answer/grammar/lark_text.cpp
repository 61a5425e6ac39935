#include "backend/answer/grammar/lark_text.h"

#include <nlohmann/json.hpp>

namespace pcai::backend::answer {
namespace {

struct Token {
  std::size_t length = 0;  // of its name; 0 = there is none
  std::int32_t id = 0;
};

/// The special token whose name the text begins with. Names of such tokens are in brackets wherever
/// they are a part of a longer mark.
Token token_at(std::string_view text, const TokenOf& token_of) {
  if (text.front() != '<' && text.front() != '[') return {};
  const char close = text.front() == '<' ? '>' : ']';
  for (std::size_t end = text.rfind(close); end != std::string_view::npos && end > 0;
       end = text.rfind(close, end - 1)) {
    if (const auto id = token_of(text.substr(0, end + 1))) return {end + 1, *id};
  }
  return {};
}

std::string lark_token(std::int32_t id) {
  return "<[" + std::to_string(id) + "]>";
}

}  // namespace

std::string lark_string(std::string_view text) {
  return nlohmann::ordered_json(text).dump();
}

std::string lark_mark(std::string_view mark, const TokenOf& token_of) {
  if (const auto id = token_of(mark)) return lark_token(*id);
  std::string lark;
  std::string text;
  const auto add = [&lark](const std::string& item) {
    if (!lark.empty()) lark += ' ';
    lark += item;
  };
  while (!mark.empty()) {
    const Token token = token_at(mark, token_of);
    if (token.length == 0) {
      text += mark.front();
      mark.remove_prefix(1);
      continue;
    }
    if (!text.empty()) add(lark_string(text));
    text.clear();
    add(lark_token(token.id));
    mark.remove_prefix(token.length);
  }
  if (!text.empty() || lark.empty()) add(lark_string(text));
  return lark;
}

std::string lark_until(std::string_view rule, std::string_view mark, const TokenOf& token_of) {
  const std::string lark = lark_mark(mark, token_of);
  if (lark.front() == '<') {  // a token, which no text can have in it
    return std::string(rule) + ": " + kAnyText + " " + lark + "\n";
  }
  return std::string(rule) + "[lazy]: " + kAnyText + " " + lark_string(mark) + "\n";
}

}  // namespace pcai::backend::answer
