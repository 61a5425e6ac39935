#include "backend/llamacpp/tokens/words.h"

namespace pcai::backend::llamacpp {

// By the name that the linker looks for when llama.cpp calls its own function.
std::vector<std::string> wrapped_split(const std::string& text,
                                       const std::vector<std::string>& patterns,
                                       bool byte_encode) __asm__("__wrap_" PCAI_LLAMA_SPLIT);

std::vector<std::string> wrapped_split(const std::string& text,
                                       const std::vector<std::string>& patterns, bool byte_encode) {
  return split_words_for_llama(text, patterns, byte_encode);
}

}  // namespace pcai::backend::llamacpp
