#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>

#include "app/line_editor.h"

namespace pcai {

class LineEditor::Impl {
 public:
  Impl() = default;
  ~Impl() { std::free(buffer_); }

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  /// One line with its newline; false at the end or on a signal.
  bool read_line(std::string& line) {
    errno = 0;
    const ssize_t length = ::getline(&buffer_, &size_, stdin);
    if (length < 0) return false;
    line.append(buffer_, static_cast<std::size_t>(length));
    return true;
  }

 private:
  char* buffer_ = nullptr;
  std::size_t size_ = 0;
};

LineEditor::LineEditor() : impl_(std::make_unique<Impl>()) {
  // Unbuffered, so that poll() sees every line that the terminal still has.
  std::setvbuf(stdin, nullptr, _IONBF, 0);
}

LineEditor::~LineEditor() = default;

LineEditor::Outcome LineEditor::read(const std::string& prompt, std::string& line) {
  std::fputs(prompt.c_str(), stdout);
  std::fflush(stdout);
  line.clear();
  if (!impl_->read_line(line)) {
    const bool interrupted = errno == EINTR;
    std::clearerr(stdin);
    return interrupted ? Outcome::Interrupted : Outcome::End;
  }
  // Nobody types two lines within this time: what is there already was pasted with the first.
  constexpr int kPasteMs = 20;
  pollfd input{.fd = STDIN_FILENO, .events = POLLIN, .revents = 0};
  while (::poll(&input, 1, kPasteMs) == 1 && impl_->read_line(line)) {
  }
  if (!line.empty() && line.back() == '\n') line.pop_back();
  return Outcome::Line;
}

}  // namespace pcai
