#include "backend/llamacpp/plan/sequence_text.h"

#include <algorithm>

namespace pcai::backend::llamacpp {

std::optional<std::size_t> SequenceText::span_at(std::uint32_t token) const {
  for (std::size_t i = 0; i < media.size(); ++i) {
    if (token >= media[i].first && token < media[i].end()) return i;
  }
  return std::nullopt;
}

std::uint32_t SequenceText::position_of(std::uint32_t token) const {
  std::uint32_t position = token;
  for (const MediaSpan& span : media) {
    if (span.end() <= token) position -= span.count - span.positions;
  }
  return position;
}

std::uint32_t SequenceText::whole_prefix(std::uint32_t length) const {
  const auto cut = span_at(length);
  return cut ? media[*cut].first : length;
}

std::uint32_t SequenceText::common_prefix(const SequenceText& other) const {
  const auto end =
      std::mismatch(tokens.begin(), tokens.end(), other.tokens.begin(), other.tokens.end()).first;
  return static_cast<std::uint32_t>(end - tokens.begin());
}

std::uint32_t SequenceText::shareable_prefix(const SequenceText& other) const {
  if (!is_like(other)) return 0;
  return whole_prefix(std::min(common_prefix(other), size() - 1));
}

}  // namespace pcai::backend::llamacpp
