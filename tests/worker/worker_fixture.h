#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "backend/recording_sink.h"
#include "backend/worker/register.h"
#include "backend/worker/worker_model.h"

namespace pcai::backend::worker {

/// Aborts a load when told to, and shows what it saw.
class RecordingProgress final : public LoadProgress {
 public:
  bool on_progress(float fraction) noexcept override;

  std::function<bool(float)> decide;  // absent: go on
  std::vector<float> fractions;
};

/// Options for tests: nothing is ended for being slow, unless the test sets it.
WorkerOptions patient_options();

/// Options whose worker is a rogue (rogue_worker.h) of that kind.
WorkerOptions rogue_options(const std::string& kind);

ModelSpec fake_spec(const std::string& path = "");

/// Loads a fake model in a worker.
Result<std::unique_ptr<LoadedModel>> load_worker(const WorkerOptions& options,
                                                 const ModelSpec& spec, LoadProgress& progress);

/// The same, which must succeed.
std::unique_ptr<WorkerModel> load_worker(const WorkerOptions& options = patient_options());

GenerateRequest text_request(std::string text);

/// Submits, which must succeed.
std::shared_ptr<backend::RecordingSink> submit(LoadedModel& model, RequestId id, std::string text);

/// Waits for the last event; its error, or "finished" as the message when it went well.
Error end_of(backend::RecordingSink& sink);

/// Waits (without bound; the test's time limit is the bound) until `condition` holds.
void wait_until(const std::function<bool()>& condition);

/// Ids of this process's children, dead ones that nobody has waited for included.
std::vector<int> child_processes();
std::size_t open_descriptors();
std::size_t running_threads();

/// Waits until no process has that id.
void wait_gone(int process_id);

/// A seed that is printed when the test fails; PCAI_TEST_SEED sets it.
std::uint64_t test_seed();

}  // namespace pcai::backend::worker
