#include "contract/contract_subject.h"

#include <ostream>
#include <utility>

namespace pcai::backend {
namespace {

// A function's static, because subjects register before main().
std::vector<ContractSubject>& registered() {
  static std::vector<ContractSubject> subjects;
  return subjects;
}

}  // namespace

void PrintTo(const ContractSubject& subject, std::ostream* out) {
  *out << subject.name;
}

bool register_subject(ContractSubject subject) {
  if (!subject.create_backend) return false;
  registered().push_back(std::move(subject));
  return true;
}

ContractSubject subject_of(const BackendRegistry& registry, const std::string& backend,
                           std::string name, ModelSpec spec) {
  ContractSubject subject{.name = std::move(name), .create_backend = {}, .spec = std::move(spec)};
  const Result<const BackendEntry*> entry = registry.find(backend);
  if (entry) subject.create_backend = (*entry)->create;
  return subject;
}

const std::vector<ContractSubject>& contract_subjects() {
  return registered();
}

}  // namespace pcai::backend
