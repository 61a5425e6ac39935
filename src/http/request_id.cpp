#include "http/request_id.h"

#include <array>
#include <cstdint>
#include <random>

namespace pcai::http {

std::string random_id(std::string_view prefix) {
  thread_local std::mt19937_64 random{std::random_device{}()};
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string id(prefix);
  id.reserve(prefix.size() + 24);
  for (int word = 0; word < 2; ++word) {
    std::uint64_t bits = random();
    for (int digit = 0; digit < 12; ++digit, bits >>= 4) id += kDigits[bits & 15];
  }
  return id;
}

}  // namespace pcai::http
