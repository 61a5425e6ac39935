#include "backend/llamacpp/tokens/words.h"

#include <unicode.h>

#include <algorithm>
#include <array>
#include <map>
#include <memory>
#include <stdexcept>
#include <string_view>

#include "backend/llamacpp/tokens/collapsed_symbol.h"
#include "backend/llamacpp/tokens/word_pattern.h"
#include "core/mutex.h"

namespace pcai::backend::llamacpp {

// The linker's name for what it put split_words in the place of.
std::vector<std::string> real_split(const std::string& text,
                                    const std::vector<std::string>& patterns,
                                    bool byte_encode) __asm__("__real_" PCAI_LLAMA_SPLIT);

namespace {

using Lengths = std::vector<std::size_t>;

/// Patterns that are only the names of functions of llama.cpp, which neither recur nor take long.
constexpr std::array<std::string_view, 3> kNamesOfFunctions = {"\\p{Han}+", "\\p{AFMoE_digits}",
                                                               "\\d{1,3}(?=(?:\\d{3})*\\b)"};

std::u32string decode(const std::string& text) {
  std::u32string symbols;
  symbols.reserve(text.size());
  for (const std::uint32_t point : unicode_cpts_from_utf8(text)) {
    constexpr char32_t kLast = 0x10FFFF;
    symbols.push_back(point > kLast ? U'\uFFFD' : static_cast<char32_t>(point));
  }
  return symbols;
}

std::string encode(std::u32string_view symbols) {
  std::string text;
  for (const char32_t symbol : symbols) text += unicode_cpt_to_utf8(symbol);
  return text;
}

char32_t collapsed(char32_t symbol) {
  if (symbol < 128) return symbol;
  const unicode_cpt_flags flags = unicode_cpt_flags_from_cpt(symbol);
  if (flags.is_whitespace) return kCollapsedBlank;
  switch (flags.category_flag()) {
    case unicode_cpt_flags::NUMBER: return kCollapsedNumber;
    case unicode_cpt_flags::LETTER: return kCollapsedLetter;
    case unicode_cpt_flags::PUNCTUATION: return kCollapsedPunctuation;
    case unicode_cpt_flags::ACCENT_MARK: return kCollapsedMark;
    case unicode_cpt_flags::SYMBOL: return kCollapsedSymbol;
    default: return kCollapsedOther;
  }
}

/// As llama.cpp changes the text for patterns without categories.
char32_t with_plain_blanks(char32_t symbol) {
  const bool blank = symbol > 127 && unicode_cpt_flags_from_cpt(symbol).is_whitespace;
  return blank ? kCollapsedBlank : symbol;
}

std::u32string changed(std::u32string symbols, char32_t (*change)(char32_t)) {
  std::ranges::transform(symbols, symbols.begin(), change);
  return symbols;
}

/// The patterns of this process, compiled once and kept until it has ended, because other threads
/// may still split then.
class CompiledPatterns {
 public:
  static CompiledPatterns& all() {
    static auto& all = *new CompiledPatterns;
    return all;
  }

  const WordPattern& get(const std::string& pattern) {
    const MutexLock lock(mutex_);
    auto& known = patterns_[pattern];
    if (!known) {
      auto made = WordPattern::compile(decode(pattern));
      if (!made) throw std::runtime_error(made.error().message);
      known = std::make_unique<const WordPattern>(std::move(*made));
    }
    return *known;
  }

 private:
  Mutex mutex_;
  std::map<std::string, std::unique_ptr<const WordPattern>> patterns_ GUARDED_BY(mutex_);
};

bool has_category(const std::string& pattern) {
  return std::ranges::any_of(kCollapsedCategories, [&](const CollapsedCategory& category) {
    const std::string name(category.name.begin(), category.name.end());
    return pattern.find("\\p{" + name + "}") != std::string::npos;
  });
}

/// A text, and how it is cut so far.
class Cutting {
 public:
  explicit Cutting(std::u32string symbols) : symbols_(std::move(symbols)) {
    lengths_.push_back(symbols_.size());
  }

  void cut_by(const std::string& pattern) {
    if (std::ranges::find(kNamesOfFunctions, pattern) != kNamesOfFunctions.end()) {
      each(symbols_, [&](std::u32string_view part, Lengths& lengths) {
        if (part.empty()) return;
        for (const std::string& word : real_split(encode(part), {pattern}, false)) {
          lengths.push_back(unicode_cpts_from_utf8(word).size());
        }
      });
      return;
    }
    const bool collapse = has_category(pattern);
    std::u32string& text = collapse ? collapsed_ : blanked_;
    if (text.empty()) text = changed(symbols_, collapse ? collapsed : with_plain_blanks);
    const WordPattern& made = CompiledPatterns::all().get(pattern);
    each(text, [&](std::u32string_view part, Lengths& lengths) { made.split(part, lengths); });
  }

  template <class Take>
  void words(Take take) const {
    std::size_t begin = 0;
    for (const std::size_t length : lengths_) {
      take(std::u32string_view(symbols_).substr(begin, length));
      begin += length;
    }
  }

 private:
  template <class Split>
  void each(std::u32string_view text, Split split) {
    Lengths lengths;
    std::size_t begin = 0;
    for (const std::size_t length : lengths_) {
      split(text.substr(begin, length), lengths);
      begin += length;
    }
    lengths_ = std::move(lengths);
  }

  std::u32string symbols_;
  std::u32string collapsed_;
  std::u32string blanked_;
  Lengths lengths_;
};

const std::array<std::string, 256>& encoded_bytes() {
  static const auto& encoded = *[] {
    auto* made = new std::array<std::string, 256>;
    for (std::size_t i = 0; i < made->size(); ++i) {
      (*made)[i] = unicode_byte_to_utf8(static_cast<std::uint8_t>(i));
    }
    return made;
  }();
  return encoded;
}

std::string with_encoded_bytes(const std::string& word) {
  std::string encoded;
  encoded.reserve(word.size() * 2);
  for (const char byte : word) encoded += encoded_bytes()[static_cast<unsigned char>(byte)];
  return encoded;
}

}  // namespace

std::vector<std::string> split_words(const std::string& text,
                                     const std::vector<std::string>& patterns, bool byte_encode) {
  Cutting cutting(decode(text));
  for (const std::string& pattern : patterns) cutting.cut_by(pattern);
  std::vector<std::string> words;
  cutting.words([&](std::u32string_view word) {
    words.push_back(byte_encode ? with_encoded_bytes(encode(word)) : encode(word));
  });
  return words;
}

std::vector<std::string> split_words_for_llama(const std::string& text,
                                               const std::vector<std::string>& patterns,
                                               bool byte_encode) {
  std::vector<std::string> words = split_words(text, patterns, byte_encode);
  if (byte_encode) return words;
  std::vector<std::string> safe;
  for (std::string& word : words) {
    if (word.find(' ') == std::string::npos) {
      safe.push_back(std::move(word));
    } else {
      for (const char32_t symbol : decode(word)) safe.push_back(encode({&symbol, 1}));
    }
  }
  return safe;
}

std::vector<std::string> llama_split_words(const std::string& text,
                                           const std::vector<std::string>& patterns,
                                           bool byte_encode) {
  return real_split(text, patterns, byte_encode);
}

}  // namespace pcai::backend::llamacpp
