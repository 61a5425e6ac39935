#pragma once

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <string_view>

#include "core/mutex.h"
#include "core/result.h"
#include "pcai/pcai.h"

namespace pcai {

/// Copies text that came in; "not given" is empty. Refuses what is not UTF-8, a null pointer with a
/// size, and more than 64 MiB, and names `field`.
Result<std::string> read_text(pcai_text text, const std::string& field);

/// The same for a NUL-terminated string that must be there.
Result<std::string> read_string(const char* string, const std::string& field);

/// The same for a path, which must be there and must not contain a NUL.
Result<std::filesystem::path> read_path(pcai_text text, const std::string& field);

inline bool given(pcai_text text) noexcept {
  return text.data != nullptr;
}

/// Borrows; empty becomes "not given".
inline pcai_text lend(const std::string& text) noexcept {
  return text.empty() ? pcai_text{nullptr, 0} : pcai_text{text.c_str(), text.size()};
}


/// Replaces each U+0000 by U+FFFD, for text whose end is a NUL.
std::string without_nul(std::string_view text);

/// Text that stays where it is until the pool goes; equal text is kept once. Any thread.
class TextPool {
 public:
  /// Empty becomes "not given".
  pcai_text keep(const std::string& text);

 private:
  Mutex mutex_;
  std::set<std::string, std::less<>> texts_ GUARDED_BY(mutex_);
};

}  // namespace pcai
