#include "mistralrs/scripted_bridge.h"

#include <cstdlib>
#include <cstring>

namespace pcai::backend::mistralrs {
namespace {

// What a bridge's functions, which are C, can reach.
thread_local std::vector<std::string> scripted;

bool is_special(const std::string& token) {
  return token.size() > 1 && token.front() == '<' && token.back() == '>';
}

std::int32_t answer_with(const std::string& bytes, pcai_mrs_text* answer) {
  answer->size = bytes.size();
  answer->data = static_cast<char*>(std::malloc(bytes.size() + 1));
  std::memcpy(answer->data, bytes.data(), bytes.size());
  return PCAI_MRS_OK;
}

std::string as_bytes(std::uint32_t number) {
  std::string bytes(sizeof number, '\0');
  std::memcpy(bytes.data(), &number, sizeof number);
  return bytes;
}

std::int32_t vocabulary(const pcai_mrs_tokenizer*, pcai_mrs_text* answer) {
  std::string entries;
  for (const std::string& token : scripted) {
    const std::uint32_t mark = is_special(token) ? 1U << 31 : 0;
    entries += as_bytes(static_cast<std::uint32_t>(token.size()) | mark) + token;
  }
  return answer_with(entries, answer);
}

std::int32_t tokenize(const pcai_mrs_tokenizer*, const char* text, std::size_t size, std::uint32_t,
                      pcai_mrs_text* answer) {
  std::string ids;
  const std::string_view whole(text, size);
  for (std::size_t at = 0; at < size;) {
    std::uint32_t best = 0;
    std::size_t length = 0;
    for (std::uint32_t token = 0; token < scripted.size(); ++token) {
      const std::string& bytes = scripted[token];
      if (bytes.size() > length && whole.substr(at, bytes.size()) == bytes) {
        best = token;
        length = bytes.size();
      }
    }
    if (length == 0) return answer_with(R"({"message":"no such token"})", answer), 1;
    ids += as_bytes(best);
    at += length;
  }
  return answer_with(ids, answer);
}

}  // namespace

std::shared_ptr<const BridgeTokenizer> scripted_tokenizer(std::vector<std::string> tokens) {
  scripted = std::move(tokens);
  Bridge bridge;
  bridge.free = [](pcai_mrs_text text) { std::free(text.data); };
  bridge.get_tokenizer = [](const pcai_mrs_model*) -> pcai_mrs_tokenizer* { return nullptr; };
  bridge.free_tokenizer = [](pcai_mrs_tokenizer*) {};
  bridge.vocabulary = vocabulary;
  bridge.tokenize = tokenize;
  // Never looked at.
  const auto& model = reinterpret_cast<const pcai_mrs_model&>(bridge);
  return *BridgeTokenizer::create(bridge, model, {static_cast<std::int32_t>(scripted.size()) - 1});
}

}  // namespace pcai::backend::mistralrs
