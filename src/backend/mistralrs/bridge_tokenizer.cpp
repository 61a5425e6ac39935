#include "backend/mistralrs/bridge_tokenizer.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace pcai::backend::mistralrs {
namespace {

constexpr std::uint32_t kSpecialBit = 1U << 31;

}  // namespace

Result<std::shared_ptr<const BridgeTokenizer>> BridgeTokenizer::create(
    const Bridge& bridge, const pcai_mrs_model& model, std::vector<std::int32_t> ends) {
  std::shared_ptr<BridgeTokenizer> tokenizer(
      new BridgeTokenizer(bridge, bridge.get_tokenizer(&model), std::move(ends)));
  if (Status status = tokenizer->read_vocabulary(); !status) {
    return fail(std::move(status.error()));
  }
  return tokenizer;
}

Status BridgeTokenizer::read_vocabulary() {
  BridgeAnswer answer(bridge_);
  const auto status = bridge_.vocabulary(native_, answer.out());
  if (status != PCAI_MRS_OK) return fail(answer.error(status));
  std::string_view rest = answer.text();
  while (rest.size() >= sizeof(std::uint32_t)) {
    std::uint32_t head = 0;
    std::memcpy(&head, rest.data(), sizeof head);
    rest.remove_prefix(sizeof head);
    const std::string_view bytes = rest.substr(0, head & ~kSpecialBit);
    tokens_.push_back({std::string(bytes), (head & kSpecialBit) != 0});
    rest.remove_prefix(bytes.size());
  }
  return {};
}

Result<std::vector<std::int32_t>> BridgeTokenizer::tokenize(std::string_view text, bool add_special,
                                                            bool parse_special) const {
  BridgeAnswer answer(bridge_);
  const std::uint32_t flags =
      (add_special ? PCAI_MRS_BEGIN : 0U) | (parse_special ? PCAI_MRS_SPECIAL : 0U);
  const auto status = bridge_.tokenize(native_, text.data(), text.size(), flags, answer.out());
  if (status != PCAI_MRS_OK) return fail(answer.error(status));
  std::vector<std::int32_t> tokens(answer.text().size() / sizeof(std::int32_t));
  if (!tokens.empty()) std::memcpy(tokens.data(), answer.text().data(), answer.text().size());
  return tokens;
}

std::string_view BridgeTokenizer::text(std::int32_t token,
                                       const std::vector<std::string>& marks) const {
  if (token < 0 || token >= size()) return {};
  const grammar::Vocabulary::Token& entry = tokens_[static_cast<std::size_t>(token)];
  if (!entry.special) return entry.bytes;
  const bool is_mark = std::find(marks.begin(), marks.end(), entry.bytes) != marks.end();
  return is_mark ? std::string_view(entry.bytes) : std::string_view();
}

std::string BridgeTokenizer::name(std::int32_t token) const {
  if (token < 0 || token >= size()) return {};
  return tokens_[static_cast<std::size_t>(token)].bytes;
}

std::string BridgeTokenizer::detokenize(const std::vector<std::int32_t>& tokens) const {
  std::string text;
  for (const std::int32_t token : tokens) text += name(token);
  return text;
}

bool BridgeTokenizer::has_special(std::string_view name) const {
  return !name.empty() && std::any_of(tokens_.begin(), tokens_.end(),
                                      [name](const grammar::Vocabulary::Token& token) {
                                        return token.special && token.bytes == name;
                                      });
}

std::vector<std::string> BridgeTokenizer::special_names() const {
  std::vector<std::string> names;
  for (const grammar::Vocabulary::Token& token : tokens_) {
    if (token.special) names.push_back(token.bytes);
  }
  return names;
}

grammar::Vocabulary BridgeTokenizer::vocabulary() const {
  return {.tokens = tokens_,
          .ends = ends_,
          .tokenize = [self = shared_from_this()](std::string_view text) {
            return self->tokenize(text, false, false).value_or(std::vector<std::int32_t>{});
          }};
}

}  // namespace pcai::backend::mistralrs
