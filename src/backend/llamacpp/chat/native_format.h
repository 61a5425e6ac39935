#pragma once

#include <string>
#include <vector>

namespace pcai::backend::llamacpp {

/// The format of a chat template that writes calls in its own way, as llama.cpp found it out.
struct NativeFormat {
  std::string parser;                 // llama.cpp's, serialised
  int kind = 0;                       // its common_chat_format
  std::string generation_prompt;      // what the prompt already has of the answer
  std::string grammar;                // GBNF; "" = none
  bool lazy = false;                  // the grammar holds from a trigger on
  std::vector<std::string> triggers;  // words
  bool parallel = true;               // false: the answer ends with the first call
  std::string begun;                  // of a call, in the prompt, after generation_prompt
};

}  // namespace pcai::backend::llamacpp
