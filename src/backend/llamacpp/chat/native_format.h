#pragma once

#include <string>
#include <vector>

namespace pcai::backend::llamacpp {

/// The format of a chat template that writes calls in its own way, as llama.cpp detected it.
struct NativeFormat {
  std::string parser;                 // llama.cpp's, serialised
  int kind = 0;                       // its common_chat_format
  std::string generation_prompt;      // the part of the answer that is in the prompt already
  std::string grammar;                // GBNF; "" = none
  bool lazy = false;                  // the grammar applies only after a trigger
  std::vector<std::string> triggers;  // words
  bool parallel = true;               // false: the answer ends with the first call
  std::string begun;     // the part of a call that is in the prompt, after generation_prompt
  bool goes_on = false;  // generation_prompt ends with words that the caller has already
};

}  // namespace pcai::backend::llamacpp
