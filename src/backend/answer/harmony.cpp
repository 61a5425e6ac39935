#include "backend/answer/harmony.h"

#include <algorithm>

namespace pcai::backend::answer::harmony {
namespace {

constexpr std::string_view kTo = "to=";
constexpr std::string_view kSpace = " \t\r\n";
constexpr std::string_view kDialect = "chat_format=llm-jp-harmony";  // has blanks behind its marks

bool agree(std::string_view text, std::string_view mark) {
  const std::size_t length = std::min(text.size(), mark.size());
  return text.substr(0, length) == mark.substr(0, length);
}

/// The word at `position`, which ends at a blank or at a mark.
std::string word_at(std::string_view text, std::size_t position) {
  const std::size_t begin = text.find_first_not_of(kSpace, position);
  if (begin == std::string_view::npos) return "";
  const std::size_t end = text.find_first_of(" \t\r\n<", begin);
  return std::string(text.substr(begin, end == std::string_view::npos ? end : end - begin));
}

}  // namespace

bool is_written_by(std::string_view template_source) {
  const auto has = [template_source](std::string_view text) {
    return template_source.find(text) != std::string_view::npos;
  };
  return has(kChannel) && has(kMessage) && !has(kDialect);
}

std::string begun_in(std::string_view prompt) {
  constexpr std::string_view kBegin = "<|start|>assistant";
  const std::size_t found = prompt.rfind(kBegin);
  return found == std::string_view::npos ? "" : std::string(prompt.substr(found + kBegin.size()));
}

Header read_header(std::string_view text) {
  Header header;
  // The last channel counts: gpt-oss-20b sometimes writes one too many before it.
  if (const std::size_t found = text.rfind(kChannel); found != std::string_view::npos) {
    header.channel = word_at(text, found + kChannel.size());
    if (header.channel.starts_with(kTo)) header.channel.clear();
  }
  if (const std::size_t found = text.rfind(kTo); found != std::string_view::npos) {
    header.recipient = word_at(text, found + kTo.size());
  }
  return header;
}

bool may_be_header(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == std::string_view::npos) return true;
  const std::string_view rest = text.substr(begin);
  if (begin > 0 && agree(rest, kTo)) return true;
  return std::any_of(kMarks.begin(), kMarks.end(),
                     [rest](std::string_view mark) { return agree(rest, mark); });
}

}  // namespace pcai::backend::answer::harmony
