#pragma once

#include <mtmd.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "backend/llamacpp/plan/sequence_text.h"

namespace pcai::backend::llamacpp {

/// The embeddings of a part of an image or sound: one row of floats per token.
using MediaRows = std::shared_ptr<const std::vector<float>>;

/// A part of an image or sound in a prompt, which the projector turns into one span of tokens.
struct PromptMedia {
  MediaSpan span = {};
  std::string key;  // the same for the same part of the same file
  mtmd::input_chunk_ptr chunk;
  MediaRows rows = {};  // null until they are encoded
};

/// The tokens that stand for a part in the planner. They are negative, and equal only for equal
/// keys.
std::vector<Token> media_tokens(const std::string& key, std::uint32_t count);

}  // namespace pcai::backend::llamacpp
