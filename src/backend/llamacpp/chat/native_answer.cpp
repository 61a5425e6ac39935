#include "backend/llamacpp/chat/native_answer.h"

#include <chat-peg-parser.h>
#include <chat.h>

#include <algorithm>
#include <exception>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "backend/answer/call_id.h"

namespace pcai::backend::llamacpp {
namespace {

constexpr std::size_t kSteps = 256;     // a text is parsed again once it has grown by this part
constexpr std::size_t kPatience = 256;  // bytes that the parser may not take before it is given up
constexpr std::string_view kBlanks = " \t\r\n";

std::string_view without_blanks_at_end(std::string_view text) {
  return text.substr(0, text.find_last_not_of(kBlanks) + 1);
}

std::string_view without_blanks_at_begin(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  return begin == std::string_view::npos ? std::string_view{} : text.substr(begin);
}

/// What is new in `text`, which may only grow. Nothing if it has changed.
std::string grow(std::string& told, std::string_view text) {
  if (text.size() <= told.size() || !text.starts_with(told)) return "";
  std::string added(text.substr(told.size()));
  told += added;
  return added;
}

/// The same at the end, where what has changed is told, too: rather twice than never.
std::string grow_at_last(std::string& told, std::string_view text) {
  const auto parted = std::mismatch(told.begin(), told.end(), text.begin(), text.end());
  told.erase(parted.first, told.end());
  return grow(told, text);
}

std::unique_ptr<common_chat_peg_mapper> mapper_of(common_chat_format format, common_chat_msg& out) {
  switch (format) {
    case COMMON_CHAT_FORMAT_PEG_GEMMA4: return std::make_unique<common_chat_peg_gemma4_mapper>(out);
    case COMMON_CHAT_FORMAT_PEG_MINIMAX_M3:
      return std::make_unique<common_chat_peg_minimax_m3_mapper>(out);
    default: return std::make_unique<common_chat_peg_mapper>(out);
  }
}

/// Parses the whole text anew, as the parser has no other way, and tells what is new.
class NativeAnswer final : public answer::AnswerReader {
 public:
  explicit NativeAnswer(const NativeFormat& format)
      : format_(static_cast<common_chat_format>(format.kind)),
        parallel_(format.parallel),
        marks_(format.marks),
        hidden_(format.hidden),
        text_(format.generation_prompt),
        read_(text_.size()) {
    if (!format.parser.empty()) parser_.load(format.parser);
    if (!text_.empty() && parse()) skip_begun(format.goes_on);
  }

  std::vector<GenerateEvent> add(std::string_view text) override {
    if (done_) return {};
    text_ += text;
    if (given_up_) {
      tell_rest();
    } else if (text_.size() - parsed_ > text_.size() / kSteps) {
      if (parse()) {
        tell(false);
      } else if (text_.size() - good_ > kPatience && calls_.empty()) {
        given_up_ = true;
        tell_rest();
      }
    }
    return std::exchange(events_, {});
  }

  std::vector<GenerateEvent> finish() override {
    if (done_) return {};
    if (!given_up_) {
      cut_ = parse() && cut_;  // if it fails what was read before stays
      tell(true);
    }
    if (!done_ && !(cut_ && in_call())) tell_rest();
    complete_ = !calls_.empty();
    return std::exchange(events_, {});
  }

  bool called() const noexcept override { return complete_; }
  bool done() const noexcept override { return done_; }
  bool reasons() const noexcept override { return reasons_; }

 private:
  struct Call {
    std::string name;
    std::string arguments;
  };

  /// False if the parser does not take the text.
  bool parse() {
    parsed_ = text_.size();
    try {
      common_peg_parse_context context(text_, COMMON_PEG_PARSE_FLAG_LENIENT);
      const common_peg_parse_result result = parser_.parse(context);
      if (result.fail()) return false;
      common_chat_msg message;
      mapper_of(format_, message)->from_ast(context.ast, result);
      good_ = text_.size();
      cut_ = result.need_more_input();
      reasons_ = false;
      std::size_t read = result.success() ? result.end : 0;
      context.ast.visit(result, [&](const common_peg_ast_node& node) {
        if (node.tag.empty()) return;
        read = std::max(read, node.end);
        if (node.tag != common_chat_peg_builder::REASONING) return;
        reasons_ = node.is_partial || node.end == text_.size();
      });
      read_ = std::max(read_, read);
      message_ = std::move(message);
      return true;
    } catch (const std::exception&) {
      return false;
    }
  }

