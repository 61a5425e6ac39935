#include "grammar/gbnf/gbnf.h"

#include <map>
#include <optional>

#include "grammar/gbnf/gbnf_text.h"

namespace pcai::grammar {
namespace {

constexpr int kMaxDepth = 100;         // groups in groups
constexpr int kMaxRepetitions = 2000;  // llama.cpp's limit, too
constexpr std::string_view kNameCharacters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-";

/// A rule's name in Lark, which knows neither capitals nor '-' in it, and how it came up.
struct Rule {
  std::string lark_name;
  std::size_t first_use = 0;  // where in the source
  bool defined = false;
};

/// Reads rule after rule and writes the same in Lark. Every function fails by a reason about the
/// place where the text stands then.
class Translation {
 public:
  explicit Translation(std::string_view source) : text_(source) {}

  Result<std::string> run() {
    Status read = rules();
    if (!read) return at_line(read.error().message, text_.position());
    if (const auto root = rules_.find("root"); root == rules_.end() || !root->second.defined) {
      return fail(ErrorCode::InvalidRequest, "the GBNF grammar has no rule 'root'");
    }
    for (const auto& [name, rule] : rules_) {
      if (!rule.defined) return at_line("no rule is named '" + name + "'", rule.first_use);
    }
    return "start: " + rules_["root"].lark_name + "\n" + lark_;
  }

 private:
  Result<std::string> at_line(const std::string& reason, std::size_t position) const {
    return fail(ErrorCode::InvalidRequest, "line " + std::to_string(text_.line_of(position)) +
                                               " of the GBNF grammar: " + reason);
  }

  static Status refuse(std::string reason) {
    return fail(ErrorCode::InvalidRequest, std::move(reason));
  }

  Status rules() {
    text_.skip_blanks(true);
    while (!text_.at_end()) {
      if (Status read = rule(); !read) return read;
      text_.skip_blanks(true);
    }
    return {};
  }

  Status rule() {
    const std::size_t begin = text_.position();
    const std::string_view name = text_.take_all(kNameCharacters);
    if (name.empty()) return refuse("a rule must begin here, such as root ::= \"yes\"");
    text_.skip_blanks(false);
    if (!text_.take("::=")) return refuse("'::=' must follow the name '" + std::string(name) + "'");
    Rule& rule = named(name, begin);
    if (rule.defined) return refuse("the rule '" + std::string(name) + "' stands here again");
    rule.defined = true;
    lark_ += rule.lark_name + ":";
    text_.skip_blanks(true);
    if (Status read = alternatives(0); !read) return read;
    lark_ += "\n";
    if (text_.at_end() || text_.take("\r\n") || text_.take("\n") || text_.take("\r")) return {};
    return refuse("a symbol or the end of the line must follow, not '" + text_.sign() + "'");
  }

  Status alternatives(int depth) {
    do {
      text_.skip_blanks(depth > 0);
      if (Status read = sequence(depth); !read) return read;
    } while (bar());
    return {};
  }

  bool bar() {
    if (!text_.take("|")) return false;
    lark_ += " |";
    text_.skip_blanks(true);
    return true;
  }

  /// Symbols, each with its repetition.
  Status sequence(int depth) {
    const std::size_t begin = lark_.size();
    for (;;) {
      const std::size_t symbol_begin = lark_.size();
      auto found = symbol(depth);
      if (!found) return fail(std::move(found).error());
      if (!*found) break;
      text_.skip_blanks(depth > 0);
      auto repeated = repetition();
      if (!repeated) return fail(std::move(repeated).error());
      if (*repeated == "{0,0}") {  // Lark has none
        lark_.resize(symbol_begin);
        repeated = " \"\"";
      }
      lark_ += *repeated;
      if (lark_.size() > kMostLarkBytes) return refuse("the grammar is too large");
      text_.skip_blanks(depth > 0);
    }
    if (lark_.size() == begin) lark_ += " \"\"";
    return {};
  }

