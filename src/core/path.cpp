#include "core/path.h"

#include <algorithm>
#include <utility>

namespace pcai {

std::string item_path(std::string_view path, std::size_t index) {
  return std::string(path) + "[" + std::to_string(index) + "]";
}

tl::unexpected<Error> refuse(std::string path, std::string_view what) {
  std::string message = path + " ";
  message += what;
  return fail(ErrorCode::InvalidRequest, std::move(message), std::move(path));
}

bool has_path(std::span<const std::string_view> paths, std::string_view path) {
  std::string pattern;
  bool in_index = false;
  for (const char c : path) {
    in_index = in_index && c != ']';
    if (!in_index) pattern += c;
    in_index = in_index || c == '[';
  }
  return std::ranges::find(paths, pattern) != paths.end();
}

}  // namespace pcai
