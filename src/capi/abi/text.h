#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>

#include "core/mutex.h"
#include "core/result.h"
#include "pcai/pcai.h"

namespace pcai::capi {

/// Copies text that came in. "Not given" becomes an empty string; given() tells them apart. Fails
/// with InvalidRequest for what is not UTF-8 or is a null pointer with a size, and with
/// PayloadTooLarge for more than 64 MiB; the error names `field`.
Result<std::string> read_text(pcai_text text, const std::string& field);

/// Copies a NUL-terminated string, with the same checks. It must not be null.
Result<std::string> read_string(const char* string, const std::string& field);

/// Copies a path, with the same checks. It must not be empty and must not contain a NUL. Nothing is
/// looked up on disk.
Result<std::filesystem::path> read_path(pcai_text text, const std::string& field);

/// False for {NULL, 0}. Empty text with a pointer is given.
inline bool given(pcai_text text) noexcept {
  return text.data != nullptr;
}

/// Lends `string` to the caller, for as long as it lives unchanged. Empty becomes "not given". A
/// NUL follows the text, as pcai.h promises.
inline pcai_text lend(const std::string& text) noexcept {
  return text.empty() ? pcai_text{nullptr, 0} : pcai_text{text.c_str(), text.size()};
}

/// Replaces each U+0000 by U+FFFD. For text that goes out as a NUL-terminated string.
std::string without_nul(std::string_view text);

/// Owns text that was lent to a caller, until the pool is destroyed. Equal text is kept once, so
/// that asking for the same information again and again needs no more memory. Any thread.
class TextPool {
 public:
  /// Keeps a copy of `text` and lends it. Empty becomes "not given".
  pcai_text keep(const std::string& text);

 private:
  Mutex mutex_;
  std::set<std::string, std::less<>> texts_ GUARDED_BY(mutex_);
};

}  // namespace pcai::capi
