#include "models/gguf/architecture.h"

#include <gtest/gtest.h>
#include <llama-arch.h>

#include <algorithm>
#include <string>
#include <vector>

namespace pcai::models {
namespace {

using enum ArchitectureUse;

bool is_of_another_program(ArchitectureUse use) {
  return use == Images || use == ControlVector || use == OnlyOllama;
}

TEST(ArchitecturesTest, TheTableHasEachOfLlamaCppsAndSaysOfItWhatLlamaCppSays) {
  for (const llm_arch id : llm_arch_all()) {
    const std::string name = llm_arch_name(id);
    if (id == LLM_ARCH_UNKNOWN) continue;
    SCOPED_TRACE(name);
    const Architecture* const known = find_architecture(name);
    ASSERT_NE(known, nullptr);
    EXPECT_FALSE(is_of_another_program(known->use));
    EXPECT_EQ(known->memory == ArchitectureMemory::States, llm_arch_is_recurrent(id));
    EXPECT_EQ(known->memory == ArchitectureMemory::Both, llm_arch_is_hybrid(id));
    EXPECT_EQ(known->use == Diffusion, llm_arch_is_diffusion(id));
  }
}

TEST(ArchitecturesTest, NoneHasTheNameOfAnother) {
  for (const char* const name : {"flux", "sdxl", "controlvector", "mllama", "whisper", "snac"}) {
    EXPECT_EQ(llm_arch_from_string(name), LLM_ARCH_UNKNOWN) << name << " can be loaded now";
    EXPECT_NE(find_architecture(name), nullptr) << name;
  }
}

}  // namespace
}  // namespace pcai::models
