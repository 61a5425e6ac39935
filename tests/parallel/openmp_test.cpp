// Compiled with OpenMP and linked with ours in place of its runtime.
#include <gtest/gtest.h>

#include <vector>

#include "backend/llamacpp/parallel/thread_team.h"

extern "C" int omp_get_thread_num() noexcept;
extern "C" int omp_get_num_threads() noexcept;

namespace pcai::backend::llamacpp {
namespace {

TEST(OpenMpTest, ARegionHasItsThreadsAndOneSingle) {
  int threads = 0;
  std::vector<int> turns(4);
#pragma omp parallel num_threads(4)
  {
#pragma omp single
    threads = omp_get_num_threads();
#pragma omp barrier
    ++turns[static_cast<std::size_t>(omp_get_thread_num())];
  }
  EXPECT_EQ(threads, 4);
  EXPECT_EQ(turns, std::vector<int>(4, 1));
}

TEST(OpenMpTest, ALoopSumsEachElementOnce) {
  long sum = 0;
  int threads = 0;
#pragma omp parallel num_threads(3) reduction(+ : sum)
  {
#pragma omp for schedule(dynamic, 64)
    for (int i = 1; i <= 10'000; ++i) sum += i;
#pragma omp single
    threads = omp_get_num_threads();
  }
  EXPECT_EQ(threads, 3);
  EXPECT_EQ(sum, 50'005'000);
}

TEST(OpenMpTest, TheRegionsRunOnThreadTeam) {
  unsigned size = 0;
#pragma omp parallel num_threads(2)
  {
#pragma omp single
    size = ThreadTeam::size();
  }
  EXPECT_EQ(size, 2U);
}

}  // namespace
}  // namespace pcai::backend::llamacpp
