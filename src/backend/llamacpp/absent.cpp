#include "backend/llamacpp/register.h"

namespace pcai::backend::llamacpp {

void register_llamacpp(BackendRegistry& registry) {
  registry.add(
      {.name = "llamacpp", .built = false, .why_not = "left out (PCAI_WITH_LLAMACPP=OFF)"});
}

}  // namespace pcai::backend::llamacpp
