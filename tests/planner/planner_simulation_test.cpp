#include "planner/planner_simulation.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

namespace pcai::backend::llamacpp {
namespace {

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
constexpr std::uint64_t kSchedules = 3'000;
#else
constexpr std::uint64_t kSchedules = 100'000;
#endif

std::uint64_t first_seed() {
  const char* given = std::getenv("PCAI_TEST_SEED");
  const std::uint64_t seed = given ? std::strtoull(given, nullptr, 10) : std::random_device{}();
  testing::Test::RecordProperty("seed", std::to_string(seed));
  printf("PCAI_TEST_SEED=%llu\n", static_cast<unsigned long long>(seed));
  return seed;
}

TEST(PlannerSimulationTest, EveryInvariantHoldsInRandomSchedules) {
  const std::uint64_t first = first_seed();
  std::uint64_t steps = 0;
  std::uint64_t preemptions = 0;
  std::uint64_t copies = 0;
  std::uint64_t aborts = 0;
  std::uint64_t adapter_changes = 0;
  std::uint64_t rows = 0;
  for (std::uint64_t seed = first; seed < first + kSchedules; ++seed) {
    const SimulationResult result = simulate(seed);
    ASSERT_EQ(result.violation, "") << "PCAI_TEST_SEED=" << seed;
    steps += result.steps;
    preemptions += result.preemptions;
    copies += result.copies;
    aborts += result.aborts;
    adapter_changes += result.adapter_changes;
    rows += result.rows;
  }
  printf(
      "%llu schedules, %llu steps, %llu preemptions, %llu prefixes shared, %llu aborts, "
      "%llu changes of adapters, %llu rows\n",
      static_cast<unsigned long long>(kSchedules), static_cast<unsigned long long>(steps),
      static_cast<unsigned long long>(preemptions), static_cast<unsigned long long>(copies),
      static_cast<unsigned long long>(aborts), static_cast<unsigned long long>(adapter_changes),
      static_cast<unsigned long long>(rows));
  EXPECT_GT(preemptions, 0U);  // else the schedules are too easy to prove anything
  EXPECT_GT(copies, 0U);
  EXPECT_GT(aborts, 0U);
  EXPECT_GT(adapter_changes, 0U);
  EXPECT_GT(rows, 0U);
}

TEST(PlannerSimulationTest, APictureIsComputedWhenTheOnlyOneThatDecodesHadToGiveWay) {
  EXPECT_EQ(simulate(3288188126).violation, "");
}

/// Plays schedules until the fault is noticed; "" when it never is.
std::string notice(const Fault& fault) {
  for (std::uint64_t seed = 1; seed <= 2'000; ++seed) {
    const SimulationResult result = simulate(seed, fault);
    if (!result.violation.empty()) return result.violation;
  }
  return {};
}

TEST(PlannerSimulationTest, APlannerThatLeavesOutADecodingSequenceIsNoticed) {
  EXPECT_NE(notice([](StepPlan& plan) {
              if (plan.items.size() > 1 && plan.items.front().count == 1) {
                plan.tokens -= 1;
                plan.items.erase(plan.items.begin());
              }
            }),
            "");
}

TEST(PlannerSimulationTest, APlannerThatSkipsATokenIsNoticed) {
  EXPECT_NE(notice([](StepPlan& plan) {
              if (!plan.items.empty() && plan.items.back().count > 1) {
                ++plan.items.back().first;
                --plan.items.back().count;
                --plan.tokens;
              }
            }),
            "");
}

TEST(PlannerSimulationTest, APlannerThatDoublesARequestIsNoticed) {
  EXPECT_NE(notice([](StepPlan& plan) {
              if (plan.items.empty()) return;
              plan.tokens += plan.items.back().count;
              plan.items.push_back(plan.items.back());
            }),
            "");
}

TEST(PlannerSimulationTest, APlannerThatCopiesTooMuchIsNoticed) {
  EXPECT_NE(notice([](StepPlan& plan) {
              for (MemoryOperation& operation : plan.memory) {
                if (operation.kind == MemoryOperation::Kind::Copy) ++operation.length;
              }
            }),
            "");
}

TEST(PlannerSimulationTest, APlannerThatForgetsToFreeCellsIsNoticed) {
  EXPECT_NE(notice([](StepPlan& plan) {
              std::erase_if(plan.memory, [](const MemoryOperation& operation) {
                return operation.kind == MemoryOperation::Kind::Remove;
              });
            }),
            "");
}

TEST(PlannerSimulationTest, APlannerThatWithholdsAnOutputIsNoticed) {
  EXPECT_NE(notice([](StepPlan& plan) {
              for (StepItem& item : plan.items) item.output = false;
            }),
            "");
}

TEST(PlannerSimulationTest, APlannerThatCutsAPictureIsNoticed) {
  EXPECT_NE(notice([](StepPlan& plan) {
              for (StepItem& item : plan.items) {
                if (!item.media || item.count < 2) continue;
                --item.count;
                --plan.tokens;
                item.output = false;
              }
            }),
            "");
}

TEST(PlannerSimulationTest, APlannerThatTakesTokensForPositionsIsNoticed) {
  EXPECT_NE(notice([](StepPlan& plan) {
              for (StepItem& item : plan.items) {
                if (!item.media) item.position = item.first;
              }
            }),
            "");
}

TEST(PlannerSimulationTest, APlannerThatTakesTheWrongAdaptersIsNoticed) {
  EXPECT_NE(notice([](StepPlan& plan) {
              if (!plan.adapters.empty()) plan.adapters = {0, 0.5F};
            }),
            "");
}

TEST(PlannerSimulationTest, APlannerThatKeepsToOneChoiceOfAdaptersIsNoticed) {
  EXPECT_NE(notice([](StepPlan& plan) {
              if (plan.adapters == AdapterScales{1, 0.5F}) plan.items.clear();
            }),
            "");
}

TEST(PlannerSimulationTest, APlannerThatForgetsRowsIsNoticed) {
  EXPECT_NE(notice([](StepPlan& plan) {
              for (StepItem& item : plan.items) {
                if (item.rows == 0) continue;
                --item.rows;
                --plan.rows;
              }
            }),
            "");
}

TEST(PlannerSimulationTest, APlannerThatDoesNothingIsNoticed) {
  EXPECT_NE(notice([](StepPlan& plan) { plan.items.clear(); }), "");
}

}  // namespace
}  // namespace pcai::backend::llamacpp
