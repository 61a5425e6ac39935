#pragma once

#include <string>

#include "kernels/variant.h"

namespace pcai::backend::llamacpp {

/// Computes small graphs (every format, attention, each gate) with mainline and with this variant
/// on `threads` threads, and compares. Returns "" if they agree, else what does not. Takes some
/// milliseconds. Call install_hook() first. Any thread, several at once.
std::string self_test(const kernels::Variant& variant, int threads = 1);

/// Which kernels this process uses.
struct KernelChoice {
  const kernels::Variant* variant = nullptr;  // null: mainline computes everything
  std::string why_not = {};  // empty: the fastest variant of this processor is used
};

/// Installs the hook and takes the fastest variant that passes the self-test. The first call
/// decides for the process. Any thread. If $PCAI_TEST_BROKEN_KERNELS is set, every variant fails on
/// purpose.
const KernelChoice& kernel_choice();

}  // namespace pcai::backend::llamacpp
