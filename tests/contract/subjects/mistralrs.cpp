#include "backend/mistralrs/register.h"
#include "contract/contract_subject.h"
#include "contract/test_model.h"

namespace pcai::backend {
namespace {

ContractSubject mistralrs_subject() {
  BackendRegistry registry;
  mistralrs::register_mistralrs(registry);
  ContractSubject subject = subject_of(
      registry, "mistralrs", "Mistralrs",
      {.id = "test-model", .config = {.model_path = test_model()}, .backend = "mistralrs"});
  std::error_code error;
  if (!std::filesystem::exists(test_model(), error)) {
    subject.skip = "no model at " + test_model().string() + "; set PCAI_TEST_MODEL";
  }
  subject.effort = 2;
  return subject;
}

[[maybe_unused]] const bool kRegistered = register_subject(mistralrs_subject());

}  // namespace
}  // namespace pcai::backend
