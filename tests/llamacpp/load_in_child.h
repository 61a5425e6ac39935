#pragma once

#include <cstdint>
#include <filesystem>

namespace pcai::test {

/// Loads a file with the llama.cpp backend, lets it answer or embed where it can, and ends the
/// process with 0: for a process of its own (EXPECT_EXIT), which may take a minute.
[[noreturn]] void load_or_exit(const std::filesystem::path& path, bool uses = true);

/// Whether the reader lets a file through; if so, it is loaded in a child, and the test fails if
/// that one dies.
bool is_accepted(const std::filesystem::path& path, bool uses = true);

/// A number from an environment variable.
std::uint32_t from_environment(const char* name, std::uint32_t otherwise);

}  // namespace pcai::test
