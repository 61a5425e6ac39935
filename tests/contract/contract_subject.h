#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

#include "backend/inference_backend.h"
#include "backend/registry.h"

namespace pcai::backend {

/// A backend that BackendContractTest runs against, and a model for it. To add one, write a file in
/// tests/contract/subjects/ that defines a `const bool` from register_subject; name it after the
/// room.
struct ContractSubject {
  std::string name;                                                           // letters and digits
  std::function<Result<std::unique_ptr<InferenceBackend>>()> create_backend;  // null: not usable
  ModelSpec spec;            // with the settings that a test does not need to change
  std::string skip = {};     // why it cannot run here; empty = it can
  std::uint32_t effort = 8;  // requests a thread in the random tests; fewer where they are slow
};

/// For failure messages.
void PrintTo(const ContractSubject& subject, std::ostream* out);

/// Adds a subject, unless its backend is not usable. Returns a value so that it can start a
/// constant.
bool register_subject(ContractSubject subject);

/// A subject for a backend of a registry.
ContractSubject subject_of(const BackendRegistry& registry, const std::string& backend,
                           std::string name, ModelSpec spec);

const std::vector<ContractSubject>& contract_subjects();

}  // namespace pcai::backend
