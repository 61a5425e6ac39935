#pragma once

#include <llama.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backend/answer/template_traits.h"
#include "backend/llamacpp/native_format.h"
#include "core/request.h"
#include "core/result.h"

struct common_chat_templates;

namespace pcai {

/// A conversation as the model wants to read it.
struct RenderedChat {
  std::string prompt;
  std::vector<std::string> stop_sequences;  // that the template's format needs
  AnswerFormat format;                      // how the model answers it
  std::optional<NativeFormat> native = {};  // instead of the format's reasoning and calls
};

/// A model's Jinja chat template, run by llama.cpp's own engine. Any thread may call any method.
class ChatTemplate {
 public:
  /// Takes `source`, else the template in the model's file, else ChatML. Fails with InvalidRequest
  /// when a given source does not parse, InvalidModel when the model's own does not.
  static Result<ChatTemplate> create(const llama_model& model,
                                     const std::optional<std::string>& source);

  /// Fails with InvalidRequest, with the template's own reason, e.g. for roles out of order. Tools
  /// are the template's affair where it knows them, else they are described in our own words.
  /// `constrained`: the answer's text must match a grammar, which no native format allows beside
  /// tools.
  Result<RenderedChat> render(const ChatPrompt& chat, bool constrained = false) const;

 private:
  struct Deleter {
    void operator()(common_chat_templates* templates) const noexcept;
  };
  explicit ChatTemplate(common_chat_templates* templates) : templates_(templates) {}

  Result<RenderedChat> render_plainly(const ChatPrompt& chat) const;
  std::optional<RenderedChat> render_natively(const ChatPrompt& chat) const;
  void find_out_about_calls();
  void find_out_about_reasoning();

  std::unique_ptr<common_chat_templates, Deleter> templates_;
  TemplateTraits traits_;
};

}  // namespace pcai