  /// False where none begins here.
  Result<bool> symbol(int depth) {
    if (text_.take("\"")) return literal();
    if (text_.take("[")) return characters();
    if (text_.take("(")) return group(depth);
    if (text_.take(".")) return write("/(?s:.)/");
    if (text_.sign() == "<" || text_.sign() == "!") return token();
    const std::size_t begin = text_.position();
    const std::string_view name = text_.take_all(kNameCharacters);
    if (name.empty()) return false;
    return write(named(name, begin).lark_name);
  }

  Result<bool> write(std::string_view lark) {
    lark_ += " ";
    lark_ += lark;
    return true;
  }

  Result<bool> literal() {
    std::string lark;
    while (!text_.take("\"")) {
      const auto character = text_.character("the text's '\"' is missing");
      if (!character) return fail(character.error());
      lark += " /" + regex_character(*character) + "/";
    }
    lark_ += lark.empty() ? " \"\"" : " (" + lark + ")";
    return true;
  }

  Result<bool> characters() {
    std::string lark = text_.take("^") ? "^" : "";
    const std::size_t empty = lark.size();
    while (!text_.take("]")) {
      const auto first = text_.character("the ']' is missing");
      if (!first) return fail(first.error());
      lark += regex_character(*first);
      if (!text_.take_range()) continue;
      const auto last = text_.character("the ']' is missing");
      if (!last) return fail(last.error());
      if (*last < *first) return fail(refuse("the end of a range is before its beginning").error());
      lark += "-" + regex_character(*last);
    }
    if (lark.size() == empty) return fail(refuse("'[]' matches nothing").error());
    return write("/[" + lark + "]/");
  }

  Result<bool> group(int depth) {
    if (depth >= kMaxDepth) return fail(refuse("the groups are nested too deep").error());
    lark_ += " (";
    text_.skip_blanks(true);
    if (Status read = alternatives(depth + 1); !read) return fail(std::move(read).error());
    if (!text_.take(")")) return fail(refuse("a ')' is missing").error());
    lark_ += ")";
    return true;
  }

  /// <[17]> or <name>: a token of the vocabulary, written as in Lark.
  Result<bool> token() {
    if (text_.take("!")) {
      return fail(refuse("'!<…>', any token but one, cannot be written in Lark").error());
    }
    const auto name = text_.take_token();
    if (!name) return fail(refuse("a token must be written as <[id]> or <name>").error());
    return write(*name);
  }

  /// "", or what stands behind the symbol in Lark.
  Result<std::string> repetition() {
    for (const char* sign : {"*", "+", "?"}) {
      if (text_.take(sign)) return std::string(sign);
    }
    if (!text_.take("{")) return std::string();
    text_.skip_blanks(true);
    const std::optional<int> least = text_.number(kMaxRepetitions);
    text_.skip_blanks(true);
    const bool comma = text_.take(",");
    text_.skip_blanks(true);
    const std::optional<int> most = comma ? text_.number(kMaxRepetitions) : least;
    const bool endless = comma && text_.sign() == "}" && !most;
    text_.skip_blanks(true);
    if ((!least && !comma) || (!most && !endless) || !text_.take("}")) {
      return fail(refuse("a repetition is {n}, {n,}, {,m} or {n,m} with numbers up to " +
                         std::to_string(kMaxRepetitions))
                      .error());
    }
    if (!endless && *most < least.value_or(0)) {
      return fail(refuse("a repetition's second number is less than its first").error());
    }
    const std::string first = std::to_string(least.value_or(0));
    return "{" + first + "," + (endless ? "" : std::to_string(*most)) + "}";
  }

  Rule& named(std::string_view name, std::size_t position) {
    const auto [entry, added] = rules_.try_emplace(std::string(name));
    if (added) {
      std::string lark = "r" + std::to_string(rules_.size()) + "_";
      for (const char c : name) {
        lark += c == '-' ? '_' : c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
      }
      entry->second = {std::move(lark), position};
    }
    return entry->second;
  }

  static constexpr std::size_t kMostLarkBytes = 4 << 20;

  GbnfText text_;
  std::string lark_;
  std::map<std::string, Rule, std::less<>> rules_;
};

}  // namespace

Result<std::string> lark_of_gbnf(std::string_view source) {
  return Translation(source).run();
}

}  // namespace pcai::grammar
