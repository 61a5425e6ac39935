#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"

namespace pcai::api {

/// What an answer tells of its request: members that are not known here, have no effect, or were
/// left out. Bounded, whatever the request holds. Not thread-safe.
class Warnings {
 public:
  /// Adds a line, unless it is there. Control characters become '?'; a long line is cut.
  void add(std::string_view line);

  /// Adds those that are new and returns them, the last one being "and N more" where there were too
  /// many.
  std::vector<std::string> add_all(const std::vector<std::string>& lines);

  /// Adds the member that no table knows.
  void add_unknown(std::string_view path, std::string_view name);

  /// How a strict server refuses the first of the unknown members; absent if there is none.
  const std::optional<Error>& unknown() const noexcept { return unknown_; }

  /// How many members were unknown.
  std::size_t unknown_count() const noexcept { return unknown_count_; }

  bool empty() const noexcept { return lines_.empty(); }

  /// All lines; the last one is "and N more" where there were too many.
  std::vector<std::string> lines() const;

  /// The lines for a header and the log: ASCII, at most kMostLineBytes, with ", " between them and
  /// no other comma; "" = none.
  std::string line() const;

  static constexpr std::size_t kMostLines = 32;
  static constexpr std::size_t kMostLineBytes = 1024;

 private:
  std::vector<std::string> lines_;
  std::size_t more_ = 0;  // that were not kept
  std::size_t unknown_count_ = 0;
  std::optional<Error> unknown_;
};

/// A request of the core's, which has no place for them.
template <class Request>
struct Told {
  Request request;
  Warnings warnings = {};
};

/// Adds `warnings` to a JSON object's text, unless there are none.
std::string with_warnings(std::string object, const Warnings& warnings);

}  // namespace pcai::api
