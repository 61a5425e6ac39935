#pragma once

#include <llama.h>

#include <string>
#include <string_view>
#include <vector>

#include "backend/answer/prompt_tokenizer.h"

namespace pcai {

/// Text to tokens and back, by a model's vocabulary. Any thread may call any method; the model must
/// outlive it.
class Tokenizer final : public PromptTokenizer {
 public:
  explicit Tokenizer(const llama_model& model);

  /// With the model's begin-of-text token where it wants one; special tokens written out in the
  /// text are read as such. Fails with InvalidRequest when the text cannot be tokenized.
  Result<std::vector<llama_token>> tokenize(std::string_view text) const {
    return tokenize(text, true, true);
  }

  Result<std::vector<llama_token>> tokenize(std::string_view text, bool add_special,
                                            bool parse_special) const override;

  /// Whether the model was trained to fill gaps.
  bool fills_gaps() const;

  /// What stands before and after a gap, as a model that fills gaps reads it: no special token of
  /// the texts counts as one.
  Result<std::vector<llama_token>> tokenize_gap(std::string_view prefix,
                                                std::string_view suffix) const;

  /// The token's bytes, not always whole UTF-8. Special tokens have none.
  std::string piece(llama_token token) const;

  std::string name(llama_token token) const override;
  std::string detokenize(const std::vector<llama_token>& tokens) const override;

  /// True for a token that ends the answer.
  bool ends(llama_token token) const { return llama_vocab_is_eog(vocab_, token); }

  bool has_special(std::string_view name) const override;
  std::vector<std::string> special_names() const override;
  Vocabulary vocabulary() const override;
  std::int32_t size() const override { return llama_vocab_n_tokens(vocab_); }
  const llama_vocab* vocab() const noexcept { return vocab_; }

 private:
  std::string to_text(llama_token token, bool special) const;

  const llama_vocab* vocab_;
};

}  // namespace pcai
