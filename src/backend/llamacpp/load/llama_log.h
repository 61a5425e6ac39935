#pragma once

#include <string>

namespace pcai::backend::llamacpp {

/// Takes over llama.cpp's log for the process: quiet, but the calling thread's last error lines are
/// kept for messages. Safe to call more than once and from any thread.
void capture_llama_log();

/// The error lines that llama.cpp logged on this thread since the last call, on one line.
std::string take_llama_errors();

}  // namespace pcai::backend::llamacpp
