#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "grammar/vocabulary.h"

namespace pcai::backend::answer {

/// A model's tokenizer, as prompts and grammars need it. Any thread may call any method.
class PromptTokenizer {
 public:
  virtual ~PromptTokenizer() = default;

  /// `add_special`: with the begin-of-text token, where the model wants one. `parse_special`: names
  /// of special tokens are read as such. Fails with InvalidRequest when the text cannot be
  /// tokenized.
  virtual Result<std::vector<std::int32_t>> tokenize(std::string_view text, bool add_special,
                                                     bool parse_special) const = 0;

  /// The text that gave these tokens of the vocabulary; special tokens give their names.
  virtual std::string detokenize(const std::vector<std::int32_t>& tokens) const = 0;

  /// A token's bytes, not always whole UTF-8; a special token's name, such as "<|im_end|>".
  virtual std::string name(std::int32_t token) const = 0;

  /// Whether a special token of that name is in the vocabulary.
  virtual bool has_special(std::string_view name) const = 0;

  /// The names of all special tokens: those that text must not be mistaken for.
  virtual std::vector<std::string> special_names() const = 0;

  /// All tokens, for grammars. What it holds may outlive the model only where the tokenizer may.
  virtual grammar::Vocabulary vocabulary() const = 0;

  /// Tokens of the vocabulary.
  virtual std::int32_t size() const = 0;
};

}  // namespace pcai::backend::answer