  /// What the prompt has of the answer was not said by the model.
  void skip_begun(bool text_too) {
    reasoning_ = without_blanks_at_end(without_blanks_at_begin(message_.reasoning_content));
    if (text_too) content_ = without_blanks_at_end(without_blanks_at_begin(message_.content));
    begun_reasoning_ = reasoning_.size();
  }

  void tell(bool last) {
    const std::string_view thought =
        without_blanks_at_end(without_blanks_at_begin(message_.reasoning_content));
    const bool first = reasoning_.size() == begun_reasoning_;
    if (std::string added = last ? grow_at_last(reasoning_, thought) : grow(reasoning_, thought);
        !added.empty()) {
      if (first) added.erase(0, added.size() - without_blanks_at_begin(added).size());
      events_.push_back(ReasoningDelta{std::move(added)});
    }
    std::string_view text = without_blanks_at_begin(message_.content);
    if (!last || !message_.tool_calls.empty()) text = without_blanks_at_end(text);
    std::string added = last ? grow_at_last(content_, text) : grow(content_, text);
    if (!added.empty()) {
      events_.push_back(TextDelta{std::move(added)});
    }
    for (std::size_t i = 0; i < message_.tool_calls.size() && !done_; ++i) tell_call(i);
  }

  void tell_call(std::size_t index) {
    if (index > 0 && !parallel_) {  // some grammars allow it
      complete_ = done_ = true;
      return;
    }
    const common_chat_tool_call& call = message_.tool_calls[index];
    const auto number = static_cast<std::uint32_t>(index);
    if (index >= calls_.size()) {
      calls_.push_back({.name = call.name});
      events_.push_back(ToolCallDelta{number, answer::random_call_id(), call.name, ""});
    }
    if (call.name != calls_[index].name) return;
    if (std::string added = grow(calls_[index].arguments, call.arguments); !added.empty()) {
      events_.push_back(ToolCallDelta{number, "", "", std::move(added)});
    }
  }

  /// Whether what the parser has not taken yet is a part of a call.
  bool in_call() const {
    const std::string_view rest = std::string_view(text_).substr(std::min(read_, text_.size()));
    return !calls_.empty() || std::any_of(marks_.begin(), marks_.end(), [rest](const auto& mark) {
      return !mark.empty() && rest.find(mark) != std::string_view::npos;
    });
  }

  /// Tells what the parser has not taken, as text: all but special tokens, which have none.
  void tell_rest() {
    std::string rest = text_.substr(std::min(read_, text_.size()));
    read_ = text_.size();
    for (const std::string& mark : hidden_) {
      for (std::size_t at = rest.find(mark); !mark.empty() && at != std::string::npos;
           at = rest.find(mark)) {
        rest.erase(at, mark.size());
      }
    }
    if (without_blanks_at_end(rest).empty()) return;
    events_.push_back(TextDelta{std::move(rest)});
  }

  common_chat_format format_;
  bool parallel_;
  std::vector<std::string> marks_;
  std::vector<std::string> hidden_;
  common_peg_arena parser_;
  std::string text_;                 // with the part that is in the prompt
  common_chat_msg message_;          // of the last text that the parser took
  std::size_t begun_reasoning_ = 0;  // bytes of reasoning in the prompt
  std::size_t parsed_ = 0;           // how long the text was when it was parsed
  std::size_t good_ = 0;             // and when the parser took it
  std::size_t read_;                 // how much of the text was understood
  bool cut_ = false;                 // the parser takes the text, but wants more
  bool given_up_ = false;            // all further text is told as it is
  std::string reasoning_;            // what was told, behind what the prompt has
  std::string content_;
  std::vector<Call> calls_;
  std::vector<GenerateEvent> events_;
  bool complete_ = false;
  bool done_ = false;
  bool reasons_ = false;
};

}  // namespace

std::unique_ptr<answer::AnswerReader> read_natively(const NativeFormat& format) {
  return std::make_unique<NativeAnswer>(format);
}

}  // namespace pcai::backend::llamacpp
