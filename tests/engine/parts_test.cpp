#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <fstream>
#include <future>

#include "backend/fake/register.h"
#include "engine/engine_state.h"
#include "engine/manual_backend.h"
#include "engine/models/backends.h"
#include "engine/models/model_table.h"
#include "engine/requests/deadline_timer.h"

namespace pcai::engine {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

TEST(DeadlineTimerTest, PassedDeadlinesExpireInOrder) {
  std::vector<RequestId> expired;
  std::promise<void> all;
  DeadlineTimer timer([&](RequestId id) {
    expired.push_back(id);
    if (expired.size() == 3) all.set_value();
  });
  const auto now = DeadlineTimer::Clock::now();
  timer.add(now + std::chrono::milliseconds(3), 3);
  timer.add(now + std::chrono::milliseconds(1), 1);
  timer.add(now + std::chrono::milliseconds(2), 2);
  all.get_future().wait();
  // The first may have come before the others were added.
  EXPECT_THAT(expired, testing::UnorderedElementsAre(1, 2, 3));
}

TEST(DeadlineTimerTest, ANearDeadlineOvertakesAFarOne) {
  std::promise<RequestId> first;
  DeadlineTimer timer([&](RequestId id) { first.set_value(id); });
  const auto now = DeadlineTimer::Clock::now();
  timer.add(now + std::chrono::hours(1), 1);
  timer.add(now, 2);
  EXPECT_EQ(first.get_future().get(), 2U);
}

TEST(DeadlineTimerTest, ARemovedDeadlineNeverExpires) {
  std::vector<RequestId> expired;
  std::promise<void> done;
  {
    DeadlineTimer timer([&](RequestId id) {
      expired.push_back(id);
      if (id == 9) done.set_value();
    });
    const auto soon = DeadlineTimer::Clock::now() + std::chrono::milliseconds(20);
    timer.add(soon, 1);
    timer.remove(soon, 1);
    timer.remove(soon, 42);
    timer.add(soon + std::chrono::milliseconds(1), 9);
    done.get_future().wait();
  }
  EXPECT_THAT(expired, ElementsAre(9));
}

TEST(DeadlineTimerTest, TheEndForgetsWhatHasNotExpired) {
  std::atomic<int> expired{0};
  {
    DeadlineTimer timer([&](RequestId) { ++expired; });
    timer.add(DeadlineTimer::Clock::now() + std::chrono::hours(1), 1);
  }
  EXPECT_EQ(expired, 0);
}

class ChooseBackendTest : public testing::Test {
 protected:
  ChooseBackendTest() {
    backend::fake::register_fake(registry_);
    registry_.add({.name = "absent", .why_not = "left out", .descriptor = {.formats = {"gguf"}}});
    add_usable("general", {"onnx"});
    add_usable("special", {"gguf", "safetensors"});
  }

  void add_usable(const char* name, std::vector<std::string> formats) {
    registry_.add({.name = name,
                   .built = true,
                   .descriptor = {.name = name, .formats = std::move(formats)},
                   .create = []() -> Result<std::unique_ptr<backend::InferenceBackend>> {
                     return fail(ErrorCode::Internal, "not for use");
                   }});
  }

  std::string choice(const std::filesystem::path& path, const std::string& backend = "auto") {
    const auto name =
        choose_backend(registry_, {.id = "m", .config = {.model_path = path}, .backend = backend});
    return name ? *name : std::string(to_string(name.error().code));
  }

