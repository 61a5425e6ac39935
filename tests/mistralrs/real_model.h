#pragma once

#include <memory>
#include <string>

#include "backend/mistralrs/mistralrs_model.h"
#include "backend/mistralrs/register.h"
#include "backend/registry.h"
#include "contract/test_model.h"

namespace pcai::backend::mistralrs {

/// The backends of a worker of this test program: mistralrs, and "dying", which is mistralrs whose
/// engine panics at the first token of the third request.
BackendRegistry real_backends();

inline ModelSpec real_spec(const std::string& backend = "mistralrs") {
  return {.id = "m", .config = {.model_path = backend::test_model()}, .backend = backend};
}

}  // namespace pcai::backend::mistralrs
