#pragma once

#include <chrono>
#include <optional>

namespace pcai::engine {

/// How long a request wants its model to stay in memory once the model is idle: 0 = it leaves at
/// once, negative = it stays for good, absent = nothing new. The last request that says so counts,
/// until the model leaves. A pinned model stays all the same.
using Stay = std::optional<std::chrono::milliseconds>;

/// The longest; what is longer is for good.
inline constexpr std::chrono::milliseconds kLongestStay = std::chrono::hours(24 * 365);

}  // namespace pcai::engine
