#include "models/gguf/vocabulary_notes.h"

namespace pcai::models {

std::vector<std::string> vocabulary_notes(const GgufFile& file) {
  const std::string* const model = file.text("tokenizer.ggml.model");
  const std::string* const pre_tokenizer = file.text("tokenizer.ggml.pre");
  // Only this kind is cut into words first.
  const bool needs_one = model != nullptr && *model == "gpt2";
  if (!needs_one || (pre_tokenizer != nullptr && !pre_tokenizer->empty())) return {};
  return {
      "it names no pre-tokenizer (tokenizer.ggml.pre), so texts may get other tokens than in "
      "training and answers may be worse; convert the model again, or take another file of it"};
}

}  // namespace pcai::models
