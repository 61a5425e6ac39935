#pragma once

#include <CLI/App.hpp>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/parameters/defaults.h"
#include "core/result.h"

namespace pcai::app {

/// What a person says about how to sample, as texts by the name of the parameter in core's table.
class Sampling {
 public:
  /// Fails with InvalidRequest, which calls the parameter `called`, for a name that the table does
  /// not have, and for what is no value of it; then nothing has changed.
  Status set(std::string_view name, std::vector<std::string> texts, std::string_view called);

  /// The parameters, `defaults` where nothing was said. Fails with InvalidRequest where they do not
  /// go together.
  Result<GenerateParams> params(const ModelDefaults& defaults = {}) const;

  const std::map<std::string, std::vector<std::string>, std::less<>>& given() const {
    return given_;
  }

 private:
  std::map<std::string, std::vector<std::string>, std::less<>> given_;
};

/// The flags of `pcai run` that say how to sample: one for each parameter of core's table that has
/// one.
class SamplingFlags {
 public:
  explicit SamplingFlags(CLI::App& command);

  /// What the command line said. Fails with InvalidRequest when a value is no number of its kind or
  /// out of the range that every backend accepts.
  Result<Sampling> given() const;

  /// Its parameters, the model's defaults where no flag was given.
  Result<GenerateParams> params(const ModelDefaults& defaults = {}) const;

 private:
  std::map<std::string, std::vector<std::string>> values_;  // by flag; nodes stay where they are
};

}  // namespace pcai::app
