#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <utility>

#include "core/model.h"
#include "core/models/model_facts.h"
#include "core/mutex.h"

namespace pcai::app {

/// What the headers of models' files say. Each is read once, until the file changes. Any thread may
/// call any method; the first call for a file takes as long as reading its header.
class ModelHeaders {
 public:
  /// All facts but the digest and the parent. Empty for a model without files.
  ModelFacts facts(const ModelConfig& config);

 private:
  using Key = std::pair<std::filesystem::path, std::filesystem::path>;  // model, projector
  struct Known {
    std::uint64_t size = 0;
    std::filesystem::file_time_type changed = {};
    ModelFacts facts = {};
  };

  Mutex mutex_;
  std::map<Key, Known> known_ GUARDED_BY(mutex_);
};

}  // namespace pcai::app
