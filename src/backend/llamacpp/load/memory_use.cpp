#include "backend/llamacpp/load/memory_use.h"

#include <llama-ext.h>

namespace pcai::backend::llamacpp {

MemoryUse memory_use(const llama_context& context) {
  MemoryUse use;
  for (const auto& [type, bytes] : llama_get_memory_breakdown(&context)) {
    use.weights += bytes.model;
    use.context += bytes.context;
    use.compute += bytes.compute;
  }
  return use;
}

}  // namespace pcai::backend::llamacpp
