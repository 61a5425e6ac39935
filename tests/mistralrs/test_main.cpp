#include <gmock/gmock.h>

#include "mistralrs/real_model.h"
#include "worker/worker_main.h"

namespace pcai::backend::mistralrs {
namespace {

/// Passes all on, and lets the engine die with the third request.
class DyingModel final : public LoadedModel {
 public:
  explicit DyingModel(std::unique_ptr<LoadedModel> model) : model_(std::move(model)) {}

  const ModelInfo& info() const noexcept override { return model_->info(); }
  void cancel(RequestId id) noexcept override { model_->cancel(id); }
  ModelStats stats() const noexcept override { return model_->stats(); }
  bool alive() const noexcept override { return model_->alive(); }

  Status submit(RequestId id, GenerateRequest request, std::shared_ptr<EventSink> sink) override {
    constexpr int kFatalRequest = 3;
    if (++requests_ == kFatalRequest) static_cast<MistralrsModel&>(*model_).panic_for_test();
    return model_->submit(id, std::move(request), std::move(sink));
  }

 private:
  std::unique_ptr<LoadedModel> model_;
  std::atomic<int> requests_{0};
};

class DyingBackend final : public InferenceBackend {
 public:
  explicit DyingBackend(std::unique_ptr<InferenceBackend> backend) : backend_(std::move(backend)) {}

  const BackendDescriptor& descriptor() const noexcept override { return backend_->descriptor(); }

  Result<std::unique_ptr<LoadedModel>> load(const ModelSpec& spec,
                                            LoadProgress& progress) override {
    auto model = backend_->load(spec, progress);
    if (!model) return model;
    return std::make_unique<DyingModel>(std::move(*model));
  }

 private:
  std::unique_ptr<InferenceBackend> backend_;
};

}  // namespace

BackendRegistry real_backends() {
  BackendRegistry registry;
  register_mistralrs(registry);
  const BackendEntry real = registry.entries().at(0);
  if (!real.create) return registry;
  BackendEntry dying = real;
  dying.name = "dying";
  dying.create = [real]() -> Result<std::unique_ptr<InferenceBackend>> {
    auto backend = real.create();
    if (!backend) return backend;
    return std::make_unique<DyingBackend>(std::move(*backend));
  };
  registry.add(std::move(dying));
  return registry;
}

}  // namespace pcai::backend::mistralrs

// This program is its own worker.
int main(int argc, char** argv) {
  int exit_code = 0;
  if (pcai::backend::worker::run_as_worker(argc, argv, pcai::backend::mistralrs::real_backends(),
                                           &exit_code))
    return exit_code;
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
