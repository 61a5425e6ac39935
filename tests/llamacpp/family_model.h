#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/gguf_builder.h"

namespace pcai::test {

/// A tensor as an architecture wants it.
struct FamilyTensor {
  std::string name;
  std::vector<std::uint64_t> shape;
  std::uint32_t type = GgufBuilder::kF32;
};

/// The keys of a small model of an architecture of llama.cpp's, with sizes that fit one another.
GgufBuilder family_keys(const std::string& architecture);

/// The tensors that llama.cpp wants of a model with these keys. Nothing if it refuses the keys.
std::vector<FamilyTensor> family_tensors(const GgufBuilder& keys);

/// The bytes of the file: the keys' header and the tensors, with small numbers in them that depend
/// on the seed.
std::string family_file(GgufBuilder keys, const std::vector<FamilyTensor>& tensors,
                        std::uint32_t seed);

}  // namespace pcai::test
