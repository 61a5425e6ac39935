#include "capi/adapter_file.h"

#include <cstring>
#include <fstream>
#include <random>

#include "models/gguf_builder.h"

namespace pcai_test {

void write_adapter(const std::string& file) {
  constexpr std::uint64_t kWidth = 576;
  constexpr std::uint64_t kRank = 4;
  using pcai::test::GgufBuilder;
  GgufBuilder builder;
  builder.text("general.architecture", "llama")
      .text("general.type", "adapter")
      .text("adapter.type", "lora")
      .number("adapter.lora.alpha", pcai::models::GgufType::Float32, static_cast<float>(kRank));
  for (int layer = 0; layer < 4; ++layer) {
    const std::string name = "blk." + std::to_string(layer) + ".attn_q.weight";
    builder.tensor(name + ".lora_a", {kWidth, kRank}, GgufBuilder::kF32)
        .tensor(name + ".lora_b", {kRank, kWidth}, GgufBuilder::kF32);
  }
  std::string bytes = builder.build();
  std::mt19937 random(7);
  const std::size_t weights = 4 * 2 * kWidth * kRank;
  for (std::size_t i = 0; i < weights; ++i) {
    const float weight = static_cast<float>(random() % 2001) / 1000 - 1;
    std::memcpy(bytes.data() + bytes.size() - (weights - i) * sizeof weight, &weight,
                sizeof weight);
  }
  std::ofstream(file, std::ios::binary) << bytes;
}

}  // namespace pcai_test
