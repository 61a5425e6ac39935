#include "app/terminal/terminal.h"

#include <atomic>
#include <cerrno>
#include <system_error>

#include "app/terminal/status_line.h"
#include "core/utf8.h"
#include "platform/console.h"
#include "platform/environment.h"

namespace pcai::app {
namespace {

/// Bytes of the UTF-8 character that `text` begins with; 0 when it begins with none.
std::size_t character_length(std::string_view text) {
  for (std::size_t length = 1; length <= 4 && length <= text.size(); ++length) {
    if (is_valid_utf8(text.substr(0, length))) return length;
  }
  return 0;
}

/// C0, DEL, C1, and the marks that change the direction of the text around them.
bool is_control(std::string_view character) {
  const auto first = static_cast<unsigned char>(character.front());
  if (character.size() == 1) return first < 0x20 || first == 0x7F;
  const auto second = static_cast<unsigned char>(character[1]);
  if (character.size() == 2) return first == 0xC2 && second < 0xA0;
  if (character.size() != 3 || first != 0xE2) return false;
  const auto third = static_cast<unsigned char>(character[2]);
  const bool line_or_embedding = second == 0x80 && third >= 0xA8 && third <= 0xAE;
  const bool isolate = second == 0x81 && third >= 0xA6 && third <= 0xA9;
  return line_or_embedding || isolate;
}

void append_escaped(std::string& out, std::string_view bytes) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    out += "\\x";
    out += kDigits[byte >> 4];
    out += kDigits[byte & 15];
  }
}

}  // namespace

bool colours_allowed(std::FILE* stream) {
  return platform::variable("NO_COLOR").value_or("").empty() && platform::acts_on_escapes(stream);
}

std::string styled(std::string_view text, Style style, std::FILE* stream) {
  if (!colours_allowed(stream)) return std::string(text);
  const char* code = "";
  switch (style) {
    case Style::Bold: code = "\x1b[1m"; break;
    case Style::Dim: code = "\x1b[2m"; break;
    case Style::Red: code = "\x1b[31m"; break;
    case Style::Green: code = "\x1b[32m"; break;
  }
  return code + std::string(text) + "\x1b[0m";
}

std::string terminal_safe(std::string_view text, bool keep_lines) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = character_length(text);
    const std::string_view character = text.substr(0, length == 0 ? 1 : length);
    const bool line = character == "\n" || character == "\t";
    if (length == 0 || (is_control(character) && !(keep_lines && line))) {
      append_escaped(out, character);
    } else {
      out += character;
    }
    text.remove_prefix(character.size());
  }
  return out;
}

void print_error(std::string_view message) {
  const AboveStatus above;
  const std::string line = "pcai: " + terminal_safe(message) + "\n";
  std::fputs(styled(line.substr(0, 5), Style::Red, stderr).c_str(), stderr);
  std::fputs(line.c_str() + 5, stderr);
}

void print_warning(std::string_view message) {
  print_error("warning: " + std::string(message));
}

void print_note(std::string_view message) {
  const AboveStatus above;
  const std::string line = "pcai: " + terminal_safe(message);
  std::fputs((styled(line, Style::Dim, stderr) + "\n").c_str(), stderr);
}

bool write_out(std::string_view text) noexcept {
  errno = 0;
  if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0) {
    return true;
  }
  const std::error_code why(errno, std::generic_category());
  static std::atomic_flag told;
  if (why != std::errc::broken_pipe && !told.test_and_set()) {
    std::fprintf(stderr, "pcai: cannot write to stdout: %s\n", why.message().c_str());
  }
  return false;
}

}  // namespace pcai::app
