#pragma once

#include <CLI/App.hpp>
#include <map>
#include <string>
#include <vector>

#include "core/parameters/defaults.h"
#include "core/result.h"

namespace pcai::app {

/// The flags of `pcai run` that say how to sample: one for each parameter of core's table that has
/// one.
class SamplingFlags {
 public:
  explicit SamplingFlags(CLI::App& command);

  /// The parameters, the model's defaults where no flag was given. Fails with InvalidRequest
  /// when a value is no number of its kind or out of the range that every backend accepts.
  Result<GenerateParams> params(const ModelDefaults& defaults = {}) const;

 private:
  std::map<std::string, std::vector<std::string>> values_;  // by flag; nodes stay where they are
};

}  // namespace pcai::app
