#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include "core/result.h"

namespace pcai::models {

/// A tensor as the header of a safetensors file describes it.
struct SafetensorsTensor {
  std::string name;
  std::string type = {};  // "BF16"
  std::uint32_t dimensions = 0;
  std::uint64_t columns = 1;  // the last side
  std::uint64_t elements = 0;
  std::uint64_t size_bytes = 0;
};

/// Reads and checks the header of a safetensors file: every tensor lies inside of the file. Fails
/// with InvalidModel.
Result<std::vector<SafetensorsTensor>> read_safetensors_header(const std::filesystem::path& path);

}  // namespace pcai::models
