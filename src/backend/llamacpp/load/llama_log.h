#pragma once

#include <string>

namespace pcai::backend::llamacpp {

/// Takes over llama.cpp's log for the whole process. Nothing is printed, but the last error lines
/// of each thread are kept for error messages. May be called again, from any thread.
void capture_llama_log();

/// The error lines that llama.cpp logged on this thread since the last call, on one line.
std::string take_llama_errors();

}  // namespace pcai::backend::llamacpp
