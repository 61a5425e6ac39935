#pragma once

#include <string>

#include "kernels/variant.h"

namespace pcai::backend::llamacpp {

/// Computes a small graph for every format, attention and each gate, by mainline and by this
/// variant with so many threads, and compares. "" = they agree; else what does not. Takes some
/// milliseconds. Needs install_hook(). From any thread, also by several at once.
std::string self_test(const kernels::Variant& variant, int threads = 1);

/// Which kernels this process uses.
struct KernelChoice {
  const kernels::Variant* variant = nullptr;  // null: none, mainline computes everything
  std::string why_not = {};                   // empty: the fastest that the processor can run
};

/// Installs the hook and takes the fastest variant that passes the self-test; made once a process,
/// from any thread. Where $PCAI_TEST_BROKEN_KERNELS is set each variant is broken on purpose.
const KernelChoice& kernel_choice();

}  // namespace pcai::backend::llamacpp
