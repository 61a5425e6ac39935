#include "capi/abi/array.h"

namespace pcai::capi {

Status check_array(const void* data, std::uint64_t count, std::uint64_t most,
                   const std::string& field) {
  if ((data == nullptr) != (count == 0)) {
    return fail(ErrorCode::InvalidRequest,
                field + (data == nullptr ? " is null but has a count of " + std::to_string(count)
                                         : " is not null but has a count of 0"),
                field);
  }
  if (count > most) {
    return fail(ErrorCode::InvalidRequest,
                field + " has " + std::to_string(count) + " elements; at most " +
                    std::to_string(most) + " are allowed",
                field);
  }
  return {};
}

std::string indexed(const std::string& name, std::uint64_t index) {
  return name + "[" + std::to_string(index) + "]";
}

}  // namespace pcai::capi
