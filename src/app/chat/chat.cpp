#include "app/chat/chat.h"

#include <cstdio>
#include <filesystem>
#include <fstream>

#include "app/chat/conversation.h"
#include "app/exit_code.h"
#include "app/settings/load_settings.h"
#include "app/settings/suggestion.h"
#include "app/settings/user_state.h"
#include "app/terminal/answer_printer.h"
#include "app/terminal/speeds.h"
#include "app/terminal/terminal.h"
#include "core/parameters/parameters.h"
#include "core/utf8.h"
#include "models/environment.h"
#include "platform/line_editor.h"
#include "platform/path_text.h"

namespace pcai::app {
namespace {

namespace fs = std::filesystem;
using platform::LineEditor;

constexpr const char* kHelp =
    "/clear            forget the conversation\n"
    "/system [TEXT]    replace the system prompt; without TEXT there is none\n"
    "/set [NAME VALUE] change how answers are sampled, such as /set temperature 0.2;\n"
    "                  /set verbose on shows speeds; /set alone shows what is set\n"
    "/model NAME       continue with another model\n"
    "/save FILE        write the conversation to a file\n"
    "/load FILE        continue a conversation that was saved\n"
    "/bye              leave; /exit and Ctrl+D do too\n"
    "Three quotes (\"\"\") begin and end a message of many lines. A paste of several lines is one\n"
    "message. Ctrl+C stops an answer. A message that begins with a slash needs a blank before "
    "it.\n";

constexpr const char* kSummarise =
    "Summarise the conversation so far in a few sentences. Keep names, numbers and what was "
    "decided.";
constexpr std::uint32_t kSummaryTokens = 256;
constexpr const char* kQuotes = "\"\"\"";

void say(const std::string& text) {
  write_out(styled(text + "\n", Style::Dim, stdout));
}

std::string trimmed(const std::string& text) {
  const std::size_t begin = text.find_first_not_of(" \t\n");
  if (begin == std::string::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t\n") + 1 - begin);
}

/// The first word, and what follows it.
std::pair<std::string, std::string> split_word(const std::string& text) {
  const std::size_t end = text.find_first_of(" \t\n");
  if (end == std::string::npos) return {text, ""};
  return {text.substr(0, end), trimmed(text.substr(end))};
}

class Chat {
 public:
  Chat(ChatModel model, ChatStart start,
       const std::function<Result<ChatModel>(const std::string&)>& change,
       platform::Signals& signals)
      : model_(std::move(model)),
        conversation_(std::move(start.system)),
        sampling_(std::move(start.sampling)),
        media_(std::move(start.media)),
        shows_speeds_(start.shows_speeds),
        change_(change),
        signals_(signals),
        editor_(signals, start.keeps_history ? history_file() : fs::path()) {}

  int run() {
    write_out(styled(terminal_safe(model_.id), Style::Bold, stdout) +
              styled("  /help shows the commands\n", Style::Dim, stdout));
    bool asked_to_leave = false;
    while (true) {
      std::string line;
      const LineEditor::Outcome outcome = read_message(line);
      if (outcome == LineEditor::Outcome::End) {
        write_out("\n");
        return kSuccess;
      }
      if (const auto number = signals_.take(std::chrono::milliseconds(0))) {
        write_out("\n");
        if (asked_to_leave || number != platform::Signals::kInterrupt) return 128 + *number;
        asked_to_leave = true;
        say("Ctrl+C again, Ctrl+D or /bye leaves");
      }
      if (outcome != LineEditor::Outcome::Line) continue;
      asked_to_leave = false;
      if (trimmed(line).empty()) continue;
      if (line.front() != '/') {
        if (const int code = answer(line); code != kSuccess) return code;
      } else if (!command(line)) {
        return kSuccess;
      }
    }
  }

 private:
  /// One message: a line, or what stands between three quotes.
  LineEditor::Outcome read_message(std::string& message) {
    LineEditor::Outcome outcome = editor_.read("> ", message);
    if (outcome != LineEditor::Outcome::Line || !message.starts_with(kQuotes)) return outcome;
    message.erase(0, 3);
    while (!message.ends_with(kQuotes)) {
      std::string line;
      outcome = editor_.read(". ", line);
      if (outcome != LineEditor::Outcome::Line) return outcome;
      message += "\n" + line;
    }
    message.resize(message.size() - 3);
    // What stands in quotes is no command.
    if (message.starts_with('/')) message.insert(0, " ");
    return outcome;
  }

  /// False when the person wants to leave.
  bool command(const std::string& line) {
    const auto [name, rest] = split_word(trimmed(line));
    if (name == "/bye" || name == "/exit" || name == "/quit") return false;
    if (name == "/help" || name == "/?") {
      write_out(kHelp);
    } else if (name == "/clear") {
      conversation_.clear();
      say("forgotten");
    } else if (name == "/system") {
      set_system(rest);
    } else if (name == "/set") {
      set(rest);
    } else if (name == "/model") {
      change_model(rest);
    } else if (name == "/save") {
      save(rest);
    } else if (name == "/load") {
      load(rest);
    } else {
      print_error("unknown command '" + name + "'" +
                  did_you_mean(name, {"/help", "/clear", "/system", "/set", "/model", "/save",
                                      "/load", "/bye", "/exit"}) +
                  "; /help shows the commands");
    }
    return true;
  }

  void set_system(const std::string& text) {
    if (!is_valid_utf8(text)) return print_error("the system prompt is not valid UTF-8");
    conversation_.set_system(text);
    say(text.empty() ? "there is no system prompt now" : "the system prompt is replaced");
  }

  void set(const std::string& text) {
    auto [name, value] = split_word(text);
    if (name == "parameter") std::tie(name, value) = split_word(value);
    if (name == "system") return set_system(value);
    if (name == "verbose") {
      if (value != "" && value != "on" && value != "off") {
        return print_error("/set verbose takes on or off");
      }
      shows_speeds_ = value != "off";
      return say(shows_speeds_ ? "speeds are shown" : "speeds are not shown");
    }
    if (name.empty()) return show_set();
    if (value.empty()) return print_error("/set " + name + " needs a value");
    Sampling changed = sampling_;
    Status status = changed.set(name, {value}, name);
    if (status) {
      if (const auto params = changed.params(); !params) status = fail(params.error());
    }
    if (!status) return print_error(status.error().message);
    sampling_ = std::move(changed);
    say(name + " is " + value);
  }

  void show_set() {
    const Result<GenerateParams> params = sampling_.params();
    if (!params) return;
    std::string text;
    for (const auto& [name, texts] : sampling_.given()) {
      text += name + " " + value_text(*find_parameter(name), *params) + "\n";
    }
    write_out(text.empty() ? "all is as the model has it\n" : terminal_safe(text, true));
  }

  void change_model(const std::string& name) {
    if (name.empty()) return print_error("/model needs the name of a model");
    Result<ChatModel> model = change_(name);
    if (!model) return print_error(model.error().message);
    model_ = std::move(*model);
    say("the model is now " + terminal_safe(model_.id));
  }

  static fs::path file_of(const std::string& text) {
    return models::UserEnvironment().expanded(platform::text_path(text));
  }

  void save(const std::string& text) {
    if (text.empty()) return print_error("/save needs a file");
    const fs::path file = file_of(text);
    std::error_code error;
    if (fs::exists(file, error)) {
      const Result<std::string> old = load_text_file(platform::path_text(file), "file");
      if (!old || !Conversation::from_text(*old)) {
        return print_error(text + " exists and is not a chat; name another file");
      }
    }
    std::ofstream stream(file, std::ios::trunc | std::ios::binary);
    stream << conversation_.text(model_.id) << std::flush;
    if (!stream) return print_error(text + " cannot be written");
    say("saved to " + terminal_safe(text));
  }

  void load(const std::string& text) {
    if (text.empty()) return print_error("/load needs a file");
    const Result<std::string> saved = load_text_file(platform::path_text(file_of(text)), "chat");
    if (!saved) {
      return print_error(saved.error().message + "; /model NAME changes the model");
    }
    Result<Conversation> conversation = Conversation::from_text(*saved);
    if (!conversation) return print_error(text + ": " + conversation.error().message);
    conversation_ = std::move(*conversation);
    say("continuing after " + std::to_string(conversation_.turns()) + " turns");
  }

  GenerateRequest request() const {
    return {.prompt = ChatPrompt{.messages = conversation_.messages()}};
  }

  /// kSuccess unless the whole program shall end.
  int answer(const std::string& text) {
    if (!is_valid_utf8(text)) {
      print_error("the message is not valid UTF-8");
      return kSuccess;
    }
    conversation_.ask({.role = Role::User, .content = text, .media = media_});
    while (true) {
      AnswerPrinter printer(stdout);
      const Answer answer = model_.answer(request(), sampling_, printer.pieces());
      printer.end();
      const bool overflows = answer.error && answer.error->code == ErrorCode::ContextOverflow;
      if (overflows && conversation_.turns() > 0) {
        if (make_room()) continue;
        conversation_.take_back();
        return kSuccess;
      }
      if (!printer.wrote()) write_out("\n");
      drops_ = false;
      return take(answer);
    }
  }

  int take(const Answer& answer) {
    tell_end(answer);
    const std::string content = answer.response.content.value_or("");
    if (content.empty()) {
      conversation_.take_back();  // so that the question can be put again
    } else {
      conversation_.answer(content);
      media_.clear();
    }
    const bool ends = answer.signal && *answer.signal != platform::Signals::kInterrupt;
    return ends ? 128 + *answer.signal : kSuccess;
  }

  void tell_end(const Answer& answer) const {
    const Usage& usage = answer.response.usage;
    if (answer.signal) {
      say("(stopped)");
    } else if (answer.error) {
      print_error(answer.error->message);
    } else if (answer.response.finish_reason == FinishReason::Length) {
      const bool is_full =
          model_.context > 0 && usage.prompt_tokens + usage.completion_tokens >= model_.context;
      say(is_full ? "(cut: the context is full; the next question asks how to make room)"
                  : "(cut at the token limit)");
    }
    if (shows_speeds_ && usage.completion_tokens > 0) {
      say(speeds_text(usage, answer.response.timings));
    }
  }

  /// Asks what to do about a conversation that is longer than the context. False: leave the
  /// question.
  bool make_room() {
    if (drops_) return drop();
    print_error("the conversation no longer fits the model's context");
    while (true) {
      std::string line;
      const LineEditor::Outcome outcome = editor_.read(
          "[d]rop the oldest turns, [s]ummarise them, or [c]ancel the question? ", line);
      static_cast<void>(signals_.take(std::chrono::milliseconds(0)));
      const std::string word = trimmed(line);
      if (outcome != LineEditor::Outcome::Line || word == "c" || word == "cancel") {
        say("cancelled; /clear starts a new conversation");
        return false;
      }
      if (word == "d" || word == "drop") {
        drops_ = true;
        return drop();
      }
      if (word == "s" || word == "summarise" || word == "summarize") return summarise();
    }
  }

  bool drop() {
    const std::size_t count = conversation_.drop_older_half();
    say("(dropped the oldest " + std::to_string(count) + (count == 1 ? " turn)" : " turns)"));
    return count > 0;
  }

  /// Where the half does not fit either, or there is no summary, it is dropped.
  bool summarise() {
    std::vector<ChatMessage> messages = conversation_.older_half();
    messages.push_back({.role = Role::User, .content = kSummarise});
    Sampling sampling = sampling_;
    static_cast<void>(sampling.set("max_tokens", {std::to_string(kSummaryTokens)}, "max_tokens"));
    say("(summarising)");
    const Answer answer = model_.answer({.prompt = ChatPrompt{.messages = std::move(messages)}},
                                        sampling, AnswerPieces{});
    const std::string summary = trimmed(answer.response.content.value_or(""));
    if (answer.signal) return false;
    drops_ = true;  // if the summary is not short enough
    if (answer.error || summary.empty()) {
      print_error("there is no summary; the oldest turns are dropped");
      return drop();
    }
    conversation_.summarise_older_half(summary);
    say(terminal_safe(summary, true));
    return true;
  }

  ChatModel model_;
  Conversation conversation_;
  Sampling sampling_;
  std::vector<Media> media_;  // of the next question
  bool shows_speeds_;
  bool drops_ = false;  // until the question fits
  const std::function<Result<ChatModel>(const std::string&)>& change_;
  platform::Signals& signals_;
  LineEditor editor_;
};

}  // namespace

int chat(ChatModel model, ChatStart start,
         const std::function<Result<ChatModel>(const std::string& name)>& change,
         platform::Signals& signals) {
  return Chat(std::move(model), std::move(start), change, signals).run();
}

}  // namespace pcai::app
