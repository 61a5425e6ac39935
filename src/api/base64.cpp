#include "api/base64.h"

#include <array>
#include <cstdint>

namespace pcai::api {
namespace {

constexpr std::string_view kLetters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::uint8_t kNoLetter = 64;

constexpr std::array<std::uint8_t, 256> values_of_letters() {
  std::array<std::uint8_t, 256> values{};
  for (auto& value : values) value = kNoLetter;
  for (std::size_t i = 0; i < kLetters.size(); ++i) {
    values[static_cast<unsigned char>(kLetters[i])] = static_cast<std::uint8_t>(i);
  }
  values['-'] = 62;
  values['_'] = 63;
  return values;
}

}  // namespace

void append_base64(std::string& out, std::string_view bytes) {
  out.reserve(out.size() + (bytes.size() + 2) / 3 * 4);
  for (std::size_t at = 0; at < bytes.size(); at += 3) {
    const std::string_view three = bytes.substr(at, 3);
    std::uint32_t bits = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      bits = bits << 8 | (i < three.size() ? static_cast<unsigned char>(three[i]) : 0U);
    }
    for (std::size_t i = 0; i < 4; ++i) {
      out += i <= three.size() ? kLetters[bits >> (18 - 6 * i) & 63] : '=';
    }
  }
}

std::optional<std::string> decode_base64(std::string_view text) {
  static constexpr std::array<std::uint8_t, 256> kValues = values_of_letters();
  std::string bytes;
  bytes.reserve(text.size() / 4 * 3 + 2);
  std::uint32_t bits = 0;
  std::size_t letters = 0;
  std::size_t padding = 0;
  for (const char c : text) {
    if (c == '\n' || c == '\r' || c == ' ' || c == '\t') continue;
    if (c == '=') {
      ++padding;
      continue;
    }
    const std::uint8_t value = kValues[static_cast<unsigned char>(c)];
    if (value == kNoLetter || padding > 0) return std::nullopt;
    bits = (bits << 6 | value) & 0xFFFFFF;
    // Four letters are three bytes: the letters 1, 2 and 3 complete one each.
    if (const std::size_t place = letters++ % 4; place != 0) {
      bytes += static_cast<char>(bits >> (6 - 2 * place) & 0xFF);
    }
  }
  const std::size_t missing = (4 - letters % 4) % 4;
  if (missing == 3 || (padding > 0 && padding != missing)) return std::nullopt;
  const bool left_over = (bits & ((1U << (2 * missing)) - 1)) != 0;
  if (left_over) return std::nullopt;
  return bytes;
}

}  // namespace pcai::api
