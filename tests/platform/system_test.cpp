#include "platform/system.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstdlib>

#include "platform/environment.h"
#include "platform/library.h"
#include "platform/memory.h"
#include "platform/network.h"

namespace pcai::platform {
namespace {

TEST(SystemTest, TheOwnFolderHoldsThisProgram) {
  EXPECT_TRUE(std::filesystem::exists(own_folder() / "platform_test"));
}

TEST(EnvironmentTest, VariablesAreReadAndSetOnce) {
  ::unsetenv("PCAI_TEST_VARIABLE");
  EXPECT_EQ(variable("PCAI_TEST_VARIABLE"), std::nullopt);
  EXPECT_EQ(path_variable("PCAI_TEST_VARIABLE"), "");
  set_variable_if_unset("PCAI_TEST_VARIABLE", "/a=b");
  set_variable_if_unset("PCAI_TEST_VARIABLE", "other");
  EXPECT_EQ(variable("PCAI_TEST_VARIABLE"), "/a=b");
  EXPECT_EQ(path_variable("PCAI_TEST_VARIABLE"), "/a=b");
  EXPECT_THAT(variables(), testing::Contains(testing::Pair("PCAI_TEST_VARIABLE", "/a=b")));
  ::unsetenv("PCAI_TEST_VARIABLE");
}

TEST(LibraryTest, FunctionsAreFoundByName) {
  const Library library("libm.so.6");
  ASSERT_TRUE(library.is_open()) << library.why_not();
  auto* const root = library.function<double(double)>("sqrt");
  ASSERT_NE(root, nullptr);
  EXPECT_EQ(root(9), 3);
  EXPECT_EQ(library.function<void()>("no_such_function"), nullptr);
}

TEST(LibraryTest, WhatCannotBeOpenedSaysWhy) {
  const Library library("/nowhere/lib.so");
  EXPECT_FALSE(library.is_open());
  EXPECT_THAT(library.why_not(), testing::HasSubstr("/nowhere/lib.so"));
  EXPECT_EQ(library.function<void()>("anything"), nullptr);
}

TEST(MemoryTest, LargePagesBeginAtOne) {
  const LargePages pages = allocate_large_pages(1);
  ASSERT_NE(pages, nullptr);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(pages.get()) % (2 << 20), 0U);
  EXPECT_EQ(give_back(pages.get() + 1, 100), 0U);                    // no whole page
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)  // they end the process
  EXPECT_EQ(allocate_large_pages(std::size_t{1} << 62), nullptr);
#endif
}

TEST(NetworkTest, APortIsFreeOnlyOnThisMachine) {
  EXPECT_TRUE(is_port_free("127.0.0.1", 0));
  EXPECT_FALSE(is_port_free("192.0.2.1", 0));
}

}  // namespace
}  // namespace pcai::platform
