#include "backend/registry.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "backend/fake/fake_backend.h"
#include "backend/fake/register.h"

namespace pcai::backend {
namespace {

using testing::HasSubstr;

BackendEntry missing(const char* name) {
  return {.name = name, .built = false, .why_not = "left out for a test"};
}

TEST(BackendRegistryTest, AutoTakesTheFirstUsableBackend) {
  BackendRegistry registry;
  registry.add(missing("absent"));
  fake::register_fake(registry);
  for (const char* preferred : {"auto", ""}) {
    const auto backend = registry.create_backend(preferred);
    ASSERT_TRUE(backend.has_value());
    EXPECT_EQ((*backend)->descriptor().name, "fake");
  }
}

TEST(BackendRegistryTest, ABackendThatIsNotUsableSaysWhy) {
  BackendRegistry registry;
  registry.add(missing("absent"));
  const auto backend = registry.create_backend("absent");
  ASSERT_FALSE(backend.has_value());
  EXPECT_EQ(backend.error().code, ErrorCode::Unsupported);
  EXPECT_THAT(backend.error().message, HasSubstr("left out for a test"));
}

TEST(BackendRegistryTest, AnUnknownNameListsTheKnownOnes) {
  BackendRegistry registry;
  registry.add(missing("absent"));
  fake::register_fake(registry);
  const auto backend = registry.create_backend("vllm");
  ASSERT_FALSE(backend.has_value());
  EXPECT_EQ(backend.error().code, ErrorCode::InvalidRequest);
  EXPECT_EQ(backend.error().field, "backend");
  EXPECT_THAT(backend.error().message, HasSubstr("absent, fake"));
}

TEST(BackendRegistryTest, AutoWithoutAUsableBackendFails) {
  BackendRegistry registry;
  registry.add(missing("absent"));
  const auto backend = registry.create_backend("auto");
  ASSERT_FALSE(backend.has_value());
  EXPECT_EQ(backend.error().code, ErrorCode::Unsupported);
}

TEST(BackendRegistryTest, AnErrorOfCreationIsPassedOn) {
  BackendRegistry registry;
  registry.add({.name = "broken",
                .built = true,
                .create = []() -> Result<std::unique_ptr<InferenceBackend>> {
                  return fail(ErrorCode::Internal, "no driver");
                }});
  const auto backend = registry.create_backend("broken");
  ASSERT_FALSE(backend.has_value());
  EXPECT_EQ(backend.error().message, "no driver");
}

TEST(BackendRegistryTest, TheFakeEntryMatchesItsBackend) {
  BackendRegistry registry;
  fake::register_fake(registry);
  const BackendEntry& entry = registry.entries().at(0);
  EXPECT_TRUE(entry.built);
  EXPECT_EQ(entry.descriptor.name, entry.name);
  const auto backend = entry.create();
  ASSERT_TRUE(backend.has_value());
  EXPECT_EQ((*backend)->descriptor().formats, entry.descriptor.formats);
}

}  // namespace
}  // namespace pcai::backend
