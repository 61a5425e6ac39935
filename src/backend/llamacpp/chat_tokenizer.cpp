#include "backend/llamacpp/chat_tokenizer.h"

#include <utility>

namespace pcai {

ChatTokenizer::ChatTokenizer(const ChatTemplate& chat_template, const Tokenizer& tokenizer)
    : chat_template_(chat_template),
      tokenizer_(tokenizer),
      special_text_(tokenizer.special_names()) {}

Result<TokenizedChat> ChatTokenizer::tokenize(const ChatPrompt& chat, bool constrained,
                                              std::uint32_t context_length) const {
  const SpecialText::Shielded shielded = special_text_.shield(chat);
  auto rendered = chat_template_.render(shielded.chat, constrained);
  if (!rendered) return fail(std::move(rendered.error()));
  if (rendered->prompt.size() > kMostBytesPerToken * context_length) {
    return fail(ErrorCode::ContextOverflow,
                "the prompt has " + std::to_string(rendered->prompt.size()) +
                    " bytes, far more than the context of " + std::to_string(context_length) +
                    " tokens holds; shorten the messages",
                "messages");
  }
  TokenizedChat result{.stop_sequences = std::move(rendered->stop_sequences),
                       .format = std::move(rendered->format),
                       .native = std::move(rendered->native)};
  bool first = true;
  for (const PromptPart& part : SpecialText::split(rendered->prompt, shielded)) {
    const auto tokens = tokenizer_.tokenize(part.text, first, !part.plain);
    if (!tokens) return fail(tokens.error());
    result.tokens.insert(result.tokens.end(), tokens->begin(), tokens->end());
    first = false;
  }
  return result;
}

}  // namespace pcai
