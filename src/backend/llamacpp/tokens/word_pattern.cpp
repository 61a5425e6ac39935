#include "backend/llamacpp/tokens/word_pattern.h"

#include "backend/llamacpp/tokens/word_matcher.h"
#include "backend/llamacpp/tokens/word_pattern_writer.h"

namespace pcai::backend::llamacpp {

Result<WordPattern> WordPattern::compile(std::u32string_view pattern) {
  return WordPatternWriter(pattern).write();
}

void WordPattern::split(std::u32string_view text, std::vector<std::size_t>& lengths) const {
  WordMatcher matcher(*this, text);
  std::size_t end = 0;  // of the last match
  std::size_t start = 0;
  const auto take = [&](std::size_t match_end) {
    if (start > end) lengths.push_back(start - end);
    lengths.push_back(match_end - start);
    end = match_end;
  };
  for (; start <= text.size(); ++start) {
    std::optional<std::size_t> match = matcher.match(start);
    // As std::regex_iterator goes on: behind an empty match comes one that is not, or the next
    // place.
    if (match == start) {
      take(start);
      match = start < text.size() ? matcher.match(start, true) : std::nullopt;
    }
    if (!match) continue;
    take(*match);
    start = end - 1;
  }
  if (end < text.size()) lengths.push_back(text.size() - end);
}

}  // namespace pcai::backend::llamacpp
