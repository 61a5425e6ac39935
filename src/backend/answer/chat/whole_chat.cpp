#include "backend/answer/chat/whole_chat.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "backend/answer/chat/open_turn.h"
#include "backend/answer/chat/prompt_proof.h"

namespace pcai::backend::answer {
namespace {

/// From how the chat came to what every template takes.
std::vector<ChatForm> forms_to_try(ChatForm form, bool our_words_last) {
  std::vector<ChatForm> forms = {form};
  const auto add = [&forms](const ChatForm& next) {
    if (std::find(forms.begin(), forms.end(), next) == forms.end()) forms.push_back(next);
  };
  const auto normalize = [&add](ChatForm next) {
    add(next);
    next.one_system = true;
    add(next);
    next.in_turns = true;
    add(next);
    next.single_calls = !next.in_our_words;
    add(next);
    next.no_system = true;
    add(next);
  };
  normalize(form);
  if (!our_words_last) return forms;
  form.in_our_words = true;
  form.single_calls = false;
  normalize(form);
  return forms;
}

Error lost(const std::string& path) {
  return {ErrorCode::InvalidRequest,
          path +
              ": the model's chat template leaves this out, in whatever order the messages come; "
              "change the chat, or start the server with another template (--chat-template)",
          path};
}

}  // namespace

Result<std::string> write_whole(const TemplateTraits& traits, const ChatPrompt& chat,
                                OurWords our_words, const WriteChat& write) {
  ChatPrompt said = in_form(chat, {});
  if (said.continues && !has_open_turn(said)) {
    // Nothing to go on from: the answer is a turn of its own.
    said.continues = false;
    if (said.messages.size() > 1) said.messages.pop_back();
  }
  ChatForm first = traits.form;
  first.in_our_words = our_words == OurWords::Always && mentions_tools(said);
  const bool our_words_last = our_words == OurWords::IfNeeded && mentions_tools(said);
  std::optional<Error> refused;
  std::optional<Error> incomplete;
  for (const ChatForm& form : forms_to_try(first, our_words_last)) {
    auto prompt = write(in_form(said, form));
    if (!prompt) {
      if (prompt.error().code != ErrorCode::InvalidRequest) return prompt;
      if (!refused) refused = std::move(prompt.error());
      continue;
    }
    const auto missing = find_lost(said, *prompt, traits.reasoning_end);
    if (!missing) return prompt;
    if (!incomplete) incomplete = lost(*missing);
  }
  return fail(incomplete ? *std::move(incomplete) : *std::move(refused));
}

Result<std::string> write_whole(const TemplateTraits& traits, const ChatPrompt& chat,
                                const ApplyTemplate& apply) {
  const OurWords our_words = needs_our_words(traits, chat) ? OurWords::Always : OurWords::IfNeeded;
  return write_whole(traits, chat, our_words, [&](const ChatPrompt& formed) {
    return formed.continues
               ? apply_open(formed, apply, traits.reasoning_begin, traits.reasoning_end)
               : apply(formed, true);
  });
}

}  // namespace pcai::backend::answer
