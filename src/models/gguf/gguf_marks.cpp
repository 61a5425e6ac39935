#include "models/gguf/gguf_marks.h"

#include <cstdint>
#include <cstring>

#include "models/gguf/damaged.h"

namespace pcai::models {
namespace {

constexpr std::size_t kTensorCountAt = 8;

}  // namespace

Result<std::string> header_without_marks(ByteSource& source, const GgufFile& file) {
  std::string whole(static_cast<std::size_t>(file.header_bytes), '\0');
  if (source.read_at(0, whole.data(), whole.size()) != whole.size()) {
    return damaged("its header cannot be read again");
  }
  std::string header = file.tensors.empty() ? whole : whole.substr(0, file.tensors.front().entry);
  std::uint64_t count = 0;
  for (std::size_t i = 0; i < file.tensors.size(); ++i) {
    const GgufTensor& tensor = file.tensors[i];
    if (tensor.elements == 0) continue;
    const bool is_last = i + 1 == file.tensors.size();
    const std::uint64_t end = is_last ? file.header_bytes : file.tensors[i + 1].entry;
    header.append(whole, tensor.entry, end - tensor.entry);
    ++count;
  }
  std::memcpy(header.data() + kTensorCountAt, &count, sizeof count);
  header.resize((header.size() + file.alignment - 1) / file.alignment * file.alignment);
  return header;
}

}  // namespace pcai::models
