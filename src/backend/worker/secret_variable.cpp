#include "backend/worker/secret_variable.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace pcai::backend::worker {

bool names_a_secret(std::string_view variable) {
  std::string name(variable);
  std::ranges::transform(name, name.begin(), [](unsigned char c) { return std::toupper(c); });
  constexpr std::array<std::string_view, 5> kEndings = {"KEY", "TOKEN", "SECRET", "PASSWORD",
                                                        "CREDENTIALS"};
  return std::ranges::any_of(kEndings, [&](std::string_view end) { return name.ends_with(end); });
}

}  // namespace pcai::backend::worker
