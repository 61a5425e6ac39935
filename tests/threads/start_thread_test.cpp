#include "core/start_thread.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <string>

#include "core/task_threads.h"
#include "threads/scarce_threads.h"

namespace pcai {
namespace {

using testing::AllOf;
using testing::HasSubstr;

std::string reason_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const NoThread& none) {
    return none.what();
  }
  return "no reason";
}

TEST(StartThreadTest, AThreadRunsItsWork) {
  std::promise<void> ran;
  start_thread([&ran] { ran.set_value(); }).join();
  ran.get_future().get();
}

TEST(StartThreadTest, TheReasonNamesTheWayOut) {
  const ScarceThreads scarce(1);
  EXPECT_THAT(reason_of([] { start_thread([] {}).join(); }),
              AllOf(HasSubstr("cannot start a thread: Resource temporarily unavailable"),
                    HasSubstr("pids.max")));
}

TEST(StartThreadTest, ThreadsAreJoinedWhenTheNextOneCannotBeMade) {
  std::atomic<int> ended{0};
  EXPECT_THROW(
      {
        const ScarceThreads scarce(3);
        JoinedThreads threads;
        for (int i = 0; i < 5; ++i) threads.start([&ended] { ++ended; });
      },
      NoThread);
  EXPECT_EQ(ended, 2);
}

TEST(StartThreadTest, ThreadsCanBeStartedAgainAfterAJoin) {
  std::atomic<int> ended{0};
  JoinedThreads threads;
  for (int i = 1; i <= 3; ++i) {
    threads.start([&ended] { ++ended; });
    threads.join();
    EXPECT_EQ(ended, i);
  }
}

TEST(StartThreadTest, TaskThreadsEndTheOthersWhicheverCannotBeMade) {
  for (const int at : {1, 2, 3, 4}) {
    const ScarceThreads scarce(at);
    EXPECT_THROW(TaskThreads threads(4), NoThread) << at;
  }
  std::atomic<int> ran{0};
  {
    TaskThreads threads(4);
    for (int i = 0; i < 20; ++i) threads.post([&ran] { ++ran; });
  }
  EXPECT_EQ(ran, 20);
}

}  // namespace
}  // namespace pcai
