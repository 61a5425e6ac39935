#pragma once

#include <string>
#include <string_view>

namespace pcai::backend {

/// Turns bytes that come in pieces into whole UTF-8 code points: an unfinished one is held back,
/// what can never become one is replaced by U+FFFD. Not thread-safe.
class Utf8Filter {
 public:
  /// Adds bytes and returns the code points that are whole now.
  std::string add(std::string_view bytes);

  /// What is left at the end: "" or one U+FFFD for an unfinished code point.
  std::string finish();

 private:
  std::string held_;  // the beginning of a code point, at most 3 bytes
};

}  // namespace pcai::backend
