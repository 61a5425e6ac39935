#include "worker/worker_main.h"

#include <gmock/gmock.h>

#include "backend/fake/fake_backend.h"
#include "backend/llamacpp/register.h"
#include "contract/contract_subject.h"
#include "contract/test_model.h"

namespace pcai::backend {
namespace {

/// What the worker processes know of; the other subjects' backends with their settings.
BackendRegistry real_backends() {
  fake::FakeOptions options;
  options.script.delay = std::chrono::milliseconds(1);
  BackendRegistry registry;
  fake::register_fake(registry, options);
  llamacpp::register_llamacpp(registry);
  return registry;
}

ContractSubject worker_subject() {
  ContractSubject subject =
      subject_of(worker::isolate(real_backends(), {}), "fake", "Worker",
                 {.id = "fake-model", .config = {.context_length = 32'768}, .backend = "fake"});
  subject.effort = 50;
  return subject;
}

/// As `pcai serve` runs by default.
ContractSubject llamacpp_worker_subject() {
  ContractSubject subject =
      subject_of(worker::isolate(real_backends(), {}), "llamacpp", "LlamaCppWorker",
                 {.id = "test-model",
                  .config = {.model_path = test_model(), .threads = 1},
                  .backend = "llamacpp"});
  std::error_code error;
  if (!std::filesystem::exists(test_model(), error)) {
    subject.skip = "no model at " + test_model().string() + "; set PCAI_TEST_MODEL";
  }
  subject.effort = 2;
  return subject;
}

[[maybe_unused]] const bool kLlamaCppRegistered = register_subject(llamacpp_worker_subject());
[[maybe_unused]] const bool kRegistered = register_subject(worker_subject());

}  // namespace
}  // namespace pcai::backend

// This program is its own worker.
int main(int argc, char** argv) {
  int exit_code = 0;
  if (pcai::backend::worker::run_as_worker(argc, argv, pcai::backend::real_backends(), &exit_code))
    return exit_code;
  testing::InitGoogleMock(&argc, argv);
  return RUN_ALL_TESTS();
}
