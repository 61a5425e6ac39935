#pragma once

#include <mtmd.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "backend/llamacpp/sequence_text.h"

namespace pcai {

/// The numbers that a part of a picture or a recording becomes: a row for each of its tokens.
using MediaRows = std::shared_ptr<const std::vector<float>>;

/// A part of a picture or a recording in a prompt: what the projector makes one span of tokens of.
struct PromptMedia {
  MediaSpan span = {};
  std::string key;  // the same for the same part of the same file
  mtmd::input_chunk_ptr chunk;
  MediaRows rows = {};  // null until the encoder has been there
};

/// The tokens that stand for a part in the planner: negative, and the same only for the same key.
std::vector<Token> media_tokens(const std::string& key, std::uint32_t count);

}  // namespace pcai
