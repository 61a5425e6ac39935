#include "app/choice/memory_limit.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <string>
#include <utility>

#include "fit/device.h"

namespace pcai::app {
namespace {

constexpr std::array<std::pair<std::string_view, std::uint64_t>, 9> kUnits = {{
    {"b", 1},
    {"kb", 1'000},
    {"mb", 1'000'000},
    {"gb", 1'000'000'000},
    {"tb", 1'000'000'000'000},
    {"kib", std::uint64_t{1} << 10},
    {"mib", std::uint64_t{1} << 20},
    {"gib", std::uint64_t{1} << 30},
    {"tib", std::uint64_t{1} << 40},
}};

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

}  // namespace

std::optional<MemoryLimit> parse_memory_limit(std::string_view text) {
  const std::string said = lower(text);
  if (said == "auto") return MemoryLimit{};
  if (said == "off") return MemoryLimit{.kind = MemoryLimit::Kind::Off};
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(said.data(), said.data() + said.size(), number);
  std::string_view unit(end, static_cast<std::size_t>(said.data() + said.size() - end));
  while (!unit.empty() && unit.front() == ' ') unit.remove_prefix(1);
  const auto known = std::find_if(kUnits.begin(), kUnits.end(),
                                  [unit](const auto& entry) { return entry.first == unit; });
  if (error != std::errc() || number == 0 || known == kUnits.end()) return {};
  if (number > UINT64_MAX / known->second) return {};
  return MemoryLimit{.kind = MemoryLimit::Kind::Bytes, .bytes = number * known->second};
}

std::uint64_t memory_limit_here(const MemoryLimit& limit) {
  if (limit.kind != MemoryLimit::Kind::Auto) return limit.bytes;
  return fit::cpu_device().memory_free / 10 * 9;
}

}  // namespace pcai::app
