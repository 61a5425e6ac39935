#pragma once

#include <string_view>
#include <vector>

namespace pcai::app {

/// An instruction set of this processor that the kernels below may use.
struct CpuFeature {
  std::string_view name;  // as compilers write it: "avx512vnni"
  bool usable = false;    // the processor has it and the operating system saves its registers
};

/// Asked of the processor at run time. Empty where the architecture is not x86-64.
std::vector<CpuFeature> cpu_features();

}  // namespace pcai::app
