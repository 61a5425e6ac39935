#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

namespace pcai::models {

/// The name of one file of a split model: "<stem>-00002-of-00005.gguf".
struct SplitName {
  std::string stem;
  std::uint32_t number = 1;  // 1-based
  std::uint32_t count = 1;
};

/// Parses a file's name. Returns nothing if the name has another form or its numbers are wrong.
std::optional<SplitName> parse_split_name(const std::filesystem::path& file);

/// The path of part `number` beside `file`, which must be a part itself.
std::filesystem::path split_part(const std::filesystem::path& file, std::uint32_t number);

/// The file's name without ".gguf" and without its split suffix.
std::string model_stem(const std::filesystem::path& file);

/// The same with the folders below `root`, which it must be in, divided by '/'.
std::string name_in_repository(const std::filesystem::path& root,
                               const std::filesystem::path& file);

}  // namespace pcai::models
