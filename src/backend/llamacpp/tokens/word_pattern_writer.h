#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/llamacpp/tokens/word_pattern.h"

namespace pcai::backend::llamacpp {

/// Reads a pattern and writes its steps. A part that is repeated so many times is written so many
/// times.
class WordPatternWriter {
 public:
  explicit WordPatternWriter(std::u32string_view text) : text_(text) {}

  Result<WordPattern> write();

 private:
  using Step = WordPattern::Step;
  using Op = WordPattern::Op;
  struct Times {
    std::uint32_t least = 1;
    std::optional<std::uint32_t> most = 1;  // nothing = any number
  };

  // Each reads one part and appends its steps. False: error_ says why.
  bool write_choice();
  bool write_repeated();
  bool write_part();
  bool write_group();
  bool write_set(SymbolSet set);
  bool repeat(std::uint32_t first, Times times);

  bool read_times(Times& times);
  bool read_number(std::uint32_t& number);
  bool read_set(SymbolSet& set);
  /// Adds what the escape stands for to `set`, or sets `single`.
  bool read_escape(SymbolSet& set, std::optional<char32_t>& single);
  bool read_category(SymbolSet& set);

  static bool may_be_empty(const std::vector<Step>& part);
  bool refuse(std::string what);
  bool take(std::u32string_view symbols);
  bool at_end() const { return at_ == text_.size(); }
  std::uint32_t here() const { return static_cast<std::uint32_t>(pattern_.steps_.size()); }
  void append(Step step) { pattern_.steps_.push_back(step); }
  /// Takes away the steps from `first` on; the places that they name count from 0 then.
  std::vector<Step> cut(std::uint32_t first);
  void paste(std::vector<Step> steps);

  std::u32string_view text_;
  std::size_t at_ = 0;
  std::size_t depth_ = 0;
  WordPattern pattern_;
  std::string error_;
};

}  // namespace pcai::backend::llamacpp
