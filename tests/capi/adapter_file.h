#pragma once

#include <string>

// Of a namespace of its own: pcai.hpp has classes whose names are namespaces of ours.
namespace pcai_test {

/// Writes an adapter of random weights, the same ones each time, for the default model's first
/// layers.
void write_adapter(const std::string& file);

}  // namespace pcai_test
