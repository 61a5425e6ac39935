#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/request.h"

namespace pcai {

/// Text to split into tokens. The defaults are those of a prompt.
struct TokenizeRequest {
  std::string model = {};  // id; empty = the engine's default model
  std::string text = {};
  bool add_special = true;    // with the begin-of-text token where the model wants one
  bool parse_special = true;  // "<|im_end|>" is that token, not its characters
  bool pieces = false;        // also say what each token stands for
};

/// A text's tokens. `pieces`, when asked for, are the bytes of each, not always whole UTF-8.
struct Tokens {
  std::vector<std::int32_t> ids;
  std::vector<std::string> pieces = {};
};

struct DetokenizeRequest {
  std::string model = {};
  std::vector<std::int32_t> tokens = {};
};

/// A chat to be written as the model reads it.
struct TemplateRequest {
  std::string model = {};
  ChatPrompt chat = {};
};

/// A prompt whose tokens are to be counted.
struct CountRequest {
  std::string model = {};
  Prompt prompt = {};
};

}  // namespace pcai
