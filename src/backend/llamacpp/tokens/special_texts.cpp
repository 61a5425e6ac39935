#include "backend/llamacpp/tokens/special_texts.h"

#include <algorithm>
#include <cctype>
#include <tuple>

namespace pcai::backend::llamacpp {
namespace {

constexpr std::size_t kFew = 256;  // special tokens in a part

bool is_blank(char c) {
  return std::isspace(static_cast<unsigned char>(c)) != 0;
}

}  // namespace

SpecialTexts::SpecialTexts(const llama_vocab& vocab) {
  std::vector<llama_token> tokens;
  const auto attributes_of = [&](llama_token token) {
    return static_cast<unsigned>(llama_vocab_get_attr(&vocab, token));
  };
  constexpr unsigned kByName = LLAMA_TOKEN_ATTR_CONTROL | LLAMA_TOKEN_ATTR_UNKNOWN;
  if (llama_vocab_type(&vocab) == LLAMA_VOCAB_TYPE_NONE) return;
  for (llama_token token = 0; token < llama_vocab_n_tokens(&vocab); ++token) {
    if ((attributes_of(token) & (kByName | LLAMA_TOKEN_ATTR_USER_DEFINED)) != 0) {
      tokens.push_back(token);
    }
  }
  const auto text_of = [&](llama_token token) {
    return std::string_view(llama_vocab_get_text(&vocab, token));
  };
  // Tokens of one length get the order that llama.cpp gives them only by the same unstable sort.
  std::sort(tokens.begin(), tokens.end(),
            [&](llama_token a, llama_token b) { return text_of(a).size() > text_of(b).size(); });
  for (const llama_token token : tokens) {
    const std::string_view text = text_of(token);
    if (text.empty()) continue;
    const unsigned attributes = attributes_of(token);
    if (!by_text_.emplace(text, specials_.size()).second) continue;
    specials_.push_back({text, (attributes & kByName) != 0,
                         (attributes & LLAMA_TOKEN_ATTR_LSTRIP) != 0,
                         (attributes & LLAMA_TOKEN_ATTR_RSTRIP) != 0});
    begins_[static_cast<unsigned char>(text.front())] = true;
    if (lengths_.empty() || lengths_.back() != text.size()) lengths_.push_back(text.size());
  }
}

/// Where a special token stands, looked at alone, in the order in which llama.cpp would find them.
std::vector<SpecialTexts::Place> SpecialTexts::places(std::string_view text,
                                                      bool parse_special) const {
  std::vector<Place> places;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (!begins_[static_cast<unsigned char>(text[at])]) continue;
    for (const std::size_t length : lengths_) {
      if (length > text.size() - at) continue;
      const auto found = by_text_.find(text.substr(at, length));
      if (found == by_text_.end()) continue;
      if (parse_special || !specials_[found->second].by_name) places.push_back({found->second, at});
    }
  }
  std::ranges::sort(places, {},
                    [](const Place& place) { return std::tuple(place.special, place.begin); });
  return places;
}

std::vector<std::string_view> SpecialTexts::parts(std::string_view text, bool parse_special) const {
  constexpr std::size_t kShort = 4096;  // too few special tokens to matter
  if (text.size() <= kShort) return {text};
  const std::vector<Place> candidates = places(text, parse_special);
  if (candidates.size() <= kFew) return {text};
  std::vector<bool> taken(text.size());
  std::vector<std::size_t> ends;
  for (const Place& place : candidates) {
    const Special& special = specials_[place.special];
    std::size_t begin = place.begin;
    std::size_t end = begin + special.text.size();
    const auto first = taken.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto last = taken.begin() + static_cast<std::ptrdiff_t>(end);
    if (std::find(first, last, true) != last) continue;
    while (special.strips_left && begin > 0 && !taken[begin - 1] && is_blank(text[begin - 1])) {
      --begin;
    }
    while (special.strips_right && end < text.size() && !taken[end] && is_blank(text[end])) ++end;
    std::fill(taken.begin() + static_cast<std::ptrdiff_t>(begin),
              taken.begin() + static_cast<std::ptrdiff_t>(end), true);
    ends.push_back(end);
  }
  std::ranges::sort(ends);
  std::vector<std::string_view> parts;
  std::size_t begin = 0;
  for (std::size_t i = kFew; i < ends.size(); i += kFew) {
    if (ends[i] == text.size()) break;
    parts.push_back(text.substr(begin, ends[i] - begin));
    begin = ends[i];
  }
  parts.push_back(text.substr(begin));
  return parts;
}

}  // namespace pcai::backend::llamacpp
