#pragma once

#include <llama.h>

#include <array>
#include <cstddef>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace pcai::backend::llamacpp {

/// The special tokens that llama.cpp looks for in a text before it cuts it into words. For each
/// that it finds it walks through all that it found before, so it gets only a few at a time.
/// Immutable.
class SpecialTexts {
 public:
  /// `vocab` must outlive it.
  explicit SpecialTexts(const llama_vocab& vocab);

  /// Cuts the text into parts with a few special tokens each: their tokens, one after the other,
  /// are those of the text. `parse_special`: as llama_tokenize has it.
  std::vector<std::string_view> parts(std::string_view text, bool parse_special) const;

 private:
  struct Special {
    std::string_view text;
    bool by_name;      // only if special tokens are parsed
    bool strips_left;  // it takes the blanks on that side
    bool strips_right;
  };
  struct Place {
    std::size_t special;  // its index
    std::size_t begin;
  };

  std::vector<Place> places(std::string_view text, bool parse_special) const;

  std::vector<Special> specials_;  // in the order in which llama.cpp looks for them
  std::unordered_map<std::string_view, std::size_t> by_text_;
  std::vector<std::size_t> lengths_;  // that there are
  std::array<bool, 256> begins_{};    // whether one begins with the byte
};

}  // namespace pcai::backend::llamacpp
