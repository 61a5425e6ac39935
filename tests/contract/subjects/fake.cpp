#include "backend/fake/fake_backend.h"
#include "contract/contract_subject.h"

namespace pcai::backend {
namespace {

ContractSubject fake_subject() {
  // Slow enough that an endless request is still running when a test cancels it.
  fake::FakeOptions options;
  options.script.delay = std::chrono::milliseconds(1);
  BackendRegistry registry;
  fake::register_fake(registry, options);
  ContractSubject subject =
      subject_of(registry, "fake", "Fake",
                 {.id = "fake-model", .config = {.context_length = 32'768}, .backend = "fake"});
  subject.effort = 100;
  return subject;
}

[[maybe_unused]] const bool kRegistered = register_subject(fake_subject());

}  // namespace
}  // namespace pcai::backend
