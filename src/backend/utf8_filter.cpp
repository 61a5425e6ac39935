#include "backend/utf8_filter.h"

#include <cstddef>
#include <utility>

namespace pcai::backend {
namespace {

constexpr std::string_view kReplacement = "\xEF\xBF\xBD";

struct Decoded {
  std::size_t length;  // bytes looked at; at least 1
  enum { Whole, Unfinished, Invalid } kind;
};

// Table 3-7 of the Unicode standard: which bytes may follow which lead byte.
Decoded decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(0);
  if (lead < 0x80) return {1, Decoded::Whole};
  if (lead < 0xC2 || lead > 0xF4) return {1, Decoded::Invalid};
  const std::size_t length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  for (std::size_t i = 1; i < length; ++i) {
    if (i == text.size()) return {i, Decoded::Unfinished};
    unsigned char low = 0x80;
    unsigned char high = 0xBF;
    if (i == 1) {
      if (lead == 0xE0) low = 0xA0;
      if (lead == 0xF0) low = 0x90;
      if (lead == 0xED) high = 0x9F;
      if (lead == 0xF4) high = 0x8F;
    }
    if (byte(i) < low || byte(i) > high) return {i, Decoded::Invalid};
  }
  return {length, Decoded::Whole};
}

}  // namespace

std::string Utf8Filter::add(std::string_view bytes) {
  const std::string text = std::exchange(held_, {}).append(bytes);
  std::string whole;
  whole.reserve(text.size());
  std::string_view rest = text;
  while (!rest.empty()) {
    const Decoded next = decode(rest);
    if (next.kind == Decoded::Unfinished) {
      held_ = rest;
      break;
    }
    whole += next.kind == Decoded::Whole ? rest.substr(0, next.length) : kReplacement;
    rest.remove_prefix(next.length);
  }
  return whole;
}

std::string Utf8Filter::finish() {
  return std::exchange(held_, {}).empty() ? std::string() : std::string(kReplacement);
}

}  // namespace pcai::backend
