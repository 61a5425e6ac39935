#include "backend/llamacpp/tokens/vocabulary_check.h"

#include <array>
#include <bitset>
#include <string>

namespace pcai::backend::llamacpp {
namespace {

Status lacks(const std::string& what) {
  return fail(ErrorCode::InvalidModel,
              "its vocabulary " + what + "; convert the model again, or take another file of it");
}

Status check_ends(const llama_vocab& vocab) {
  const bool is_wpm = llama_vocab_type(&vocab) == LLAMA_VOCAB_TYPE_WPM;
  const bool has_begin = llama_vocab_bos(&vocab) != LLAMA_TOKEN_NULL;
  if (!has_begin && (is_wpm || llama_vocab_get_add_bos(&vocab))) {
    return lacks("wants a begin-of-text token in front of each text, but names none");
  }
  if (is_wpm && llama_vocab_sep(&vocab) == LLAMA_TOKEN_NULL) {
    return lacks("wants a separator behind each text, but names none");
  }
  if (!is_wpm && llama_vocab_get_add_eos(&vocab) && llama_vocab_eos(&vocab) == LLAMA_TOKEN_NULL) {
    return lacks("wants an end-of-text token behind each text, but names none");
  }
  return {};
}

/// RWKV's tokenizer takes the longest token that the text begins with. Where there is none, but
/// some token begins with the text's first byte, it never ends.
Status check_bytes(const llama_vocab& vocab) {
  std::bitset<256> begins;
  std::bitset<256> alone;
  for (llama_token token = 0; token < llama_vocab_n_tokens(&vocab); ++token) {
    std::array<char, 2> text{};
    const std::int32_t length =
        llama_token_to_piece(&vocab, token, text.data(), text.size(), 0, true);
    if (length == 0) continue;
    std::string piece(text.data(), 1);
    if (length < 0) {  // so long it is
      piece.resize(static_cast<std::size_t>(-length));
      llama_token_to_piece(&vocab, token, piece.data(), -length, 0, true);
    }
    const auto first = static_cast<unsigned char>(piece.front());
    begins.set(first);
    if (length == 1) alone.set(first);
  }
  const std::bitset<256> missing = begins & ~alone;
  for (std::size_t byte = 0; byte < missing.size(); ++byte) {
    if (!missing[byte]) continue;
    return lacks("has tokens that begin with the byte " + std::to_string(byte) +
                 ", but none for this byte alone");
  }
  return {};
}

}  // namespace

Status check_vocabulary(const llama_vocab& vocab) {
  const enum llama_vocab_type type = llama_vocab_type(&vocab);
  if (type == LLAMA_VOCAB_TYPE_NONE) return {};
  if (type == LLAMA_VOCAB_TYPE_RWKV) return check_bytes(vocab);
  return check_ends(vocab);
}

}  // namespace pcai::backend::llamacpp
