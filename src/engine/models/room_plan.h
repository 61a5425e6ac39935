#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace pcai::engine {

/// A model that is in memory, or on its way in or out, as the policy sees it.
struct Resident {
  std::uint64_t memory_bytes = 0;
  bool pinned = false;
  bool busy = false;  // answers requests, is being loaded or unloaded
  double idle_seconds = 0;
  double load_seconds = 0;  // what it cost to load
};

/// Who has to leave so that another model has room.
struct RoomPlan {
  bool possible = true;                 // false: not even without all that may leave
  std::vector<std::size_t> leave = {};  // indices; idle ones first, then those to wait for
};

/// Chooses who leaves so that `need` more bytes stay within `limit` (0 = no limit). Pinned models
/// never do, busy ones only where the idle ones are not enough. Among equals those go that cost
/// least: the time of loading them again, divided by how long nobody has asked for them, for each
/// byte that it frees. Nobody leaves in vain.
RoomPlan plan_room(const std::vector<Resident>& residents, std::uint64_t need, std::uint64_t limit);

}  // namespace pcai::engine
