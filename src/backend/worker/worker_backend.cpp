#include <utility>

#include "backend/worker/register.h"
#include "backend/worker/worker_model.h"

namespace pcai::backend::worker {
namespace {

/// Loads each model of a real backend in a process of its own.
class WorkerBackend final : public InferenceBackend {
 public:
  WorkerBackend(BackendDescriptor descriptor, WorkerOptions options)
      : descriptor_(std::move(descriptor)), options_(std::move(options)) {}

  const BackendDescriptor& descriptor() const noexcept override { return descriptor_; }

  Result<std::unique_ptr<LoadedModel>> load(const ModelSpec& spec,
                                            LoadProgress& progress) override {
    std::vector<std::string> command = options_.command;
    command.insert(command.end(), {"--backend", descriptor_.name, "--fd"});  // its number follows
    return WorkerModel::load(std::move(command), spec, progress, options_);
  }

 private:
  const BackendDescriptor descriptor_;
  const WorkerOptions options_;
};

}  // namespace

BackendRegistry isolate(const BackendRegistry& registry, const WorkerOptions& options) {
  BackendRegistry isolated;
  for (BackendEntry entry : registry.entries()) {
    if (entry.create) {
      BackendDescriptor descriptor = entry.descriptor;
      descriptor.name = entry.name;  // what the worker looks for in its registry
      entry.create = [descriptor, options]() -> Result<std::unique_ptr<InferenceBackend>> {
        return std::make_unique<WorkerBackend>(descriptor, options);
      };
    }
    isolated.add(std::move(entry));
  }
  return isolated;
}

}  // namespace pcai::backend::worker
