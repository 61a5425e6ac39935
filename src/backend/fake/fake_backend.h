#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

#include "backend/fake/fake_script.h"
#include "backend/fake/register.h"
#include "backend/inference_backend.h"
#include "backend/registry.h"

namespace pcai::backend::fake {

/// How a fake backend behaves. The defaults are those of `--backend fake`.
struct FakeOptions {
  std::chrono::milliseconds load_time{0};
  std::optional<Error> load_error = {};  // the error with which loads fail; absent = they succeed
  std::uint32_t failing_loads = UINT32_MAX;  // how many first loads fail, if load_error is set
  FakeScript script = {};                    // for requests without a directive
  std::uint32_t kv_cells =
      0;  // 0 = enough for all; a request holds one per token of prompt and answer
  std::uint32_t max_sequences = 0;   // 0 = as in the model's config
  std::uint32_t context_length = 0;  // 0 = as in the model's config, or 4096
};

/// A scripted backend for tests and demos. Any thread may call any method.
///
/// If the path is empty or ends in ".fake" it needs no file; any other path must exist. The file
/// name may script the load: "load_ms=500.fake" takes 500 ms, "load_fail.fake" fails with
/// InvalidModel, "load_crash.fake" ends the process. fake_script.h says what a model answers.
class FakeBackend final : public InferenceBackend {
 public:
  explicit FakeBackend(FakeOptions options = {});

  const BackendDescriptor& descriptor() const noexcept override { return descriptor_; }
  Result<std::unique_ptr<LoadedModel>> load(const ModelSpec& spec, LoadProgress& progress) override;

 private:
  FakeOptions options_;
  const BackendDescriptor descriptor_ = describe_fake();
  std::atomic<std::uint32_t> loads_{0};
};

/// register_fake with options, for tests.
void register_fake(BackendRegistry& registry, const FakeOptions& options);

}  // namespace pcai::backend::fake
