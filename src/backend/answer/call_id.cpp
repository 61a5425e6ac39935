#include "backend/answer/call_id.h"

#include <random>
#include <string_view>

namespace pcai::backend::answer {

std::string random_call_id() {
  static constexpr std::string_view kDigits = "0123456789abcdefghijklmnopqrstuvwxyz";
  std::random_device random;
  std::string id = "call_";
  for (int i = 0; i < 24; ++i) id += kDigits[random() % kDigits.size()];
  return id;
}

}  // namespace pcai::backend::answer
