#include "backend/mistralrs/register.h"

namespace pcai::backend::mistralrs {

void register_mistralrs(BackendRegistry& registry) {
  registry.add({.name = "mistralrs",
                .built = false,
                .why_not = "left out (PCAI_WITH_MISTRALRS=OFF)",
                .descriptor = {.name = "mistralrs", .formats = {"gguf", "safetensors", "uqff"}}});
}

}  // namespace pcai::backend::mistralrs
