#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

namespace pcai {

/// What is known of a model without loading it, for those who list and show models. Empty or 0 =
/// not known.
struct ModelFacts {
  std::string digest = {};  // 64 hex digits; equal for models that answer alike
  std::string format = {};  // "gguf"
  std::string architecture = {};
  std::string quantization = {};
  std::uint64_t size_bytes = 0;
  std::uint64_t parameter_count = 0;
  std::uint32_t context_length = 0;  // tokens it was trained for
  std::string parent = {};           // the model that it was made of by a request
  std::string chat_template = {};
  std::string license = {};
  bool embeds = false;  // made for embeddings or ranking, not for generating
  bool sees = false;
  bool hears = false;
  bool fills_gaps = false;
  bool thinks = false;  // its template has marks for reasoning

  /// What its file says of itself: names and JSON texts.
  std::vector<std::pair<std::string, std::string>> metadata = {};
};

}  // namespace pcai
