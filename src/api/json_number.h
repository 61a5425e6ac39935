#pragma once

#include <cstdint>

#include "api/json_text.h"

namespace pcai::api {

/// Whether `value` is this number. JSON's own comparison takes 2^64 - 1 for -1.
inline bool is_number(const Json& value, std::int64_t number) {
  return (number >= 0 || !value.is_number_unsigned()) && value == number;
}

}  // namespace pcai::api
