#include "engine/models/room_plan.h"

#include <gmock/gmock.h>

#include <random>

namespace pcai::engine {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

TEST(ResidencyTest, NobodyLeavesWhereThereIsRoomOrNoLimit) {
  EXPECT_THAT(plan_room({{.memory_bytes = 60}}, 40, 100).leave, IsEmpty());
  EXPECT_THAT(plan_room({{.memory_bytes = 60}}, 41, 0).leave, IsEmpty());
  EXPECT_THAT(plan_room({}, 100, 100).leave, IsEmpty());
}

TEST(ResidencyTest, WhatNeverFitsIsImpossible) {
  EXPECT_FALSE(plan_room({}, 101, 100).possible);
  EXPECT_FALSE(plan_room({{.memory_bytes = 60, .pinned = true}}, 50, 100).possible);
  EXPECT_TRUE(plan_room({{.memory_bytes = 60, .busy = true}}, 50, 100).possible);
}

TEST(ResidencyTest, WhoWasNotAskedForLongestLeaves) {
  const std::vector<Resident> residents = {
      {.memory_bytes = 50, .idle_seconds = 5, .load_seconds = 1},
      {.memory_bytes = 50, .idle_seconds = 90, .load_seconds = 1}};
  EXPECT_THAT(plan_room(residents, 50, 100).leave, ElementsAre(1));
}

TEST(ResidencyTest, WhatIsLoadedAgainQuicklyLeavesFirst) {
  const std::vector<Resident> residents = {
      {.memory_bytes = 50, .idle_seconds = 60, .load_seconds = 40},
      {.memory_bytes = 50, .idle_seconds = 30, .load_seconds = 1}};
  EXPECT_THAT(plan_room(residents, 50, 100).leave, ElementsAre(1));
}

TEST(ResidencyTest, BusyAndPinnedModelsStayWhileAnIdleOneIsEnough) {
  const std::vector<Resident> residents = {
      {.memory_bytes = 30, .busy = true},
      {.memory_bytes = 30, .pinned = true, .idle_seconds = 900},
      {.memory_bytes = 30, .idle_seconds = 1, .load_seconds = 100}};
  EXPECT_THAT(plan_room(residents, 30, 100).leave, ElementsAre(2));
  EXPECT_THAT(plan_room(residents, 60, 100).leave, ElementsAre(2, 0)) << "then the busy one";
  EXPECT_FALSE(plan_room(residents, 80, 100).possible);
}

TEST(ResidencyTest, NobodyLeavesInVain) {
  const std::vector<Resident> residents = {
      {.memory_bytes = 10, .idle_seconds = 900, .load_seconds = 1},
      {.memory_bytes = 80, .idle_seconds = 1, .load_seconds = 100}};
  EXPECT_THAT(plan_room(residents, 50, 100).leave, ElementsAre(1)) << "the small one is no help";
}

TEST(ResidencyTest, EveryPlanKeepsTheLimitAndIsMinimal) {
  const std::uint32_t seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 20'000; ++round) {
    std::vector<Resident> residents(random() % 6);
    std::uint64_t used = 0;
    std::uint64_t movable = 0;
    for (Resident& resident : residents) {
      resident = {.memory_bytes = random() % 100,
                  .pinned = random() % 4 == 0,
                  .busy = random() % 3 == 0,
                  .idle_seconds = static_cast<double>(random() % 1000),
                  .load_seconds = static_cast<double>(random() % 30)};
      used += resident.memory_bytes;
      if (!resident.pinned) movable += resident.memory_bytes;
    }
    const std::uint64_t need = random() % 150;
    const std::uint64_t limit = 1 + random() % 300;
    const RoomPlan plan = plan_room(residents, need, limit);
    ASSERT_EQ(plan.possible, used + need - movable <= limit);
    if (!plan.possible) continue;
    std::uint64_t freed = 0;
    for (const std::size_t i : plan.leave) {
      ASSERT_FALSE(residents.at(i).pinned);
      freed += residents[i].memory_bytes;
    }
    ASSERT_LE(used + need - freed, limit);
    for (const std::size_t i : plan.leave) {
      ASSERT_GT(used + need - freed + residents[i].memory_bytes, limit) << "left in vain";
    }
  }
}

}  // namespace
}  // namespace pcai::engine
