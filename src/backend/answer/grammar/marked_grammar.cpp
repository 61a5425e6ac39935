#include "backend/answer/grammar/marked_grammar.h"

#include "backend/answer/grammar/arguments_grammar.h"
#include "backend/answer/grammar/lead_grammar.h"
#include "backend/answer/marked/family_marks.h"

namespace pcai::backend::answer {
namespace {

/// A mark as a regular expression.
std::string pattern_of(std::string_view mark) {
  std::string pattern;
  for (const char c : mark) {
    if (c == '~') {
      pattern += "[ \\n\\t]*";
    } else if (c == '#') {
      pattern += "[A-Za-z0-9_-]+";
    } else if (c == '\n') {
      pattern += "\\n";
    } else {
      if (std::string_view(".^$|()[]{}*+?\\/").find(c) != std::string_view::npos) pattern += '\\';
      pattern += c;
    }
  }
  return pattern;
}

class MarkedWriter {
 public:
  MarkedWriter(const MarkedAnswer& answer, const TokenOf& token_of)
      : answer_(answer),
        format_(answer.format),
        family_(*answer.format.family),
        token_of_(token_of),
        calls_(!answer.functions.empty()),
        begin_(family_.calls_begin.empty() ? family_.call_begin : family_.calls_begin) {}

  std::string write() {
    const std::string body = family_.text_name.empty() ? this->body() : named_body();
    lark_ = "start: " + reasoning() + "body\nbody: " + body + "\n" + lark_;
    lark_ += "text: " + std::string(answer_.has_text ? "@answer" : kAnyText) + "\n";
    lark_ += lark_thought(format_, token_of_) + lark_mark_rules();
    if (calls_) add_calls();
    if (family_.arguments == ArgumentSyntax::Gemma) {
      add_gemma();
    } else if (family_.arguments == ArgumentSyntax::Tags) {
      lark_ += lark_until("any_value", family_.value_end, token_of_);
      lark_ += "any_member: " + mark(family_.key_begin) + " /[^\"<>\\n]{1,64}/ " +
               mark(family_.key_end) + " any_value\n";
    }
    return lark_;
  }

 private:
  std::string mark(std::string_view text) const { return lark_family_mark(text, token_of_); }
  bool free() const { return !answer_.required || !calls_; }

  std::string reasoning() const {
    if (format_.reasoning_begin.empty()) return "";
    const std::string thought = "thought " + (family_.turn.empty() ? "" : mark(family_.turn) + " ");
    if (format_.begins_in_reasoning) return thought;
    return "(" + mark(family_.reasoning_begin) + " " + thought + ")? ";
  }

  std::string body() {
    if (family_.text_begin.empty()) return plain_body();
    const bool begun = !format_.begun.empty() || (format_.goes_on && !format_.begins_in_reasoning);
    const std::string open = begun ? "" : mark(family_.text_begin) + " ";
    std::string calls = calls_ ? (begun ? mark(family_.text_end) + " " : "") + "calls" : "";
    if (!free()) return calls;
    std::string ended = open;
    if (answer_.has_text) {
      ended += "text " + mark(family_.text_end);
    } else {
      lark_ += lark_until("said", family_.text_end, token_of_);
      ended += "said";
    }
    std::string body = open + "text | " + ended;
    if (!calls_) return body;
    // Where a turn is either text or calls, nothing follows the text.
    if (family_.turn.empty()) body += " | " + ended + " calls";
    return begun ? body : calls + " | " + body;
  }

  std::string plain_body() {
    if (!calls_) return "text";
    if (!free()) return "calls";
    if (answer_.has_text) return "text | calls";
    if (mark(begin_).starts_with("<[")) return "text calls?";
    return "text | " + lead() + "calls_begun";
  }

  /// Each message has its recipient; the prompt has begun the first one, unless the answer goes on.
  std::string named_body() {
    const std::string text_name =
        lark_string(std::string(family_.text_name)) + " " + mark(family_.name_end) + " ";
    const bool begun = !format_.begun.empty();
    const std::string open = begun ? text_name : "";
    if (!calls_) return open + "text";
    std::string body = begun ? "calls_begun" : mark(begin_) + " calls_begun";
    if (!free()) return body;
    body += " | " + open + "text";
    return answer_.has_text ? body : body + " | " + open + lead() + "calls_begun";
  }

  /// Any text up to the mark that begins calls.
  std::string lead() {
    lark_ += "lead[lazy]: /(.|\\n)*" + pattern_of(begin_) + "/\n";
    return "lead ";
  }

  void add_calls() {
    const bool sections = !family_.calls_begin.empty();
    const std::string next = (family_.between.empty() ? "" : mark(family_.between) + " ") +
                             mark(family_.call_begin) + " call";
    lark_ += "calls: " + mark(begin_) + " calls_begun\n";
    lark_ += "calls_begun: " + (sections ? mark(family_.call_begin) + " " : "") + "call" +
             (format_.parallel ? " (" + next + "){0,15}" : "");
    if (!family_.calls_end.empty()) lark_ += " " + mark(family_.calls_end);
    if (format_.parallel) lark_ += " /[ \\n]/?";
    lark_ += "\ncall: (";
    for (std::size_t i = 0; i < answer_.functions.size(); ++i) {
      lark_ += (i == 0 ? "" : " | ") + lark_string(answer_.functions[i]) + " ";
      if (!family_.name_end.empty()) lark_ += mark(family_.name_end) + " ";
      lark_ += answer_.arguments[i];
    }
    lark_ += ")";
    if (!family_.call_end.empty()) lark_ += " " + mark(family_.call_end);
    lark_ += "\n";
  }

  /// Any value, for what a schema leaves open.
  void add_gemma() {
    const std::string quote = mark(kGemmaQuote);
    lark_ +=
        "gemma_text: " + quote + " gemma_said\n" + lark_until("gemma_said", kGemmaQuote, token_of_);
    lark_ += "GEMMA_INTEGER: /-?(0|[1-9][0-9]{0,17})/\n";
    lark_ += "GEMMA_NUMBER: /-?(0|[1-9][0-9]{0,17})(\\.[0-9]{1,17})?([eE][-+]?[0-9]{1,3})?/\n";
    lark_ += "gemma_member: (/[A-Za-z_][A-Za-z0-9_.-]{0,63}/ | gemma_text) \":\" gemma_value\n";
    lark_ +=
        "gemma_value: gemma_text | GEMMA_NUMBER | \"true\" | \"false\" | \"null\" | \"{\" "
        "(gemma_member (\",\" gemma_member){0,31})? \"}\" | \"[\" (gemma_value (\",\" "
        "gemma_value)*)? \"]\"\n";
  }

  const MarkedAnswer& answer_;
  const AnswerFormat& format_;
  const FamilyMarks& family_;
  const TokenOf& token_of_;
  const bool calls_;
  const std::string_view begin_;  // of the calls
  std::string lark_;
};

}  // namespace

std::string marked_grammar(const MarkedAnswer& answer, const TokenOf& token_of) {
  return MarkedWriter(answer, token_of).write();
}

}  // namespace pcai::backend::answer
