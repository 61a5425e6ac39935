#include "backend/llamacpp/tokens/tokenizer.h"

#include <algorithm>
#include <array>
#include <exception>
#include <stdexcept>

namespace pcai::backend::llamacpp {

Tokenizer::Tokenizer(const llama_model& model)
    : vocab_(llama_model_get_vocab(&model)), special_texts_(*vocab_) {}

Result<std::vector<llama_token>> Tokenizer::tokenize(std::string_view text, bool add_special,
                                                     bool parse_special) const {
  try {
    const std::vector<std::string_view> parts = special_texts_.parts(text, parse_special);
    if (parts.size() == 1) return tokens_of(text, add_special, parse_special);
    std::vector<llama_token> tokens;
    for (const std::string_view part : parts) {
      const std::vector<llama_token> more = tokens_of(part, false, parse_special);
      tokens.insert(tokens.end(), more.begin(), more.end());
    }
    if (!add_special) return tokens;
    // What the model wants around a text: one token before it and one behind it, or one of the two.
    const std::vector<llama_token> around = tokens_of({}, true, parse_special);
    const bool begins = around.size() == 2 || llama_vocab_get_add_bos(vocab_);
    const auto behind = around.begin() + (begins && !around.empty() ? 1 : 0);
    tokens.insert(tokens.begin(), around.begin(), behind);
    tokens.insert(tokens.end(), behind, around.end());
    return tokens;
  } catch (const std::exception& exception) {
    return fail(ErrorCode::InvalidRequest,
                std::string("the prompt cannot be tokenized: ") + exception.what());
  }
}

std::vector<llama_token> Tokenizer::tokens_of(std::string_view text, bool add_special,
                                              bool parse_special) const {
  if (text.size() > INT32_MAX) throw std::length_error("it is too long");
  const auto length = static_cast<std::int32_t>(text.size());
  std::vector<llama_token> tokens(text.size() / 2 + 8);
  const auto fill = [&] {
    return llama_tokenize(vocab_, text.data(), length, tokens.data(),
                          static_cast<std::int32_t>(tokens.size()), add_special, parse_special);
  };
  std::int32_t count = fill();
  if (count < 0 && count != INT32_MIN) {  // how many there are, negated
    tokens.resize(static_cast<std::size_t>(-count));
    count = fill();
  }
  if (count < 0) throw std::length_error("it is too long");
  tokens.resize(static_cast<std::size_t>(count));
  return tokens;
}

bool Tokenizer::fills_gaps() const {
  return llama_vocab_fim_pre(vocab_) != LLAMA_TOKEN_NULL &&
         llama_vocab_fim_suf(vocab_) != LLAMA_TOKEN_NULL &&
         llama_vocab_fim_mid(vocab_) != LLAMA_TOKEN_NULL;
}

Result<std::vector<llama_token>> Tokenizer::tokenize_gap(std::string_view prefix,
                                                         std::string_view suffix) const {
  const auto before = tokenize(prefix, false, false);
  if (!before) return fail(before.error());
  const auto after = tokenize(suffix, false, false);
  if (!after) return fail(after.error());
  std::vector<llama_token> tokens;
  if (llama_vocab_get_add_bos(vocab_)) tokens.push_back(llama_vocab_bos(vocab_));
  tokens.push_back(llama_vocab_fim_pre(vocab_));
  tokens.insert(tokens.end(), before->begin(), before->end());
  tokens.push_back(llama_vocab_fim_suf(vocab_));
  tokens.insert(tokens.end(), after->begin(), after->end());
  tokens.push_back(llama_vocab_fim_mid(vocab_));
  return tokens;
}

std::string Tokenizer::piece(llama_token token) const {
  return to_text(token, false);
}

std::string Tokenizer::name(llama_token token) const {
  return to_text(token, true);
}

std::string Tokenizer::detokenize(const std::vector<llama_token>& tokens) const {
  std::string text(tokens.size() * 4 + 16, '\0');
  const auto fill = [&] {
    return llama_detokenize(vocab_, tokens.data(), static_cast<std::int32_t>(tokens.size()),
                            text.data(), static_cast<std::int32_t>(text.size()), false, true);
  };
  std::int32_t length = fill();
  if (length < 0) {  // how long it is, negated
    text.resize(static_cast<std::size_t>(-length));
    length = fill();
  }
  text.resize(static_cast<std::size_t>(std::max(length, 0)));
  return text;
}

bool Tokenizer::has_special(std::string_view name) const {
  const auto tokens = tokenize(name);
  if (!tokens) return false;
  // The first may be the begin-of-text token.
  return !tokens->empty() && piece(tokens->back()).empty() && this->name(tokens->back()) == name;
}

std::vector<std::string> Tokenizer::special_names() const {
  std::vector<std::string> names;
  for (llama_token token = 0; token < size(); ++token) {
    const auto attributes = static_cast<unsigned>(llama_vocab_get_attr(vocab_, token));
    if ((attributes & (LLAMA_TOKEN_ATTR_CONTROL | LLAMA_TOKEN_ATTR_UNKNOWN)) != 0) {
      names.push_back(name(token));
    }
  }
  return names;
}

grammar::Vocabulary Tokenizer::vocabulary() const {
  grammar::Vocabulary vocabulary;
  for (llama_token token = 0; token < size(); ++token) {
    std::string bytes = piece(token);
    const bool special = bytes.empty();
    vocabulary.tokens.push_back({special ? name(token) : std::move(bytes), special});
    if (ends(token)) vocabulary.ends.push_back(token);
  }
  vocabulary.tokenize = [this](std::string_view text) {
    return tokenize(text, false, false).value_or(std::vector<llama_token>{});
  };
  return vocabulary;
}

std::string Tokenizer::to_text(llama_token token, bool special) const {
  std::string text(16, '\0');
  std::int32_t length = llama_token_to_piece(vocab_, token, text.data(),
                                             static_cast<std::int32_t>(text.size()), 0, special);
  if (length < 0) {
    text.resize(static_cast<std::size_t>(-length));
    length = llama_token_to_piece(vocab_, token, text.data(), -length, 0, special);
  }
  text.resize(static_cast<std::size_t>(length));
  return text;
}

}  // namespace pcai::backend::llamacpp
