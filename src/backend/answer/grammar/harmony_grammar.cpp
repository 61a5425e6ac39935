#include "backend/answer/grammar/harmony_grammar.h"

#include "backend/answer/harmony.h"

namespace pcai::backend::answer {
namespace {

/// Writes the rules. `go_on` is what stands between two messages.
class HarmonyWriter {
 public:
  HarmonyWriter(const HarmonyAnswer& answer, const TokenOf& token_of)
      : answer_(answer), token_of_(token_of) {}

  std::string write() const {
    const bool calls = !answer_.functions.empty();
    std::string lark = "start: " + begin() + "\n";
    lark += "lead: " + mark("<|channel|>analysis<|message|>") + " go_on";
    if (calls) lark += " | " + mark("<|channel|>commentary<|message|>") + " go_on";
    lark += "\nbody: " + std::string(calls ? "call" : "");
    if (!answer_.required || !calls) lark += std::string(calls ? " | " : "") + "final";
    lark += "\nfinal: " + mark("<|channel|>final");
    if (answer_.has_text) lark += " constraint?";
    lark += " " + mark(harmony::kMessage) + " text\n";
    lark += "text: " + std::string(answer_.has_text ? "@answer" : kAnyText) + "\n";
    lark += lark_until("go_on", "<|end|><|start|>assistant", token_of_);
    lark += "constraint: \" \"? (" + mark(harmony::kConstrain) + ")? \"json\"\n";
    if (calls) lark += call();
    return lark;
  }

 private:
  std::string mark(std::string_view text) const { return lark_mark(text, token_of_); }

  /// A message that the prompt has begun goes on first.
  std::string begin() const {
    if (!answer_.begun.ends_with(harmony::kMessage) &&
        answer_.begun.find(harmony::kMessage) == std::string_view::npos) {
      return "lead* body";
    }
    const std::size_t last = answer_.begun.rfind(harmony::kChannel);
    const std::string_view message =
        last == std::string_view::npos ? answer_.begun : answer_.begun.substr(last);
    return message.starts_with("<|channel|>final") ? "text" : "go_on lead* body";
  }

  /// Each channel is an alternative of its own: as one of ("commentary" | "analysis") it would be
  /// another lexeme than the same word in `lead`, and the matcher knows only the first.
  std::string call() const {
    std::string lark = "call: (";
    std::string functions;
    for (std::size_t i = 0; i < answer_.functions.size(); ++i) {
      const std::string number = std::to_string(i);
      const std::string name = lark_string(" to=functions." + answer_.functions[i]);
      lark += (i == 0 ? "call" : " | call") + number;
      std::string heads;
      for (const std::string_view word : {"<|channel|>commentary", "<|channel|>analysis"}) {
        const std::string channel = mark(word);
        if (!heads.empty()) heads += " | ";
        heads += channel + " " + name + " | " + name + " " + channel;
      }
      functions += "call" + number + ": (" + heads + ") constraint? " + mark(harmony::kMessage) +
                   " @arguments" + number + "\n";
    }
    return lark + ")\n" + functions;
  }

  const HarmonyAnswer& answer_;
  const TokenOf& token_of_;
};

}  // namespace

std::string harmony_grammar(const HarmonyAnswer& answer, const TokenOf& token_of) {
  return HarmonyWriter(answer, token_of).write();
}

}  // namespace pcai::backend::answer
