#include "backend/worker/stderr_tail.h"

#include <utility>

#include "core/utf8.h"

namespace pcai::backend::worker {
namespace {

constexpr std::size_t kMaxTail = 4096;
constexpr std::size_t kMaxLine = 4096;
constexpr std::size_t kMaxSummary = 600;
constexpr int kSummaryLines = 3;
constexpr std::string_view kBlank = " \t\r\n";

}  // namespace

std::string printable_end(std::string_view text, std::size_t max_bytes) {
  std::string result;
  if (text.size() > max_bytes) {
    text.remove_prefix(text.size() - max_bytes);
    while (!text.empty() && (static_cast<unsigned char>(text.front()) & 0xC0) == 0x80) {
      text.remove_prefix(1);
    }
    result = "...";
  }
  const bool utf8 = is_valid_utf8(text);
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    const bool plain = byte >= 0x20 && byte != 0x7F && (utf8 || byte < 0x80);
    result += plain ? c : '?';
  }
  return result;
}

StderrTail::StderrTail(std::function<void(const std::string& line)> on_line)
    : on_line_(std::move(on_line)) {}

void StderrTail::add(std::string_view bytes) {
  tail_ += bytes;
  if (tail_.size() > kMaxTail) tail_.erase(0, tail_.size() - kMaxTail);
  while (!bytes.empty()) {
    const std::size_t end = bytes.find('\n');
    const std::string_view piece = bytes.substr(0, end);
    line_ += piece;
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    if (end == std::string_view::npos && line_.size() < kMaxLine) return;
    if (!line_.empty()) on_line_(printable_end(line_, kMaxLine));
    line_.clear();
  }
}

std::string StderrTail::last_lines() const {
  std::string summary;
  std::string_view rest = tail_;
  for (int lines = 0; lines < kSummaryLines;) {
    const std::size_t last = rest.find_last_not_of(kBlank);
    if (last == std::string_view::npos) break;
    rest = rest.substr(0, last + 1);
    const std::size_t begin = rest.rfind('\n') + 1;  // npos + 1 = 0
    std::string_view line = rest.substr(begin);
    line.remove_prefix(line.find_first_not_of(kBlank));
    summary.insert(0, std::string(line) + (summary.empty() ? "" : " | "));
    rest = rest.substr(0, begin);
    ++lines;
  }
  return printable_end(summary, kMaxSummary);
}

}  // namespace pcai::backend::worker
