#pragma once

#include <string>
#include <vector>

namespace pcai::backend::llamacpp {

/// Takes over llama.cpp's log for the whole process. Nothing is printed, but the last error lines
/// and warnings of each thread are kept. May be called again, from any thread.
void capture_llama_log();

/// The error lines that llama.cpp logged on this thread since the last call, on one line.
std::string take_llama_errors();

/// What llama.cpp warned of on this thread since the last call while it read a vocabulary: what
/// looks wrong in it and was not mended, such as a missing pre-tokenizer. At most nine lines.
std::vector<std::string> take_vocabulary_warnings();

}  // namespace pcai::backend::llamacpp
