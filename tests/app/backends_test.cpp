#include "app/backends.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>

#include "backend/load_options.h"
#include "backend/register_backends.h"

namespace pcai::app {
namespace {

using testing::HasSubstr;

const backend::BackendDescriptor& known(const std::string& name) {
  for (const backend::BackendDescriptor& backend : backend::known_backends()) {
    if (backend.name == name) return backend;
  }
  throw std::invalid_argument(name);
}

std::string refused(const std::string& backend, const ModelConfig& config) {
  const Status status = backend::check_options(config, known(backend), all_backends());
  return status ? "" : status.error().message;
}

TEST(BackendsTest, EveryKnownBackendIsRegisteredUsableOrNot) {
  const auto& entries = all_backends().entries();
  ASSERT_EQ(entries.size(), backend::known_backends().size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ(entries[i].name, backend::known_backends()[i].name);
    EXPECT_EQ(entries[i].descriptor.name, backend::known_backends()[i].name);
    EXPECT_EQ(entries[i].descriptor.formats, backend::known_backends()[i].formats);
    EXPECT_EQ(entries[i].create == nullptr, !entries[i].why_not.empty());
  }
}

TEST(BackendsTest, MistralrsRefusesWhatItWouldIgnore) {
  EXPECT_THAT(refused("mistralrs", {.model_path = "m.gguf", .projector = "eyes.gguf"}),
              HasSubstr("mmproj: the backend 'mistralrs' takes no projector"));
  EXPECT_THAT(refused("mistralrs", {.model_path = "m.gguf", .batch_size = 64}),
              HasSubstr("batch_size: the backend 'mistralrs'"));
  EXPECT_EQ(refused("mistralrs", {.model_path = "m", .threads = 2, .isq = "q4k"}), "");
}

TEST(BackendsTest, LlamacppRefusesToQuantizeWhileLoading) {
  EXPECT_THAT(refused("llamacpp", {.model_path = "m.gguf", .isq = "q4k"}),
              HasSubstr("or take the backend 'mistralrs'"));
  EXPECT_EQ(refused("llamacpp", {.model_path = "m.gguf", .projector = "eyes.gguf"}), "");
}

}  // namespace
}  // namespace pcai::app
