#include "app/terminal/chat.h"

#include <cstdio>

#include "app/answer.h"
#include "app/exit_code.h"
#include "app/settings/suggestion.h"
#include "app/terminal/terminal.h"
#include "core/utf8.h"
#include "platform/line_editor.h"

namespace pcai::app {
namespace {

constexpr const char* kHelp =
    "/help    show this\n"
    "/clear   forget the conversation\n"
    "/exit    leave; Ctrl+D does too\n"
    "Ctrl+C stops an answer. A paste of several lines is one message.\n"
    "A message that begins with a slash needs a blank before it.\n";

class Chat {
 public:
  Chat(engine::Engine& engine, GenerateRequest request, platform::Signals& signals)
      : engine_(engine),
        request_(std::move(request)),
        signals_(signals),
        opening_(messages().size()) {}

  int run(const std::string& model) {
    write_out(styled(terminal_safe(model), Style::Bold, stdout) +
              styled("  /help shows the commands\n", Style::Dim, stdout));
    bool asked_to_leave = false;
    while (true) {
      std::string line;
      const platform::LineEditor::Outcome outcome = editor_.read("> ", line);
      if (outcome == platform::LineEditor::Outcome::End) {
        write_out("\n");
        return kSuccess;
      }
      if (const auto number = signals_.take(std::chrono::milliseconds(0))) {
        write_out("\n");
        if (asked_to_leave || number != platform::Signals::kInterrupt) return 128 + *number;
        asked_to_leave = true;
        write_out(styled("Ctrl+C again, Ctrl+D or /exit leaves\n", Style::Dim, stdout));
      }
      if (outcome != platform::LineEditor::Outcome::Line) continue;
      asked_to_leave = false;
      if (line.find_first_not_of(" \t\n") == std::string::npos) continue;
      if (line.front() != '/') {
        if (const int code = answer(line); code != kSuccess) return code;
      } else if (!command(line)) {
        return kSuccess;
      }
    }
  }

 private:
  std::vector<ChatMessage>& messages() { return std::get<ChatPrompt>(request_.prompt).messages; }

  /// False when the person wants to leave.
  bool command(const std::string& line) {
    const std::string name = line.substr(0, line.find_last_not_of(" \t") + 1);
    if (name == "/exit") return false;
    if (name == "/help") {
      write_out(kHelp);
    } else if (name == "/clear") {
      messages().resize(opening_);
      write_out(styled("forgotten\n", Style::Dim, stdout));
    } else {
      print_error("unknown command '" + name + "'" +
                  did_you_mean(name, {"/help", "/clear", "/exit"}) + "; /help shows the commands");
    }
    return true;
  }

  /// kSuccess unless the whole program shall end.
  int answer(const std::string& text) {
    if (!is_valid_utf8(text)) {
      print_error("the message is not valid UTF-8");
      return kSuccess;
    }
    messages().push_back({.role = Role::User, .content = text});
    const AnswerPieces pieces = {
        .text = [](std::string_view piece) { return write_out(terminal_safe(piece, true)); },
        .reasoning =
            [](std::string_view piece) {
              return write_out(styled(terminal_safe(piece, true), Style::Dim, stdout));
            },
        .warning = [](std::string_view said) { print_warning(terminal_safe(said)); }};
    Answer answer = get_answer(engine_, request_, signals_, pieces);
    write_out("\n");
    tell_end(answer);
    const std::string content = answer.response.content.value_or("");
    if (content.empty()) {
      messages().pop_back();  // so that the question can be put again
    } else {
      messages().push_back({.role = Role::Assistant, .content = content});
    }
    return answer.signal && *answer.signal != platform::Signals::kInterrupt ? 128 + *answer.signal
                                                                            : kSuccess;
  }

  static void tell_end(const Answer& answer) {
    if (answer.signal) {
      write_out(styled("(stopped)\n", Style::Dim, stdout));
    } else if (answer.error && answer.error->code == ErrorCode::ContextOverflow) {
      print_error(answer.error->message + "; /clear starts a new conversation");
    } else if (answer.error) {
      print_error(answer.error->message);
    } else if (answer.response.finish_reason == FinishReason::Length) {
      write_out(styled("(cut at the token limit)\n", Style::Dim, stdout));
    }
  }

  engine::Engine& engine_;
  GenerateRequest request_;
  platform::Signals& signals_;
  std::size_t opening_;  // messages that /clear leaves
  platform::LineEditor editor_{signals_};
};

}  // namespace

int chat(engine::Engine& engine, GenerateRequest request, const std::string& model,
         platform::Signals& signals) {
  return Chat(engine, std::move(request), signals).run(model);
}

}  // namespace pcai::app
