#include "backend/llamacpp/parallel/thread_team.h"

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <thread>
#include <vector>

namespace pcai::backend::llamacpp {
namespace {

template <class Body>
void run(ThreadTeam& team, unsigned count, Body body) {
  team.run([](void* data) { (*static_cast<Body*>(data))(); }, &body, count);
}

TEST(ThreadTeamTest, EachThreadHasAnIndexOfItsOwn) {
  ThreadTeam team;
  for (unsigned count : {1U, 2U, 5U, 3U, 8U}) {
    std::vector<std::atomic<int>> seen(count);
    run(team, count, [&] {
      EXPECT_EQ(ThreadTeam::size(), count);
      ++seen.at(ThreadTeam::index());
    });
    for (const auto& times : seen) EXPECT_EQ(times, 1);
  }
}

TEST(ThreadTeamTest, NobodyPassesABarrierAlone) {
  constexpr int kRounds = 3'000;
  ThreadTeam team;
  std::atomic<int> arrived{0};
  std::atomic<int> early{0};
  run(team, 4, [&] {
    for (int round = 1; round <= kRounds; ++round) {
      ++arrived;
      ThreadTeam::barrier();
      if (arrived < 4 * round) ++early;
      ThreadTeam::barrier();
    }
  });
  EXPECT_EQ(arrived, 4 * kRounds);
  EXPECT_EQ(early, 0);
}

TEST(ThreadTeamTest, ASleeperIsWoken) {
  ThreadTeam team;
  for (int i = 0; i < 3; ++i) {
    std::atomic<int> ran{0};
    run(team, 3, [&] {
      if (ThreadTeam::index() == 1) std::this_thread::sleep_for(std::chrono::milliseconds(60));
      ThreadTeam::barrier();
      ++ran;
    });
    EXPECT_EQ(ran, 3);
    std::this_thread::sleep_for(std::chrono::milliseconds(60));  // now the others sleep
  }
}

TEST(ThreadTeamTest, OneThreadIsTheFirstAtEachPlace) {
  constexpr int kPlaces = 500;
  ThreadTeam team;
  std::array<std::atomic<int>, kPlaces> firsts{};
  run(team, 4, [&] {
    for (auto& first : firsts) {
      if (ThreadTeam::first_here()) ++first;
    }
  });
  for (const auto& first : firsts) EXPECT_EQ(first, 1);
}

TEST(ThreadTeamTest, ALoopIsDoneOnceInPieces) {
  ThreadTeam team;
  std::vector<std::atomic<int>> done(1'000);
  run(team, 4, [&] {
    for (int round = 0; round < 50; ++round) {  // one loop after another
      long first = 0;
      long last = 0;
      for (bool more = ThreadTeam::begin_loop(7, 1'000, 1, 64, &first, &last); more;
           more = ThreadTeam::next_chunk(&first, &last)) {
        EXPECT_LE(last - first, 64);
        for (long i = first; i < last; ++i) ++done.at(static_cast<std::size_t>(i));
      }
      ThreadTeam::end_loop();
    }
  });
  for (std::size_t i = 0; i < done.size(); ++i) EXPECT_EQ(done[i], i < 7 ? 0 : 50) << i;
}

TEST(ThreadTeamTest, ALoopMayCountDown) {
  ThreadTeam team;
  std::atomic<long> sum{0};
  run(team, 2, [&] {
    long first = 0;
    long last = 0;
    for (bool more = ThreadTeam::begin_loop(10, 0, -1, 3, &first, &last); more;
         more = ThreadTeam::next_chunk(&first, &last)) {
      for (long i = first; i > last; --i) sum += i;
    }
    ThreadTeam::end_loop();
  });
  EXPECT_EQ(sum, 55);
}

TEST(ThreadTeamTest, ARegionInsideARegionRunsAlone) {
  ThreadTeam team;
  std::atomic<int> inner{0};
  run(team, 3, [&] {
    const unsigned index = ThreadTeam::index();
    run(ThreadTeam::own(), 3, [&] {
      EXPECT_EQ(ThreadTeam::size(), 1U);
      ++inner;
    });
    EXPECT_EQ(ThreadTeam::index(), index);
    EXPECT_EQ(ThreadTeam::size(), 3U);
  });
  EXPECT_EQ(inner, 3);
}

TEST(ThreadTeamTest, OutsideARegionAThreadIsAlone) {
  EXPECT_EQ(ThreadTeam::size(), 1U);
  EXPECT_EQ(ThreadTeam::index(), 0U);
  EXPECT_TRUE(ThreadTeam::first_here());
  ThreadTeam::barrier();
}

TEST(ThreadTeamTest, ThreadsComputeBesideEachOtherWithTeamsOfTheirOwn) {
  std::atomic<int> ran{0};
  std::vector<std::thread> owners;
  for (int i = 0; i < 4; ++i) {
    owners.emplace_back([&ran] {
      for (int round = 0; round < 200; ++round) {
        run(ThreadTeam::own(), 3, [&] {
          ThreadTeam::barrier();
          ++ran;
        });
      }
    });
  }
  for (std::thread& owner : owners) owner.join();
  EXPECT_EQ(ran, 4 * 200 * 3);
}

TEST(ThreadTeamTest, ATeamThatWasEndedIsMadeAnew) {
  for (int i = 0; i < 3; ++i) {
    std::atomic<int> ran{0};
    run(ThreadTeam::own(), 3, [&] { ++ran; });
    EXPECT_EQ(ran, 3);
    ThreadTeam::end_own();
  }
}

}  // namespace
}  // namespace pcai::backend::llamacpp
