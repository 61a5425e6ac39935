#include <gtest/gtest.h>

#include <set>
#include <string>

#include "core/error.h"
#include "core/event.h"
#include "core/model.h"

namespace pcai {
namespace {

TEST(NamesTest, EveryErrorCodeHasItsOwnName) {
  std::set<std::string> names;
  const int count = static_cast<int>(ErrorCode::Internal) + 1;
  for (int code = 0; code < count; ++code) {
    names.emplace(to_string(static_cast<ErrorCode>(code)));
  }
  EXPECT_EQ(names.size(), static_cast<std::size_t>(count));
  EXPECT_EQ(to_string(ErrorCode::ContextOverflow), "context_overflow");
}

TEST(NamesTest, FinishReasonsAreOpenAis) {
  EXPECT_EQ(to_string(FinishReason::Stop), "stop");
  EXPECT_EQ(to_string(FinishReason::Length), "length");
  EXPECT_EQ(to_string(FinishReason::ToolCalls), "tool_calls");
}

TEST(NamesTest, ModelStates) {
  EXPECT_EQ(to_string(ModelState::Unloaded), "unloaded");
  EXPECT_EQ(to_string(ModelState::Loading), "loading");
  EXPECT_EQ(to_string(ModelState::Ready), "ready");
  EXPECT_EQ(to_string(ModelState::Failed), "failed");
}

TEST(EventTest, OnlyFinishedAndFailedAreLast) {
  EXPECT_TRUE(is_last(Finished{}));
  EXPECT_TRUE(is_last(Failed{}));
  EXPECT_FALSE(is_last(Accepted{}));
  EXPECT_FALSE(is_last(TextDelta{"x"}));
  EXPECT_FALSE(is_last(ReasoningDelta{"x"}));
  EXPECT_FALSE(is_last(ToolCallDelta{}));
}

}  // namespace
}  // namespace pcai
