#pragma once

#include <string>
#include <string_view>

namespace pcai::models {

/// The text with the letters A to Z as a to z. Other letters stay: names are compared, not spelled.
inline std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

}  // namespace pcai::models
