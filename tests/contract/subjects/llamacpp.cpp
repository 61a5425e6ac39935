#include "backend/llamacpp/register.h"
#include "contract/contract_subject.h"
#include "contract/test_model.h"

namespace pcai::backend {
namespace {

ContractSubject llamacpp_subject() {
  BackendRegistry registry;
  llamacpp::register_llamacpp(registry);
  ContractSubject subject = subject_of(registry, "llamacpp", "LlamaCpp",
                                       {.id = "test-model",
                                        .config = {.model_path = test_model(), .threads = 1},
                                        .backend = "llamacpp"});
  std::error_code error;
  if (!std::filesystem::exists(test_model(), error)) {
    subject.skip = "no model at " + test_model().string() + "; set PCAI_TEST_MODEL";
  }
  subject.effort = 3;
  return subject;
}

[[maybe_unused]] const bool kRegistered = register_subject(llamacpp_subject());

}  // namespace
}  // namespace pcai::backend
