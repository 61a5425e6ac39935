#include "capi/abi/text.h"

#include <cstring>

#include "core/utf8.h"
#include "platform/path_text.h"

namespace pcai::capi {
namespace {

constexpr std::uint64_t kMaxTextBytes = std::uint64_t{64} << 20;

}  // namespace

Result<std::string> read_text(pcai_text text, const std::string& field) {
  if (text.data == nullptr) {
    if (text.size == 0) return std::string();
    return fail(ErrorCode::InvalidRequest,
                field + " has a size of " + std::to_string(text.size) + " and a null pointer",
                field);
  }
  if (text.size > kMaxTextBytes) {
    return fail(ErrorCode::PayloadTooLarge,
                field + " has " + std::to_string(text.size) + " bytes; at most " +
                    std::to_string(kMaxTextBytes) + " are allowed",
                field);
  }
  const std::string_view bytes(text.data, static_cast<std::size_t>(text.size));
  if (!is_valid_utf8(bytes)) {
    return fail(ErrorCode::InvalidRequest,
                field + " is not valid UTF-8; was it passed in another code page?", field);
  }
  return std::string(bytes);
}

Result<std::string> read_string(const char* string, const std::string& field) {
  if (string == nullptr) {
    return fail(ErrorCode::InvalidRequest, field + " must not be null", field);
  }
  return read_text(pcai_text_of(string), field);
}

Result<std::filesystem::path> read_path(pcai_text text, const std::string& field) {
  Result<std::string> path = read_text(text, field);
  if (!path) return fail(std::move(path.error()));
  if (path->empty()) return fail(ErrorCode::InvalidRequest, field + " must not be empty", field);
  if (path->find('\0') != std::string::npos) {
    return fail(ErrorCode::InvalidRequest, field + " must not contain a NUL", field);
  }
  return platform::text_path(*path);
}

std::string without_nul(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (const char c : text) {
    if (c == '\0') {
      result += "\xEF\xBF\xBD";
    } else {
      result += c;
    }
  }
  return result;
}

pcai_text TextPool::keep(const std::string& text) {
  const MutexLock lock(mutex_);
  return lend(*texts_.insert(text).first);
}

}  // namespace pcai::capi
