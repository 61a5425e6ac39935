#pragma once

#include <array>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/error.h"
#include "core/result.h"

namespace pcai::api {

/// A path of the core's (core/path.h) and what an API calls it. "[]" stands for an index, which is
/// kept. `ours` is "" where the API has no such field, so that its clients cannot be at fault.
struct FieldName {
  std::string_view core;
  std::string_view ours;
};

/// Where the client of one request wrote what the core's request was made of, wherever more than
/// names differ: items that became messages, an older name of a field.
class Places {
 public:
  /// The core's `path` stands at `ours`, and what is below it below that. A later one of the same
  /// path wins.
  void add(std::string path, std::string ours);

  /// The same, but `ours` has no parts that could be named.
  void add_whole(std::string path, std::string ours);

  /// So many items came before those of the core's `list`, whose indices grow.
  void shift(std::string_view list, std::size_t by);

  /// What the client calls the path; nothing where names alone differ.
  std::optional<std::string> find(std::string_view path) const;

 private:
  struct Place {
    std::string path;
    std::string ours;
    bool whole;
  };
  std::vector<Place> places_;
};

/// How an API says what all APIs say.
struct Dialect {
  std::span<const FieldName> names;

  /// What stands before the names of parameters (parameter_paths()) that are not among `names`;
  /// absent = the API has no others.
  std::optional<std::string_view> parameters;

  std::string (*error_body)(const Error& error, std::string_view request_id);
  std::string_view id_header = {};  // another header with the request's id, "" = none

  /// An error of the core, the engine or a backend in the API's words: its field, and the first
  /// time that its message names that field. Not for errors that speak them already.
  Error translate(Error error, const Places& places = {}) const;

  /// A warning of a model's (Warned), which begins with a path of the core's, in the API's words.
  std::string translate_warning(std::string warning, const Places& places = {}) const;

  /// What the API calls a path; "" where it has no such field; nothing for what is no path of a
  /// request.
  std::optional<std::string> name_of(std::string_view path) const;
};

/// check_request() of any of the core's requests, its error in the API's words.
template <class Request>
Status check_request_in(const Dialect& dialect, const Request& request, const Places& places = {}) {
  Status status = check_request(request);
  if (!status) return fail(dialect.translate(std::move(status.error()), places));
  return status;
}

/// One table of two.
template <std::size_t kFirst, std::size_t kSecond>
constexpr auto join(const std::array<FieldName, kFirst>& first,
                    const std::array<FieldName, kSecond>& second) {
  std::array<FieldName, kFirst + kSecond> all{};
  for (std::size_t i = 0; i < kFirst; ++i) all[i] = first[i];
  for (std::size_t i = 0; i < kSecond; ++i) all[kFirst + i] = second[i];
  return all;
}

}  // namespace pcai::api
