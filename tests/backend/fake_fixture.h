#pragma once

#include <memory>

#include "backend/fake/fake_backend.h"
#include "backend/recording_sink.h"

namespace pcai::backend {

/// A loaded fake model; null when the options make the load fail. It does not need its backend.
inline std::unique_ptr<LoadedModel> load_fake(fake::FakeOptions options = {},
                                              ModelConfig config = {}) {
  fake::FakeBackend backend(std::move(options));
  NoProgress progress;
  auto model = backend.load({.id = "fake", .config = std::move(config)}, progress);
  return model ? std::move(*model) : nullptr;
}

}  // namespace pcai::backend
