#include "platform/line_editor.h"

#include <stdio.h>

#include <cstdlib>

namespace pcai::platform {

class LineEditor::Impl {
 public:
  explicit Impl(const Signals& signals) : signals_(signals) {
    // Unbuffered, so that a wait sees every line that the terminal still has.
    std::setvbuf(stdin, nullptr, _IONBF, 0);
  }

  ~Impl() { std::free(buffer_); }

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;

  Outcome read(const std::string& prompt, std::string& line) {
    std::fputs(prompt.c_str(), stdout);
    std::fflush(stdout);
    line.clear();
    if (!signals_.await_input()) return Outcome::Interrupted;
    // Nobody types two lines within this time: what is there already was pasted with the first.
    constexpr std::chrono::milliseconds kPaste{20};
    do {
      if (!append_line(line)) break;
    } while (signals_.await_input(kPaste));
    if (line.empty()) return Outcome::End;
    if (line.back() == '\n') line.pop_back();
    return Outcome::Line;
  }

 private:
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

LineEditor::LineEditor(const Signals& signals, const std::filesystem::path&)
    : impl_(std::make_unique<Impl>(signals)) {}

LineEditor::~LineEditor() = default;

LineEditor::Outcome LineEditor::read(const std::string& prompt, std::string& line) {
  return impl_->read(prompt, line);
}

}  // namespace pcai::platform
