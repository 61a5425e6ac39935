#include <algorithm>

#include "kernels/attention.h"

namespace pcai::kernels {

std::size_t attention_work_bytes(std::size_t rows, std::size_t cell_count, std::size_t key_size,
                                 std::size_t value_size) noexcept {
  constexpr std::size_t kBlock = 32;
  const std::size_t lanes = (rows + 15) / 16 * 16;
  const std::size_t cells = (cell_count + kBlock - 1) / kBlock * kBlock;
  return (lanes * (key_size + value_size + cells) + kBlock * std::max(key_size, value_size)) *
         sizeof(float);
}

}  // namespace pcai::kernels
