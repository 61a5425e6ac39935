#include "backend/load_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace pcai::backend {
namespace {

using testing::HasSubstr;
using testing::Not;

const BackendDescriptor kPlain = {.name = "plain", .formats = {"gguf"}};

/// A backend without options, and one that honours them all.
BackendRegistry registry() {
  BackendRegistry registry;
  registry.add({.name = "plain", .descriptor = kPlain});
  registry.add(
      {.name = "rich",
       .descriptor = {.name = "rich", .formats = {"gguf"}, .options = LoadOptions::all()}});
  return registry;
}

Status check(const std::function<void(ModelConfig&)>& change, LoadOptions options = {}) {
  ModelConfig config{.model_path = "model.gguf"};
  change(config);
  BackendDescriptor backend = kPlain;
  backend.options = options;
  return check_options(config, backend, registry());
}

TEST(CheckOptionsTest, WhatIsNotSaidIsNotRefused) {
  EXPECT_TRUE(check([](ModelConfig&) {}));
  EXPECT_TRUE(check([](ModelConfig& config) { config.gpu_layers = 0; }));
  EXPECT_TRUE(check([](ModelConfig& config) { config.kernels = KernelUse::Off; }));
}

TEST(CheckOptionsTest, EachOptionThatIsGivenIsHonouredOrRefusedByName) {
  struct Case {
    LoadOption option;
    const char* field;
    std::function<void(ModelConfig&)> give;
  };
  const Case cases[] = {
      {LoadOption::ContextLength, "context_length", [](auto& c) { c.context_length = 4096; }},
      {LoadOption::GpuLayers, "gpu_layers", [](auto& c) { c.gpu_layers = 3; }},
      {LoadOption::GpuDevices, "gpu_devices", [](auto& c) { c.gpu_devices = {0}; }},
      {LoadOption::ChatTemplate, "chat_template", [](auto& c) { c.chat_template = "{{}}"; }},
      {LoadOption::BatchSize, "batch_size", [](auto& c) { c.batch_size = kDefaultBatchSize; }},
      {LoadOption::Threads, "threads", [](auto& c) { c.threads = 2; }},
      {LoadOption::MaxSequences, "max_sequences", [](auto& c) { c.max_sequences = 2; }},
      {LoadOption::Kernels, "kernels", [](auto& c) { c.kernels = KernelUse::On; }},
      {LoadOption::Reproducible, "reproducible", [](auto& c) { c.reproducible = true; }},
      {LoadOption::Projector, "projector", [](auto& c) { c.projector = "eyes.gguf"; }},
      {LoadOption::Adapters, "adapters", [](auto& c) { c.adapters = {{.path = "a.gguf"}}; }},
      {LoadOption::Isq, "isq", [](auto& c) { c.isq = "q4k"; }},
      {LoadOption::OpenObjects, "open_objects", [](auto& c) { c.open_objects = true; }},
  };
  for (const Case& one : cases) {
    const Status refused = check(one.give);
    ASSERT_FALSE(refused) << one.field;
    EXPECT_EQ(refused.error().code, ErrorCode::Unsupported);
    EXPECT_EQ(refused.error().field, one.field);
    EXPECT_TRUE(check(one.give, {one.option})) << one.field;
  }
}

TEST(CheckOptionsTest, ARefusalNamesTheUsersSettingAndTheWayOut) {
  const Status refused = check([](ModelConfig& config) { config.projector = "eyes.gguf"; });
  EXPECT_THAT(refused.error().message,
              HasSubstr("mmproj: the backend 'plain' takes no projector; leave it out, or take "
                        "the backend 'rich'"));
}

TEST(CheckOptionsTest, ABackendThatDoesNotReadTheModelIsNoWayOut) {
  const Status refused = check([](ModelConfig& config) {
    config.model_path = "model.onnx";
    config.isq = "q4k";
  });
  EXPECT_THAT(refused.error().message, HasSubstr("leave it out"));
  EXPECT_THAT(refused.error().message, Not(HasSubstr("rich")));
}

TEST(CheckOptionsTest, AProjectorThatWasFoundAndNotNamedIsLeftOut) {
  EXPECT_TRUE(check([](ModelConfig& config) {
    config.projector = "eyes.gguf";
    config.projector_optional = true;
  }));
}

}  // namespace
}  // namespace pcai::backend
