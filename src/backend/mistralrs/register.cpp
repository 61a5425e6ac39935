#include "backend/mistralrs/register.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "backend/mistralrs/bridge.h"
#include "backend/mistralrs/mistralrs_model.h"

namespace pcai::backend::mistralrs {
namespace {

/// With what the bridge says of itself.
BackendDescriptor describe(const Bridge& bridge) {
  BackendDescriptor descriptor = describe_mistralrs();
  BridgeAnswer answer(bridge);
  bridge.version(answer.out());
  const auto version = nlohmann::json::parse(answer.text(), nullptr, false);
  if (!version.is_object()) return descriptor;
  descriptor.version = version.value("mistralrs", "");
  descriptor.capabilities.supports_gpu = version.value("gpu", false);
  return descriptor;
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
  const BackendDescriptor descriptor = bridge ? describe(*bridge) : describe_mistralrs();
  BackendEntry entry = {.name = descriptor.name, .built = true, .descriptor = descriptor};
  if (bridge) {
    entry.create = [bridge = *bridge]() -> Result<std::unique_ptr<InferenceBackend>> {
      return std::make_unique<MistralrsBackend>(bridge);
    };
  } else {
    entry.why_not = bridge.error().message;
  }
  registry.add(std::move(entry));
}

}  // namespace pcai::backend::mistralrs
