#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace pcai::app {

/// What the setting `memory_limit` says.
struct MemoryLimit {
  enum class Kind : std::uint8_t { Auto, Off, Bytes };

  Kind kind = Kind::Auto;
  std::uint64_t bytes = 0;
};

/// "auto", "off", or a size: a whole number with B, kB, MB, GB, TB (powers of 1000) or KiB, MiB,
/// GiB, TiB (powers of 1024), in any letter case. Nothing for anything else, and for a size of 0.
std::optional<MemoryLimit> parse_memory_limit(std::string_view text);

/// Bytes that all models together may take on this machine; 0 = no limit.
std::uint64_t memory_limit_here(const MemoryLimit& limit);

}  // namespace pcai::app
