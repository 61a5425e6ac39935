#include "backend/answer/random_mark.h"

#include <random>
#include <string_view>

namespace pcai::backend::answer {

std::string random_mark() {
  // Without "e", which may stand behind it as an end (special_text.cpp).
  static constexpr std::string_view kDigits = "0123456789abcdf";
  std::random_device random;
  std::string mark = "PcaiHidden";
  for (int i = 0; i < 24; ++i) mark += kDigits[random() % kDigits.size()];
  return mark + "n";
}

}  // namespace pcai::backend::answer
