#pragma once

#include <llama.h>

#include <memory>

#include "backend/llamacpp/chat/native_format.h"
#include "backend/llamacpp/tokens/token_constraint.h"
#include "core/result.h"

namespace pcai::backend::llamacpp {

/// Restricts answers to llama.cpp's own grammar for the template; null if there is none. The
/// vocabulary must outlive it. Fails with InvalidRequest if the functions' schemas cannot become a
/// grammar.
Result<std::unique_ptr<TokenConstraint>> constrain_natively(const NativeFormat& format,
                                                            const llama_vocab& vocabulary);

}  // namespace pcai::backend::llamacpp
