#pragma once

#include <llama.h>

#include "core/result.h"

namespace pcai::backend::llamacpp {

/// Fails with InvalidModel if llama.cpp would end the process, or never end, over some text: where
/// a vocabulary wants a special token in each text but names none, or where it lacks a byte that it
/// cannot do without.
Status check_vocabulary(const llama_vocab& vocab);

}  // namespace pcai::backend::llamacpp
