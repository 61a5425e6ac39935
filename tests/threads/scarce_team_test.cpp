#include <gtest/gtest.h>

#include <atomic>

#include "backend/llamacpp/parallel/thread_team.h"
#include "threads/scarce_threads.h"

namespace pcai::backend::llamacpp {
namespace {

unsigned size_of_region(ThreadTeam& team, unsigned count) {
  struct Seen {
    std::atomic<unsigned> threads{0};
    std::atomic<unsigned> size{0};
  } seen;
  const auto work = [](void* data) {
    auto& mine = *static_cast<Seen*>(data);
    ++mine.threads;
    mine.size = ThreadTeam::size();
    ThreadTeam::barrier();
  };
  team.run(work, &seen, count);
  EXPECT_EQ(seen.threads, seen.size);
  return seen.size;
}

TEST(ScarceTeamTest, ARegionRunsOnTheThreadsThatThereAre) {
  for (const int at : {1, 2, 3}) {
    ThreadTeam team;
    {
      const ScarceThreads scarce(at, ScarceThreads::Until::ForGood);
      EXPECT_EQ(size_of_region(team, 4), static_cast<unsigned>(at));
      EXPECT_TRUE(scarce.failed());
    }
    EXPECT_EQ(size_of_region(team, 4), 4U) << "there are threads again";
  }
}

}  // namespace
}  // namespace pcai::backend::llamacpp
