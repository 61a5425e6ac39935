#pragma once

#include <cstddef>
#include <string_view>

#include "api/json_text.h"
#include "core/result.h"

namespace pcai::api {

/// What a body may contain. The limits bound the memory of the tree, which is a multiple of the
/// text's.
struct JsonLimits {
  std::size_t depth = 64;               // open arrays and objects
  std::size_t values = 1'000'000;       // in the whole body
  std::size_t members = 16384;          // in one object
  std::size_t string_bytes = 16 << 20;  // in one string or key
};

/// Parses untrusted JSON text, without recursion. In addition to what the grammar forbids it
/// refuses: what exceeds the limits, a key that comes twice, invalid UTF-8, lone surrogates,
/// numbers that no double can hold, NUL bytes. The error is an InvalidRequest with the JSON path,
/// if there is one.
Result<Json> read_json(std::string_view text, const JsonLimits& limits = {});

}  // namespace pcai::api
