#include "backend/mistralrs/bridge.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "backend/mistralrs/register.h"
#include "models/temporary_folder.h"

namespace pcai::backend::mistralrs {
namespace {

using testing::HasSubstr;

std::string stub(const std::string& name) {
  return std::string(PCAI_STUB_FOLDER) + "/libstub_bridge_" + name + ".so";
}

/// Names a bridge for as long as it lives.
class NamedBridge {
 public:
  explicit NamedBridge(const std::string& path) {
    ::setenv("PCAI_MISTRALRS_BRIDGE", path.c_str(), 1);
  }
  ~NamedBridge() { ::unsetenv("PCAI_MISTRALRS_BRIDGE"); }
};

/// Why the backend cannot be used with that bridge; "" = it can.
std::string why_not(const std::string& path) {
  const NamedBridge named(path);
  BackendRegistry registry;
  register_mistralrs(registry);
  const BackendEntry& entry = registry.entries().at(0);
  EXPECT_TRUE(entry.built);
  EXPECT_EQ(entry.why_not.empty(), static_cast<bool>(entry.create));
  return entry.why_not;
}

TEST(BridgeTest, AMissingOneIsNamedWithTheWayToNameAnother) {
  EXPECT_THAT(why_not("/nowhere/bridge.so"),
              AllOf(HasSubstr("/nowhere/bridge.so"), HasSubstr("PCAI_MISTRALRS_BRIDGE")));
}

TEST(BridgeTest, OneOfAnotherVersionIsRefusedWithBoth) {
  EXPECT_THAT(
      why_not(stub("old")),
      AllOf(HasSubstr("version 0"), HasSubstr("version " + std::to_string(PCAI_MRS_ABI_VERSION))));
}

TEST(BridgeTest, OneThatLacksAFunctionIsRefused) {
  EXPECT_THAT(why_not(stub("incomplete")), HasSubstr("lacks a function"));
}

TEST(BridgeTest, SomeOtherLibraryIsRefused) {
  EXPECT_THAT(why_not(stub("foreign")), HasSubstr("some other library"));
}

TEST(BridgeTest, WhatIsNoLibraryIsRefused) {
  const test::TemporaryFolder folder;
  EXPECT_THAT(why_not(folder.write("bridge.so", "no library")), HasSubstr("cannot be opened"));
}

TEST(BridgeTest, AnUnusableOneSaysSoToWhoAsksForTheBackend) {
  const NamedBridge named("/nowhere/bridge.so");
  BackendRegistry registry;
  register_mistralrs(registry);
  const auto backend = registry.create_backend("mistralrs");
  ASSERT_FALSE(backend.has_value());
  EXPECT_EQ(backend.error().code, ErrorCode::Unsupported);
  EXPECT_THAT(backend.error().message, HasSubstr("/nowhere/bridge.so"));
}

}  // namespace
}  // namespace pcai::backend::mistralrs
