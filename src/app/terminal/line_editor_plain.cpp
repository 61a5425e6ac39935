#include <poll.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "app/terminal/line_editor.h"

namespace pcai::app {

class LineEditor::Impl {
 public:
  explicit Impl(const Signals& signals) : signals_(signals) {
    // Unbuffered, so that poll() sees every line that the terminal still has.
    std::setvbuf(stdin, nullptr, _IONBF, 0);
  }

  ~Impl() { std::free(buffer_); }

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Outcome read(const std::string& prompt, std::string& line) {
    std::fputs(prompt.c_str(), stdout);
    std::fflush(stdout);
    line.clear();
    if (!await_line(-1)) return Outcome::Interrupted;
    // Nobody types two lines within this time: what is there already was pasted with the first.
    constexpr int kPasteMs = 20;
    do {
      if (!append_line(line)) break;
    } while (await_line(kPasteMs));
    if (line.empty()) return Outcome::End;
    if (line.back() == '\n') line.pop_back();
    return Outcome::Line;
  }

 private:
  /// False when a signal came first, or nothing within the time (-1 = no limit).
  bool await_line(int timeout_ms) const {
    pollfd sources[] = {{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0},
                        {.fd = signals_.descriptor(), .events = POLLIN, .revents = 0}};
    while (::poll(sources, 2, timeout_ms) < 0) {  // a signal: the next call sees it
    }
    return sources[1].revents == 0 && sources[0].revents != 0;
  }

  /// False at the end of the input.
  bool append_line(std::string& line) {
    const ssize_t length = ::getline(&buffer_, &size_, stdin);
    std::clearerr(stdin);
    if (length > 0) line.append(buffer_, static_cast<std::size_t>(length));
    return length > 0;
  }

  const Signals& signals_;
  char* buffer_ = nullptr;
  std::size_t size_ = 0;
};

LineEditor::LineEditor(const Signals& signals) : impl_(std::make_unique<Impl>(signals)) {}

LineEditor::~LineEditor() = default;

LineEditor::Outcome LineEditor::read(const std::string& prompt, std::string& line) {
  return impl_->read(prompt, line);
}

}  // namespace pcai::app