  backend::BackendRegistry registry_;
};

TEST_F(ChooseBackendTest, AFileGoesToTheFirstUsableBackendThatReadsItsFormat) {
  EXPECT_EQ(choice("model.gguf"), "special");
  EXPECT_EQ(choice("model.onnx"), "general");
  EXPECT_EQ(choice("/"), "special") << "a folder holds safetensors";
}

TEST_F(ChooseBackendTest, AnUnknownFormatGoesToTheFirstUsableBackend) {
  EXPECT_EQ(choice("model.bin"), "general");
  EXPECT_EQ(choice("sha256-0123"), "general");
  EXPECT_EQ(choice("", ""), "general");
}

TEST_F(ChooseBackendTest, TheFakeIsTakenOnlyWhenAskedFor) {
  EXPECT_EQ(choice("model.fake"), "fake");
  EXPECT_EQ(choice("model.gguf", "fake"), "fake");
  backend::BackendRegistry only_fake;
  backend::fake::register_fake(only_fake);
  const auto name = choose_backend(only_fake, {.id = "m", .config = {.model_path = "m.gguf"}});
  ASSERT_FALSE(name.has_value());
  EXPECT_EQ(name.error().code, ErrorCode::Unsupported);
}

TEST_F(ChooseBackendTest, ANamedBackendIsTakenAtItsWord) {
  EXPECT_EQ(choice("model.gguf", "special"), "special");
  EXPECT_EQ(choice("model.bin", "special"), "special") << "an ending that nobody knows";
  EXPECT_EQ(choice("model.gguf", "absent"), "absent");
  EXPECT_EQ(choice("model.gguf", "unheard of"), "unheard of");
}

TEST_F(ChooseBackendTest, AFormatThatTheNamedBackendDoesNotReadIsRefusedWithTheOneThatDoes) {
  const auto name = choose_backend(
      registry_, {.id = "m", .config = {.model_path = "m.onnx"}, .backend = "special"});
  ASSERT_FALSE(name.has_value());
  EXPECT_EQ(name.error().code, ErrorCode::InvalidModel);
  EXPECT_NE(name.error().message.find("'general' does"), std::string::npos) << name.error().message;
}

TEST_F(ChooseBackendTest, AFormatThatOnlyAnUnusableBackendReadsIsRefusedWithTheReason) {
  registry_.add(
      {.name = "lost", .why_not = "its library is gone", .descriptor = {.formats = {"uqff"}}});
  const auto name = choose_backend(registry_, {.id = "m", .config = {.model_path = "m.uqff"}});
  ASSERT_FALSE(name.has_value());
  EXPECT_EQ(name.error().code, ErrorCode::Unsupported);
  EXPECT_NE(name.error().message.find("its library is gone"), std::string::npos)
      << name.error().message;
}

TEST(BackendsTest, EachBackendIsCreatedOnce) {
  const auto control = std::make_shared<ManualControl>();
  auto registry = std::make_shared<backend::BackendRegistry>();
  register_manual(*registry, control);
  Backends backends(registry);
  const auto first = backends.get({.id = "a", .backend = "manual"});
  const auto second = backends.get({.id = "b", .backend = "auto"});
  ASSERT_TRUE(first.has_value());
  ASSERT_TRUE(second.has_value());
  EXPECT_EQ(*first, *second);
  EXPECT_EQ(control->counts().backends, 1);
}

TEST(BackendsTest, AnOptionThatTheBackendDoesNotHonourIsRefusedBeforeItIsCreated) {
  const auto control = std::make_shared<ManualControl>();
  auto registry = std::make_shared<backend::BackendRegistry>();
  register_manual(*registry, control);
  Backends backends(registry);
  const auto backend = backends.get({.id = "a", .config = {.isq = "q4k"}, .backend = "manual"});
  ASSERT_FALSE(backend.has_value());
  EXPECT_EQ(backend.error().code, ErrorCode::Unsupported);
  EXPECT_EQ(backend.error().field, "isq");
  EXPECT_EQ(control->counts().backends, 0);
}

TEST(BackendsTest, AnErrorOfCreationIsPassedOnAndTriedAgain) {
  int tries = 0;
  auto registry = std::make_shared<backend::BackendRegistry>();
  registry->add({.name = "broken",
                 .built = true,
                 .create = [&tries]() -> Result<std::unique_ptr<backend::InferenceBackend>> {
                   return fail(ErrorCode::Internal, "try " + std::to_string(++tries));
                 }});
  Backends backends(registry);
  EXPECT_EQ(backends.get({.id = "a", .backend = "broken"}).error().message, "try 1");
  EXPECT_EQ(backends.get({.id = "a", .backend = "broken"}).error().message, "try 2");
}

class ModelTableTest : public testing::Test {
 protected:
  EngineState state_{{}, {}};
  ModelTable& table_ = state_.models;
};

TEST_F(ModelTableTest, TheFirstModelIsTheDefault) {
  const EngineLock lock(state_);
  EXPECT_EQ(table_.find("").error().code, ErrorCode::ModelNotFound);
  ASSERT_TRUE(table_.add({.id = "a"}, {}).has_value());
  ASSERT_TRUE(table_.add({.id = "b"}, {}).has_value());
  EXPECT_EQ((*table_.find(""))->spec.id, "a");
  EXPECT_EQ((*table_.find("b"))->spec.id, "b");
}

TEST_F(ModelTableTest, AnotherModelCanBeTheDefaultUntilItIsRemoved) {
  const EngineLock lock(state_);
  ASSERT_TRUE(table_.add({.id = "a"}, {}).has_value());
  ASSERT_TRUE(table_.add({.id = "b"}, {}).has_value());
  EXPECT_EQ(table_.set_default("c").error().code, ErrorCode::ModelNotFound);
  ASSERT_TRUE(table_.set_default("b").has_value());
  EXPECT_EQ((*table_.find(""))->spec.id, "b");
  (*table_.find("b"))->removed = true;
  EXPECT_EQ((*table_.find(""))->spec.id, "a");
}

TEST_F(ModelTableTest, AnUnknownIdNamesTheKnownOnes) {
  const EngineLock lock(state_);
  ASSERT_TRUE(table_.add({.id = "a"}, {}).has_value());
  ASSERT_TRUE(table_.add({.id = "b"}, {}).has_value());
  const auto missing = table_.find("c");
  EXPECT_EQ(missing.error().code, ErrorCode::ModelNotFound);
  EXPECT_EQ(missing.error().field, "model");
  EXPECT_THAT(missing.error().message, HasSubstr("'c'; known: a, b"));
}

TEST_F(ModelTableTest, TheBeginningOfOneIdOrAliasIsEnoughToUseAModelButNotToRemoveIt) {
  const EngineLock lock(state_);
  ASSERT_TRUE(table_.add({.id = "SmolLM2-135M.Q4_1"}, {}).has_value());
  ASSERT_TRUE(table_.add({.id = "SmolVLM"}, {}).has_value());
  ASSERT_TRUE(table_.add_alias("gpt-4o-mini", "SmolVLM").has_value());
  EXPECT_EQ((*table_.find("smollm2"))->spec.id, "SmolLM2-135M.Q4_1");
  EXPECT_EQ((*table_.find("gpt-4o"))->spec.id, "SmolVLM");
  EXPECT_THAT(table_.find("smol").error().message,
              HasSubstr("beginning of several models: SmolLM2-135M.Q4_1, SmolVLM"));
  EXPECT_EQ(table_.find_whole("smollm2"), nullptr);
  EXPECT_EQ(table_.find_to_remove("smollm2").error().code, ErrorCode::ModelNotFound);
  EXPECT_TRUE(table_.find_to_remove("gpt-4o-mini").has_value());
  (*table_.find("SmolVLM"))->removed = true;
  EXPECT_EQ((*table_.find("smol"))->spec.id, "SmolLM2-135M.Q4_1");
}

TEST_F(ModelTableTest, AnIdMustBeNewAndNotEmpty) {
  const EngineLock lock(state_);
  ASSERT_TRUE(table_.add({.id = "a"}, {}).has_value());
  EXPECT_EQ(table_.add({.id = "a"}, {}).error().code, ErrorCode::InvalidRequest);
  EXPECT_EQ(table_.add({.id = ""}, {}).error().code, ErrorCode::InvalidRequest);
}

TEST_F(ModelTableTest, AnAliasIsAnotherNameUntilTheModelIsRemoved) {
  const EngineLock lock(state_);
  ASSERT_TRUE(table_.add({.id = "a"}, {}).has_value());
  ASSERT_TRUE(table_.add_alias("gpt-4o", "a").has_value());
  EXPECT_EQ((*table_.find("gpt-4o"))->spec.id, "a");
  EXPECT_EQ(table_.add_alias("x", "none").error().code, ErrorCode::ModelNotFound);
  EXPECT_EQ(table_.add_alias("a", "a").error().code, ErrorCode::InvalidRequest);
  EXPECT_EQ(table_.add_alias("gpt-4o", "a").error().code, ErrorCode::InvalidRequest);
  EXPECT_EQ(table_.add({.id = "gpt-4o"}, {}).error().code, ErrorCode::InvalidRequest);
  (*table_.find("a"))->removed = true;
  EXPECT_EQ(table_.find("gpt-4o").error().code, ErrorCode::ModelNotFound);
  EXPECT_TRUE(table_.add({.id = "gpt-4o"}, {}).has_value());
  EXPECT_EQ((*table_.find("gpt-4o"))->spec.id, "gpt-4o");
}

TEST_F(ModelTableTest, CreatedIsTheFilesTimeOfChange) {
  const auto path = std::filesystem::path(testing::TempDir()) / "model_table_test.fake";
  std::ofstream(path) << "x";
  // 2020-01-01 00:00:00 UTC
  const auto time = std::chrono::sys_seconds(std::chrono::seconds(1'577'836'800));
  std::filesystem::last_write_time(path, std::chrono::file_clock::from_sys(time));
  const EngineLock lock(state_);
  ASSERT_TRUE(table_.add({.id = "a", .config = {.model_path = path}}, {}).has_value());
  ASSERT_TRUE(table_.add({.id = "b", .config = {.model_path = "nowhere.fake"}}, {}).has_value());
  EXPECT_EQ((*table_.find("a"))->status().created, 1'577'836'800);
  EXPECT_EQ((*table_.find("b"))->status().created, 0);
  std::filesystem::remove(path);
}

}  // namespace
}  // namespace pcai::engine
