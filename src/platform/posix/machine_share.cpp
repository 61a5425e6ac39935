#include "platform/posix/machine_share.h"

#include <algorithm>
#include <charconv>
#include <fstream>
#include <limits>
#include <optional>
#include <string>
#include <string_view>

#include "platform/posix/control_groups.h"

namespace pcai::platform {
namespace {

namespace fs = std::filesystem;
using Number = std::optional<std::uint64_t>;

constexpr std::uint64_t kNoLimit = std::numeric_limits<std::uint64_t>::max();

Number whole_number(std::string_view text) {
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, failure] = std::from_chars(text.data(), end, number);
  return failure == std::errc() && stopped == end ? Number(number) : std::nullopt;
}

/// Nothing for "max", "-1", 0 and whatever else is no limit.
Number limit_in(std::string_view text) {
  const Number number = whole_number(text);
  return number && *number > 0 ? number : std::nullopt;
}

/// The word of a file's first line that stands there; "" if there is none.
std::string word_in(const fs::path& file, int position = 0) {
  std::ifstream words(file);
  std::string word;
  for (int i = 0; i <= position; ++i) {
    if (!(words >> word)) return {};
  }
  return word;
}

Number limit_in_file(const fs::path& file) {
  return limit_in(word_in(file));
}

/// The number after a key in lines such as "MemTotal: 12 kB" and "inactive_file 12".
Number number_of(const fs::path& file, std::string_view key) {
  std::ifstream words(file);
  for (std::string word; words >> word;) {
    std::string value;
    if (word == key) return words >> value ? limit_in(value) : std::nullopt;
    std::getline(words, value);
  }
  return std::nullopt;
}

struct MemoryLimit {
  std::uint64_t bytes = kNoLimit;
  std::uint64_t held = 0;

  void tighten(Memory& memory) const {
    if (bytes == kNoLimit) return;
    memory.total = std::min(memory.total, bytes);
    memory.free = std::min(memory.free, bytes > held ? bytes - held : 0);
  }
};

std::uint64_t held(Number used, Number droppable) {
  return used.value_or(0) > droppable.value_or(0) ? *used - droppable.value_or(0) : 0;
}

MemoryLimit first_limit(const fs::path& group) {
  return {.bytes = limit_in_file(group / "memory.limit_in_bytes").value_or(kNoLimit),
          .held = held(limit_in_file(group / "memory.usage_in_bytes"),
                       number_of(group / "memory.stat", "total_inactive_file"))};
}

MemoryLimit second_limit(const fs::path& group) {
  // Over "high" a process is not ended, but slowed down until it is of no use.
  return {.bytes = std::min(limit_in_file(group / "memory.max").value_or(kNoLimit),
                            limit_in_file(group / "memory.high").value_or(kNoLimit)),
          .held = held(limit_in_file(group / "memory.current"),
                       number_of(group / "memory.stat", "inactive_file"))};
}

/// How many processors "0-3,8" lists; nothing if it is no such list.
Number count_in(std::string_view list) {
  std::uint64_t count = 0;
  while (!list.empty()) {
    const std::string_view range = list.substr(0, list.find(','));
    list.remove_prefix(std::min(list.size(), range.size() + 1));
    const std::size_t dash = range.find('-');
    const Number first = whole_number(range.substr(0, dash));
    const Number last =
        dash == std::string_view::npos ? first : whole_number(range.substr(dash + 1));
    if (!first || !last || *last < *first) return std::nullopt;
    count += *last - *first + 1;
  }
  return count > 0 ? Number(count) : std::nullopt;
}

/// How many processors a quota is worth, rounded up.
Number worth(Number quota, Number period) {
  if (!quota || !period) return std::nullopt;
  return (*quota - 1) / *period + 1;
}

}  // namespace

Memory MachineShare::memory() const {
  constexpr std::uint64_t kUnit = 1024;
  const fs::path meminfo = root_ / "proc/meminfo";
  const Number total = number_of(meminfo, "MemTotal:");
  Memory memory{.total = total ? *total * kUnit : kNoLimit,
                .free = total ? number_of(meminfo, "MemAvailable:").value_or(0) * kUnit : kNoLimit};
  const ControlGroups groups = control_groups(root_, "memory");
  for (const fs::path& group : groups.first) first_limit(group).tighten(memory);
  for (const fs::path& group : groups.second) second_limit(group).tighten(memory);
  return memory.total == kNoLimit ? Memory() : memory;
}

unsigned MachineShare::processors(unsigned allowed) const {
  std::uint64_t most = std::max(1U, allowed);
  const auto limit = [&most](Number number) { most = std::min(most, number.value_or(most)); };
  const ControlGroups quotas = control_groups(root_, "cpu");
  for (const fs::path& group : quotas.first) {
    limit(worth(limit_in_file(group / "cpu.cfs_quota_us"),
                limit_in_file(group / "cpu.cfs_period_us")));
  }
  for (const fs::path& group : quotas.second) {
    limit(worth(limit_in(word_in(group / "cpu.max")), limit_in(word_in(group / "cpu.max", 1))));
  }
  const ControlGroups sets = control_groups(root_, "cpuset");
  for (const fs::path& group : sets.first) limit(count_in(word_in(group / "cpuset.cpus")));
  for (const fs::path& group : sets.second) {
    limit(count_in(word_in(group / "cpuset.cpus.effective")));
  }
  return static_cast<unsigned>(most);
}

}  // namespace pcai::platform
