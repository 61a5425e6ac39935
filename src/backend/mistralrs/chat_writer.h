#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "backend/answer/chat/template_traits.h"
#include "backend/answer/special_text.h"
#include "backend/mistralrs/bridge_tokenizer.h"
#include "backend/mistralrs/request_json.h"

namespace pcai::backend::mistralrs {

/// A chat as text for the model, and the format of the answer.
struct WrittenChat {
  std::string prompt;
  bool begun = false;  // the prompt has the begin-of-text token already
  answer::AnswerFormat format;
};

/// The same in tokens. A chat with images is JSON instead (chat_json), from which the engine makes
/// the prompt.
struct TokenizedPrompt {
  std::vector<std::int32_t> tokens;
  answer::AnswerFormat format;
  std::string chat = {};                   // "" = the tokens are the prompt
  std::vector<std::string> warnings = {};  // for the client
};

/// Renders chats with the model's template, which the bridge runs. Reads special tokens only where
/// the template wrote them. Any thread may call any method. The model must outlive it.
class ChatWriter {
 public:
  /// `source`: the template's text; "" = the model has none. `is_own`: the configuration gave the
  /// template, so it is not the model's.
  ChatWriter(const Bridge& bridge, const pcai_mrs_model& model, const std::string& source,
             bool is_own, std::shared_ptr<const BridgeTokenizer> tokenizer);

  /// Renders a chat, rewritten as far as the template needs it (answer/chat/whole_chat.h). Fails
  /// with InvalidRequest and the template's own reason or the path of what it leaves out, or with
  /// Unsupported if there is no template.
  Result<WrittenChat> write(const ChatPrompt& chat) const;

  /// Renders and tokenizes a chat. Fails in addition with ContextOverflow if the text has far more
  /// bytes than `context_length` tokens can have. A chat that does not fit is tried again with
  /// short tools (answer/prompt/short_tools.h).
  Result<TokenizedPrompt> tokenize(const ChatPrompt& chat, std::uint32_t context_length) const;

  /// Prepares a chat with images. The engine will render it and read all of it as one text, so
  /// names of special tokens in messages are refused, and so is everything that cannot be passed
  /// on.
  Result<TokenizedPrompt> prepare_images(const ChatPrompt& chat,
                                         std::uint32_t context_length) const;

 private:
  Result<WrittenChat> render(ChatPrompt chat, bool begins_answer = true) const;
  Result<TokenizedPrompt> tokenize_whole(const ChatPrompt& chat,
                                         std::uint32_t context_length) const;
  Result<TokenizedPrompt> prepare_whole(const ChatPrompt& chat, std::uint32_t context_length) const;
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
