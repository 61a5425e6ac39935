#include "backend/fake/fake_backend.h"

#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <string_view>
#include <thread>

#include "backend/fake/fake_model.h"
#include "backend/fake/register.h"
#include "platform/path_text.h"

namespace pcai::backend::fake {
namespace {

constexpr std::uint32_t kDefaultContextLength = 4096;
constexpr std::uint32_t kProgressSteps = 20;
constexpr std::chrono::milliseconds kLongestLoad{600'000};

struct LoadScript {
  std::chrono::milliseconds time{0};
  std::optional<Error> error;
};

Result<LoadScript> read_load_script(const std::filesystem::path& path, LoadScript script) {
  std::error_code error;
  if (path.empty()) return script;
  if (path.extension() != ".fake") {
    if (std::filesystem::exists(path, error)) return script;
    return fail(ErrorCode::InvalidModel,
                "model file '" + platform::path_text(path) + "' does not exist");
  }
  const std::string stem = platform::path_text(path.stem());
  constexpr std::string_view kLoadMs = "load_ms=";
  if (stem == "load_crash") std::abort();
  if (stem == "load_fail") {
    script.error = Error{ErrorCode::InvalidModel,
                         "'" + platform::path_text(path) + "' fails as its name says"};
  } else if (stem.rfind(kLoadMs, 0) == 0) {
    std::uint32_t milliseconds = 0;
    std::from_chars(stem.data() + kLoadMs.size(), stem.data() + stem.size(), milliseconds);
    script.time = std::min(std::chrono::milliseconds(milliseconds), kLongestLoad);
  }
  return script;
}

}  // namespace

FakeBackend::FakeBackend(FakeOptions options) : options_(std::move(options)) {}

Result<std::unique_ptr<LoadedModel>> FakeBackend::load(const ModelSpec& spec,
                                                       LoadProgress& progress) {
  LoadScript defaults{.time = options_.load_time, .error = {}};
  if (loads_++ < options_.failing_loads) defaults.error = options_.load_error;
  Result<LoadScript> script = read_load_script(spec.config.model_path, std::move(defaults));
  if (!script) return fail(std::move(script.error()));
  if (spec.config.max_sequences == 0) {
    return fail(ErrorCode::InvalidRequest, "max_sequences must be at least 1", "max_sequences");
  }

  for (std::uint32_t step = 0; step <= kProgressSteps; ++step) {
    if (step > 0 && script->time.count() > 0) {
      std::this_thread::sleep_for(script->time / kProgressSteps);
    }
    if (!progress.on_progress(static_cast<float>(step) / kProgressSteps)) {
      return fail(ErrorCode::Cancelled, "loading '" + spec.id + "' was cancelled");
    }
  }
  if (script->error) return fail(std::move(*script->error));

  ModelInfo info{.id = spec.id, .backend = descriptor_.name, .architecture = "fake"};
  info.context_length = options_.context_length != 0
                            ? options_.context_length
                            : spec.config.context_length.value_or(kDefaultContextLength);
  info.train_context_length = info.context_length;
  info.fills_gaps = true;
  info.sees = true;
  info.hears = true;
  info.vocabulary_size = kFakeVocabularySize;
  info.max_sequences =
      options_.max_sequences != 0 ? options_.max_sequences : spec.config.max_sequences;
  const std::uint64_t enough = std::uint64_t{info.context_length} * info.max_sequences;
  const auto kv_cells =
      options_.kv_cells != 0
          ? options_.kv_cells
          : static_cast<std::uint32_t>(std::min<std::uint64_t>(enough, UINT32_MAX));
  info.context_length = std::min(info.context_length, kv_cells);
  return std::make_unique<FakeModel>(std::move(info), kv_cells, options_.script);
}

void register_fake(BackendRegistry& registry, const FakeOptions& options) {
  const BackendDescriptor descriptor = describe_fake();
  registry.add({.name = descriptor.name,
                .built = true,
                .descriptor = descriptor,
                .create = [options]() -> Result<std::unique_ptr<InferenceBackend>> {
                  return std::make_unique<FakeBackend>(options);
                }});
}

void register_fake(BackendRegistry& registry) {
  register_fake(registry, FakeOptions{});
}

}  // namespace pcai::backend::fake
