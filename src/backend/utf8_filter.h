#pragma once

#include <string>
#include <string_view>

namespace pcai::backend {

/// Turns bytes that come in pieces into whole UTF-8 code points. It holds back an unfinished code
/// point. Bytes that can never become one are replaced by U+FFFD. Not thread-safe.
class Utf8Filter {
 public:
  /// Adds bytes and returns the code points that are complete now.
  std::string add(std::string_view bytes);

  /// Ends the text: returns one U+FFFD if a code point is unfinished, else "".
  std::string finish();

 private:
  std::string held_;  // the beginning of a code point, at most 3 bytes
};

}  // namespace pcai::backend
