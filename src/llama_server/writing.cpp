#include "llama_server/writing.h"

namespace pcai::llama_server {

/// How many bytes stand before a line that is indented by too little. Empty lines do not count.
std::size_t Writing::watched(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') {
      has_new_line_ = indenting_ = true;
      indent_ = 0;
    } else if (indenting_ && (text[i] == ' ' || text[i] == '\t')) {
      ++indent_;
    } else if (indenting_ && text[i] != '\r') {
      indenting_ = false;
      if (indent_ < cuts_.indent) {
        cut_ = true;
        return i;
      }
    }
  }
  return text.size();
}

std::string_view Writing::take(std::string_view text, Clock::time_point now) {
  if (cut_) return {};
  if (!begun_) first_ = now;
  begun_ = true;
  const std::string_view kept = text.substr(0, watched(text));
  const bool late = cuts_.longest.count() > 0 && now - first_ > cuts_.longest;
  if (late && has_new_line_) cut_ = true;
  return kept;
}

}  // namespace pcai::llama_server
