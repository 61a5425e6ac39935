#pragma once

#include <llama.h>

#include <string>
#include <string_view>
#include <vector>

#include "backend/answer/prompt/prompt_tokenizer.h"
#include "backend/llamacpp/tokens/special_texts.h"

namespace pcai::backend::llamacpp {

/// Text to tokens and back, by a model's vocabulary. Any thread may call any method; the model must
/// outlive it.
class Tokenizer final : public answer::PromptTokenizer {
 public:
  explicit Tokenizer(const llama_model& model);

  /// Tokenizes text and puts the model's begin-of-text token in front if the model wants one. Names
  /// of special tokens in the text become these tokens. Fails with InvalidRequest if the text
  /// cannot be tokenized.
  Result<std::vector<llama_token>> tokenize(std::string_view text) const {
    return tokenize(text, true, true);
  }

  /// `add_special`: put the begin-of-text token in front if the model wants one. `parse_special`:
  /// names of special tokens become these tokens.
  Result<std::vector<llama_token>> tokenize(std::string_view text, bool add_special,
                                            bool parse_special) const override;

  /// True if the model was trained to fill in the middle.
  bool fills_gaps() const;

  /// The prompt with which a fill-in-the-middle model fills the gap between `prefix` and `suffix`.
  /// Names of special tokens in the two stay text.
  Result<std::vector<llama_token>> tokenize_gap(std::string_view prefix,
                                                std::string_view suffix) const;

  /// The token's bytes, which need not be whole UTF-8. A special token has none.
  std::string piece(llama_token token) const;

  std::string name(llama_token token) const override;
  std::string detokenize(const std::vector<llama_token>& tokens) const override;

  /// True for a token that ends the answer.
  bool ends(llama_token token) const { return llama_vocab_is_eog(vocab_, token); }

  bool has_special(std::string_view name) const override;
  std::vector<std::string> special_names() const override;
  grammar::Vocabulary vocabulary() const override;
  std::int32_t size() const override { return llama_vocab_n_tokens(vocab_); }
  const llama_vocab* vocab() const noexcept { return vocab_; }

 private:
  std::string to_text(llama_token token, bool special) const;
  std::vector<llama_token> tokens_of(std::string_view text, bool add_special,
                                     bool parse_special) const;

  const llama_vocab* vocab_;
  SpecialTexts special_texts_;
};

}  // namespace pcai::backend::llamacpp
