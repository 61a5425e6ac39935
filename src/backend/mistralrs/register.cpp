#include "backend/mistralrs/register.h"

#include <nlohmann/json.hpp>

#include "backend/mistralrs/bridge.h"
#include "backend/mistralrs/mistralrs_model.h"

namespace pcai {
namespace {

constexpr const char* kName = "mistralrs";
const std::vector<std::string> kFormats = {"gguf", "safetensors", "uqff"};
const std::vector<std::string> kMissing = {
    "dry_multiplier",        "dry_base", "dry_allowed_length", "dry_penalty_last_n",
    "dry_sequence_breakers", "mirostat", "mirostat_tau",       "mirostat_eta"};

BackendDescriptor describe(const Bridge& bridge) {
  BridgeAnswer answer(bridge);
  bridge.version(answer.out());
  const auto version = nlohmann::json::parse(answer.text(), nullptr, false);
  const bool known = version.is_object();
  return {.name = kName,
          .version = known ? version.value("mistralrs", "") : "",
          .formats = kFormats,
          .capabilities = {.supports_gpu = known && version.value("gpu", false),
                           .supports_streaming = true,
                           .supports_tool_calls = true,
                           .supports_vision = true,
                           .supports_seed = true,
                           .supports_logprobs = true,
                           .supports_grammars = true,
                           .supports_reasoning_budget = true,
                           .missing_parameters = kMissing}};
}

/// mistral.rs behind the seam. Any thread may call any method.
class MistralrsBackend final : public InferenceBackend {
 public:
  explicit MistralrsBackend(const Bridge& bridge)
      : bridge_(bridge), descriptor_(describe(bridge_)) {}

  const BackendDescriptor& descriptor() const noexcept override { return descriptor_; }

  Result<std::unique_ptr<LoadedModel>> load(const ModelSpec& spec,
                                            LoadProgress& progress) override {
    return MistralrsModel::load(bridge_, descriptor_, spec, progress);
  }

 private:
  const Bridge bridge_;
  const BackendDescriptor descriptor_;
};

}  // namespace

void register_mistralrs(BackendRegistry& registry) {
  const auto path = find_bridge();
  const auto bridge = path ? open_bridge(*path) : fail(path.error());
  if (!bridge) {
    registry.add({.name = kName,
                  .built = true,
                  .why_not = bridge.error().message,
                  .descriptor = {.name = kName, .formats = kFormats}});
    return;
  }
  registry.add({.name = kName,
                .built = true,
                .descriptor = describe(*bridge),
                .create = [bridge = *bridge]() -> Result<std::unique_ptr<InferenceBackend>> {
                  return std::make_unique<MistralrsBackend>(bridge);
                }});
}

}  // namespace pcai
