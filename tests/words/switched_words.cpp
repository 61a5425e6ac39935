#include "words/switched_words.h"

#include "backend/llamacpp/tokens/words.h"

namespace pcai::test {
namespace {

std::vector<std::string> patterns_of_last;

}  // namespace

// By the name that the linker looks for: the archive's own is not taken then.
std::vector<std::string> switched_split(const std::string& text,
                                        const std::vector<std::string>& patterns,
                                        bool byte_encode) __asm__("__wrap_" PCAI_LLAMA_SPLIT);

std::vector<std::string> switched_split(const std::string& text,
                                        const std::vector<std::string>& patterns,
                                        bool byte_encode) {
  patterns_of_last = patterns;
  if (ByLlamaItself::on()) {
    return backend::llamacpp::llama_split_words(text, patterns, byte_encode);
  }
  return backend::llamacpp::split_words_for_llama(text, patterns, byte_encode);
}

const std::vector<std::string>& last_patterns() {
  return patterns_of_last;
}

}  // namespace pcai::test
