#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "backend/answer/special_text.h"
#include "backend/answer/template_traits.h"
#include "backend/mistralrs/bridge_tokenizer.h"
#include "backend/mistralrs/request_json.h"

namespace pcai::backend::mistralrs {

/// A chat as the model reads it, and how it answers.
struct WrittenChat {
  std::string prompt;
  bool begun = false;  // the prompt has the begin-of-text token already
  answer::AnswerFormat format;
};

/// The same in tokens, or with images as chat_json has it, for the engine to write.
struct TokenizedPrompt {
  std::vector<std::int32_t> tokens;
  answer::AnswerFormat format;
  std::string chat = {};  // "" = the tokens are the prompt
};

/// Writes chats by the model's template, which the bridge runs, and reads special tokens only where
/// the template wrote them. Any thread may call any method; the model must outlive it.
class ChatWriter {
 public:
  /// `source`: the template's text, "" = the model has none. `is_own`: it is not the model's.
  ChatWriter(const Bridge& bridge, const pcai_mrs_model& model, const std::string& source,
             bool is_own, std::shared_ptr<const BridgeTokenizer> tokenizer);

  /// Fails with InvalidRequest, with the template's own reason, and Unsupported without a template.
  Result<WrittenChat> write(const ChatPrompt& chat) const;

  /// Also fails with ContextOverflow for far more text than that many tokens are.
  Result<TokenizedPrompt> tokenize(const ChatPrompt& chat, std::uint32_t context_length) const;

  /// A chat with images: the engine will write it, and read it as one text. So names of special
  /// tokens in messages are refused, as is what cannot be handed on.
  Result<TokenizedPrompt> prepare_images(const ChatPrompt& chat,
                                         std::uint32_t context_length) const;

 private:
  Result<WrittenChat> render(const ChatPrompt& chat) const;
  Status check_special_text(const ChatPrompt& chat) const;
  bool wants_parts() const;

  const Bridge& bridge_;
  const pcai_mrs_model& model_;
  std::shared_ptr<const BridgeTokenizer> tokenizer_;
  answer::SpecialText special_text_;
  answer::TemplateTraits traits_;
  bool is_own_;
  ContentForm form_ = ContentForm::Text;
};

}  // namespace pcai::backend::mistralrs
