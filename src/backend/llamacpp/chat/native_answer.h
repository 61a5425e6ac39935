#pragma once

#include <llama.h>

#include <memory>

#include "backend/answer/answer_reader.h"
#include "backend/llamacpp/chat/native_format.h"
#include "backend/llamacpp/tokens/token_constraint.h"
#include "core/result.h"

namespace pcai::backend::llamacpp {

/// Reads answers by llama.cpp's own parser for the template.
std::unique_ptr<answer::AnswerReader> read_natively(const NativeFormat& format);

/// Holds answers to llama.cpp's own grammar for the template; null where there is none. The
/// vocabulary must outlive it. Fails with InvalidRequest when the functions' schemas give no
/// grammar.
Result<std::unique_ptr<TokenConstraint>> constrain_natively(const NativeFormat& format,
                                                            const llama_vocab& vocabulary);

}  // namespace pcai::backend::llamacpp
