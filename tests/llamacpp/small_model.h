#pragma once

#include <string>

#include "models/gguf_builder.h"

namespace pcai::test {

/// A small model of the llama family that loads and answers, with a vocabulary of one kind. Its
/// weights are zeros of Q4_1.
GgufBuilder small_model(const std::string& architecture, bool is_bpe);

/// The file of a llama that has a matrix of every format that our kernels take, and numbers in
/// them.
std::string model_of_every_format();

/// The same with matrices of F16, which our kernels leave to llama.cpp.
std::string model_of_no_format();

}  // namespace pcai::test
