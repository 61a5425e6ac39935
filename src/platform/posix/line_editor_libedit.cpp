#include "platform/line_editor.h"

#include <histedit.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <clocale>
#include <cstdio>
#include <cstring>
#include <cwchar>

namespace pcai::platform {
namespace {

constexpr int kHistorySize = 1000;
constexpr std::size_t kLargestPaste = 1 << 20;
// A terminal in this mode puts marks around what is pasted.
constexpr const char* kMarkPastes = "\x1b[?2004h";
constexpr const char* kMarkPastesNoMore = "\x1b[?2004l";
constexpr const char* kPasteBegins = "\\e[200~";
constexpr std::wstring_view kPasteEnds = L"\x1b[201~";

/// Inserts a paste as it is, its newlines included; libedit calls it at kPasteBegins.
unsigned char insert_paste(EditLine* editor, int) {
  std::wstring text;
  wchar_t c = 0;
  while (text.size() < kLargestPaste && el_wgetc(editor, &c) == 1) {
    text += c == L'\r' ? L'\n' : c;
    if (text.size() >= kPasteEnds.size() &&
        text.compare(text.size() - kPasteEnds.size(), kPasteEnds.size(), kPasteEnds) == 0) {
      text.resize(text.size() - kPasteEnds.size());
      break;
    }
  }
  return el_winsertstr(editor, text.c_str()) == 0 ? CC_REFRESH : CC_ERROR;
}

/// libedit reads multibyte characters by the locale.
void use_utf8_locale() {
  const char* const locale = std::setlocale(LC_CTYPE, "");
  if (locale == nullptr || std::strstr(locale, "UTF-8") == nullptr) {
    std::setlocale(LC_CTYPE, "C.UTF-8");
  }
}

}  // namespace

class LineEditor::Impl {
 public:
  Impl(const Signals& signals, const std::filesystem::path& file)
      : signals_(signals), file_(file.string()) {
    use_utf8_locale();
    editor_ = el_init("pcai", stdin, stdout, stderr);
    history_ = history_init();
    HistEvent event = {};
    history(history_, &event, H_SETSIZE, kHistorySize);
    history(history_, &event, H_SETUNIQUE, 1);
    if (!file_.empty()) history(history_, &event, H_LOAD, file_.c_str());
    el_set(editor_, EL_CLIENTDATA, this);
    el_set(editor_, EL_PROMPT, &prompt_of);
    el_set(editor_, EL_GETCFN, &read_character);
    el_set(editor_, EL_EDITOR, "emacs");
    el_set(editor_, EL_HIST, &history, history_);
    el_set(editor_, EL_ADDFN, "insert-paste", "Insert a paste as it is", &insert_paste);
    el_set(editor_, EL_BIND, kPasteBegins, "insert-paste", nullptr);
  }

  ~Impl() {
    history_end(history_);
    el_end(editor_);
  }

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Outcome read(const std::string& prompt, std::string& line) {
    prompt_ = prompt;
    int length = 0;
    std::fputs(kMarkPastes, stdout);
    // libedit would do this after the prompt is shown, too late for whoever types at once.
    el_set(editor_, EL_PREP_TERM, 1);
    errno = 0;
    const char* const text = el_gets(editor_, &length);
    const bool interrupted = errno == EINTR;
    std::fputs(kMarkPastesNoMore, stdout);
    std::fflush(stdout);
    if (text == nullptr || length <= 0) return interrupted ? Outcome::Interrupted : Outcome::End;
    line.assign(text, static_cast<std::size_t>(length));
    if (line.back() == '\n') line.pop_back();
    if (!line.empty()) {
      HistEvent event = {};
      history(history_, &event, H_ENTER, line.c_str());
      save_history();
    }
    return Outcome::Line;
  }

 private:
  static Impl& self_of(EditLine* editor) {
    void* self = nullptr;
    el_get(editor, EL_CLIENTDATA, &self);
    return *static_cast<Impl*>(self);
  }

  static char* prompt_of(EditLine* editor) { return self_of(editor).prompt_.data(); }

  /// libedit's own would miss a signal that comes between two reads. 1 = a character, 0 = the end.
  static int read_character(EditLine* editor, wchar_t* character) {
    std::mbstate_t state = {};
    while (true) {
      char byte = 0;
      if (!self_of(editor).signals_.await_input()) {
        errno = EINTR;
        return -1;
      }
      const ssize_t length = ::read(STDIN_FILENO, &byte, 1);
      if (length <= 0) return static_cast<int>(length);
      const std::size_t decoded = std::mbrtowc(character, &byte, 1, &state);
      if (decoded <= 1) return 1;
      if (decoded == static_cast<std::size_t>(-1)) state = {};  // not UTF-8: goes on after it
    }
  }

  /// Other chats may have added to the file meanwhile; the last one to write wins.
  void save_history() {
    if (file_.empty()) return;
    const mode_t before = ::umask(S_IRWXG | S_IRWXO);
    HistEvent event = {};
    history(history_, &event, H_SAVE, file_.c_str());
    ::umask(before);
  }

  const Signals& signals_;
  const std::string file_;  // of the history; empty = none
  EditLine* editor_ = nullptr;
  History* history_ = nullptr;
  std::string prompt_;
};

LineEditor::LineEditor(const Signals& signals, const std::filesystem::path& history)
    : impl_(std::make_unique<Impl>(signals, history)) {}

LineEditor::~LineEditor() = default;

LineEditor::Outcome LineEditor::read(const std::string& prompt, std::string& line) {
  return impl_->read(prompt, line);
}

}  // namespace pcai::platform
