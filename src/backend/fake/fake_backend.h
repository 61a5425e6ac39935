#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <optional>

#include "backend/fake/fake_script.h"
#include "backend/fake/register.h"
#include "backend/inference_backend.h"
#include "backend/registry.h"

namespace pcai {

/// How a fake backend behaves; the defaults are those of `--backend fake`.
struct FakeOptions {
  std::chrono::milliseconds load_time{0};
  std::optional<Error> load_error = {};      // what loads fail with
  std::uint32_t failing_loads = UINT32_MAX;  // so many first loads fail, when load_error is set
  FakeScript script = {};                    // for requests that carry no directive
  std::uint32_t kv_cells = 0;  // 0 = enough for all sequences; a prompt and its answer hold theirs
  std::uint32_t max_sequences = 0;   // 0 = as the model's config says
  std::uint32_t context_length = 0;  // 0 = as the model's config says, or 4096
};

/// A scripted backend for tests and demos. Any thread may call any method.
///
/// It needs no model file where the path is empty or ends in ".fake"; any other path must exist.
/// The file name may script the load: "load_ms=500.fake" takes its time, "load_fail.fake" fails
/// with InvalidModel, "load_crash.fake" ends the process. What a model answers: fake_script.h.
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

}  // namespace pcai
