#include "core/task_threads.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <memory>
#include <vector>

namespace pcai {
namespace {

using testing::ElementsAre;

TEST(TaskThreadsTest, AllPostedTasksRunBeforeTheEnd) {
  std::atomic<int> ran{0};
  {
    TaskThreads threads(3);
    for (int i = 0; i < 500; ++i) {
      threads.post([&] {
        ++ran;
        threads.post([&] { ++ran; });
      });
    }
  }
  EXPECT_EQ(ran, 1'000);
}

TEST(TaskThreadsTest, OneThreadKeepsTheOrder) {
  std::vector<int> order;
  {
    TaskThreads threads(1);
    for (int i = 0; i < 5; ++i) threads.post([&order, i] { order.push_back(i); });
  }
  EXPECT_THAT(order, ElementsAre(0, 1, 2, 3, 4));
}

TEST(TaskThreadsTest, ZeroThreadsMeansOne) {
  std::promise<void> ran;
  TaskThreads threads(0);
  threads.post([&] { ran.set_value(); });
  ran.get_future().wait();
}

TEST(TaskThreadsTest, ATaskMayPostWhenItIsDestroyed) {
  std::promise<void> ran;
  TaskThreads threads(1);
  std::shared_ptr<int> posts(new int(0), [&](int* value) {
    delete value;
    threads.post([&] { ran.set_value(); });
  });
  threads.post([last = std::move(posts)] {});
  ran.get_future().wait();
}

}  // namespace
}  // namespace pcai
