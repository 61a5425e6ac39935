#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "backend/answer/prompt/prompt_tokenizer.h"
#include "backend/mistralrs/bridge.h"

namespace pcai::backend::mistralrs {

/// The tokenizer of a model of mistral.rs. It may outlive the model. Any thread may call any
/// method.
class BridgeTokenizer final : public answer::PromptTokenizer,
                              public std::enable_shared_from_this<BridgeTokenizer> {
 public:
  /// `ends`: the tokens that end an answer.
  static Result<std::shared_ptr<const BridgeTokenizer>> create(const Bridge& bridge,
                                                               const pcai_mrs_model& model,
                                                               std::vector<std::int32_t> ends);
  ~BridgeTokenizer() override { bridge_.free_tokenizer(native_); }
  BridgeTokenizer(const BridgeTokenizer&) = delete;
  BridgeTokenizer& operator=(const BridgeTokenizer&) = delete;

  /// `add_special`: put the begin-of-text token in front. `parse_special`: names of special tokens
  /// become these tokens. Fails with InvalidRequest if the text cannot be tokenized.
  Result<std::vector<std::int32_t>> tokenize(std::string_view text, bool add_special,
                                             bool parse_special) const override;

  /// What a token adds to a text; it need not be whole UTF-8. A special token adds nothing unless
  /// its name is among `marks`.
  std::string_view text(std::int32_t token, const std::vector<std::string>& marks = {}) const;

  /// "" where there is no such token.
  std::string name(std::int32_t token) const override;

  std::string detokenize(const std::vector<std::int32_t>& tokens) const override;
  bool has_special(std::string_view name) const override;
  std::vector<std::string> special_names() const override;
  grammar::Vocabulary vocabulary() const override;
  std::int32_t size() const noexcept override { return static_cast<std::int32_t>(tokens_.size()); }

 private:
  BridgeTokenizer(const Bridge& bridge, pcai_mrs_tokenizer* native, std::vector<std::int32_t> ends)
      : bridge_(bridge), native_(native), ends_(std::move(ends)) {}

  Status read_vocabulary();

  const Bridge bridge_;
  pcai_mrs_tokenizer* const native_;
  const std::vector<std::int32_t> ends_;
  std::vector<grammar::Vocabulary::Token> tokens_;  // by id
};

}  // namespace pcai::backend::mistralrs
