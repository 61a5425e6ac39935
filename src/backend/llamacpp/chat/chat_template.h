#pragma once

#include <llama.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/answer/chat/template_traits.h"
#include "backend/llamacpp/chat/native_format.h"
#include "core/request.h"
#include "core/result.h"

struct common_chat_templates;

namespace pcai::backend::llamacpp {

/// A chat as text for the model.
struct RenderedChat {
  std::string prompt;
  std::vector<std::string> stop_sequences;  // of the template's format
  answer::AnswerFormat format;              // how the model answers it
  std::optional<NativeFormat> native =
      {};  // if set, it replaces the reasoning and calls of `format`
};

/// A model's Jinja chat template, run by llama.cpp's own engine. Any thread may call any method.
class ChatTemplate {
 public:
  /// Uses `source`; without one the template in the model's file, and without that a usual one
  /// (answer/chat/usual_template.h). Fails with InvalidRequest if `source` does not parse, and with
  /// InvalidModel if the model's own template does not.
  static Result<ChatTemplate> create(const llama_model& model,
                                     const std::optional<std::string>& source);

  /// If it is a usual one: that it is, and which. Else "".
  std::string_view told() const { return told_; }

  /// Renders a chat, rewritten as far as the template needs it (answer/chat/whole_chat.h). If the
  /// template knows tools it describes them itself; otherwise we describe them in words of our own.
  /// `constrained`: the answer's text must match a grammar, so llama.cpp's format may not be
  /// used, as none allows one beside tools. Fails with InvalidRequest and the template's own
  /// reason, or the path of what it leaves out.
  Result<RenderedChat> render(const ChatPrompt& chat, bool constrained = false) const;

 private:
  struct Deleter {
    void operator()(common_chat_templates* templates) const noexcept;
  };
  explicit ChatTemplate(common_chat_templates* templates) : templates_(templates) {}

  Result<std::string> apply(const ChatPrompt& chat, bool begins_answer) const;
  Result<RenderedChat> render_plainly(const ChatPrompt& chat) const;
  std::optional<RenderedChat> render_natively(const ChatPrompt& chat) const;
  Result<RenderedChat> apply_natively(const ChatPrompt& chat) const;
  void find_out_about_calls();
  void find_out_about_reasoning();
  void find_out_about_messages();
  void find_out_about_text();

  std::unique_ptr<common_chat_templates, Deleter> templates_;
  std::string_view told_;
  answer::TemplateTraits traits_;
  bool native_text_ = false;  // answers without tools have marks that only llama.cpp knows
};

}  // namespace pcai::backend::llamacpp
