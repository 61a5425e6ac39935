// Any bytes are a pattern and a text. The pattern is refused with a reason, or it cuts the text
// into words whose lengths add up to the text's, in a time that grows with the product of both.
//   fuzz_words <folder of seeds> -max_total_time=120 -timeout=5 -rss_limit_mb=512 -max_len=4096

#include <cstdlib>
#include <numeric>
#include <string>

#include "backend/llamacpp/tokens/word_pattern.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  using pcai::backend::llamacpp::WordPattern;
  const std::string_view all(reinterpret_cast<const char*>(data), size);
  const std::string_view pattern = all.substr(0, all.find('\0'));
  const std::string_view text = all.substr(std::min(pattern.size() + 1, size));
  const auto wide = [](std::string_view bytes) {
    std::u32string symbols;
    for (const char byte : bytes) symbols.push_back(static_cast<unsigned char>(byte));
    return symbols;
  };
  const auto made = WordPattern::compile(wide(pattern));
  if (!made) {
    if (made.error().message.empty()) std::abort();
    return 0;
  }
  std::vector<std::size_t> lengths;
  made->split(wide(text), lengths);
  if (std::accumulate(lengths.begin(), lengths.end(), std::size_t{0}) != text.size()) std::abort();
  return 0;
}
