#pragma once

#include <string>
#include <vector>

namespace pcai::backend::llamacpp {

/// The format of a chat template that writes answers in its own way, as llama.cpp detected it.
struct NativeFormat {
  std::string parser;                    // llama.cpp's, serialised
  int kind = 0;                          // its common_chat_format
  std::string generation_prompt;         // the part of the answer that is in the prompt already
  bool goes_on = false;                  // that part is text of an earlier message
  std::string grammar;                   // GBNF; "" = none
  bool lazy = false;                     // the grammar applies only after a trigger
  std::vector<std::string> triggers;     // words
  std::vector<std::string> patterns;     // triggers that are regular expressions of llama.cpp's own
  bool parallel = true;                  // false: the answer ends with the first call
  std::vector<std::string> call_begins;  // a call must come, and begins with one; {} = it need not
  std::vector<std::string> marks;        // of the format, that count as text
  std::vector<std::string> hidden;       // those that are special tokens, so never shown
};

}  // namespace pcai::backend::llamacpp
