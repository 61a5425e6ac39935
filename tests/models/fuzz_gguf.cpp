// Any bytes are a GGUF file whose tensors it holds, or are refused with a reason.
//   fuzz_gguf <folder of seeds> -max_total_time=120 -timeout=1 -rss_limit_mb=512

#include <cstdlib>
#include <string_view>

#include "models/gguf/gguf_reader.h"

extern "C" int LLVMFuzzerTestOneInput(const unsigned char* data, std::size_t size) {
  pcai::models::MemorySource source(std::string_view(reinterpret_cast<const char*>(data), size));
  const auto file = pcai::models::read_gguf(source);
  if (!file) {
    if (file.error().message.empty()) std::abort();
    return 0;
  }
  for (const pcai::models::GgufTensor& tensor : file->tensors) {
    if (file->data_offset + tensor.offset + tensor.size_bytes > size) std::abort();
  }
  return 0;
}
