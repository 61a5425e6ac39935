#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/request.h"
#include "core/result.h"

namespace pcai::backend::answer {

/// What a client is told if without_annotations() was needed.
inline constexpr const char* kShortTools =
    "tools: the model sees their schemas without descriptions, titles, examples, defaults and "
    "comments, because the prompt does not fit the context with them";

/// A chat whose tools' schemas have no annotations: nothing that only explains. What is enforced
/// and the tools' own descriptions stay. Nothing if there is nothing to leave out.
std::optional<ChatPrompt> without_annotations(const ChatPrompt& chat);

/// Tokenizes a chat, and if it does not fit the context, the same chat without annotations. The
/// result's `warnings` say so. If that does not fit either, the result is that of the whole chat.
template <typename Tokenized, typename Tokenize>
Result<Tokenized> tokenize_to_fit(const ChatPrompt& chat, std::uint32_t context_length,
                                  const Tokenize& tokenize) {
  const auto fits = [context_length](const Result<Tokenized>& one) {
    return one ? one->tokens.size() < context_length
               : one.error().code != ErrorCode::ContextOverflow;
  };
  Result<Tokenized> whole = tokenize(chat);
  if (fits(whole)) return whole;
  const auto shortened = without_annotations(chat);
  if (!shortened) return whole;
  Result<Tokenized> fitting = tokenize(*shortened);
  if (!fitting || !fits(fitting)) return whole;
  fitting->warnings.emplace_back(kShortTools);
  return fitting;
}

}  // namespace pcai::backend::answer
