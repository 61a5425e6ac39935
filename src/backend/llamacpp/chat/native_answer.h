#pragma once

#include <memory>

#include "backend/answer/answer_reader.h"
#include "backend/llamacpp/chat/native_format.h"

namespace pcai::backend::llamacpp {

/// Reads answers with llama.cpp's own parser for the template. Text that the parser does not take
/// is the answer's text. White space around reasoning and calls is dropped.
std::unique_ptr<answer::AnswerReader> read_natively(const NativeFormat& format);

}  // namespace pcai::backend::llamacpp
