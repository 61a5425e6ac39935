#include "engine/models/room_plan.h"

#include <algorithm>
#include <numeric>

namespace pcai::engine {
namespace {

/// What it costs to free one byte of it.
double cost(const Resident& resident) {
  const double again = resident.load_seconds / (1 + resident.idle_seconds);
  return again / static_cast<double>(std::max<std::uint64_t>(1, resident.memory_bytes));
}

std::uint64_t add(std::uint64_t a, std::uint64_t b) {
  return a > UINT64_MAX - b ? UINT64_MAX : a + b;
}

}  // namespace

RoomPlan plan_room(const std::vector<Resident>& residents, std::uint64_t need,
                   std::uint64_t limit) {
  std::uint64_t used = need;
  for (const Resident& resident : residents) used = add(used, resident.memory_bytes);
  if (limit == 0 || used <= limit) return {};
  std::uint64_t to_free = used - limit;

  std::vector<std::size_t> order(residents.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::erase_if(
      order, [&](std::size_t i) { return residents[i].pinned || residents[i].memory_bytes == 0; });
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (residents[a].busy != residents[b].busy) return residents[b].busy;
    return cost(residents[a]) < cost(residents[b]);
  });
  RoomPlan plan;
  std::uint64_t freed = 0;
  for (const std::size_t i : order) {
    if (freed >= to_free) break;
    plan.leave.push_back(i);
    freed = add(freed, residents[i].memory_bytes);
  }
  if (freed < to_free) return {.possible = false};
  // The last ones may free so much that earlier ones need not go: let the dearest stay.
  for (auto i = plan.leave.rbegin(); i != plan.leave.rend();) {
    const std::uint64_t bytes = residents[*i].memory_bytes;
    if (freed - bytes >= to_free) {
      freed -= bytes;
      i = std::make_reverse_iterator(plan.leave.erase(std::next(i).base()));
    } else {
      ++i;
    }
  }
  return plan;
}

}  // namespace pcai::engine
