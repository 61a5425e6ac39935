// Our kernels under ggml's threads, and several graphs of one model at once. What the thread
// sanitizer sees here is what `make sanitize` runs it for.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "backend/llamacpp/kernels/hook.h"
#include "backend/llamacpp/kernels/model_kernels.h"
#include "backend/llamacpp/kernels/self_test.h"
#include "backend/llamacpp/load/llama_log.h"
#include "backend/llamacpp/load/model_file.h"
#include "llamacpp/small_model.h"
#include "models/temporary_folder.h"

namespace pcai::backend::llamacpp {
namespace {

constexpr int kThreads = 4;

/// Two threads do the same.
template <class Work>
void twice_at_once(const Work& work) {
  std::thread other([&] { work(1); });
  work(0);
  other.join();
}

LlamaContextPtr new_context(llama_model& weights, int threads) {
  llama_context_params params = llama_context_default_params();
  params.n_ctx = 256;
  params.n_batch = params.n_ubatch = 64;
  params.n_outputs_max = 64;
  params.n_threads = params.n_threads_batch = threads;
  return LlamaContextPtr(llama_init_from_model(&weights, params));
}

/// The logits of all of a text's tokens, read in steps of these sizes.
std::vector<float> logits_of(llama_context& context, const std::vector<int>& steps) {
  const int vocabulary = llama_vocab_n_tokens(llama_model_get_vocab(llama_get_model(&context)));
  std::vector<float> logits;
  llama_pos position = 0;
  for (const int tokens : steps) {
    llama_batch batch = llama_batch_init(tokens, 0, 1);
    batch.n_tokens = tokens;
    for (int i = 0; i < tokens; ++i, ++position) {
      batch.token[i] = position * 7 % 256 + 3;
      batch.pos[i] = position;
      batch.n_seq_id[i] = 1;
      batch.seq_id[i][0] = 0;
      batch.logits[i] = 1;
    }
    EXPECT_EQ(llama_decode(&context, batch), 0);
    for (int i = 0; i < tokens; ++i) {
      const float* row = llama_get_logits_ith(&context, i);
      logits.insert(logits.end(), row, row + vocabulary);
    }
    llama_batch_free(batch);
  }
  return logits;
}

TEST(KernelThreadsTest, GraphsOfEveryFormatAtOnceAgreeWithMainline) {
  install_hook();
  for (const kernels::Variant& variant : kernels::usable_variants()) {
    std::string differences[2];
    twice_at_once([&](int which) { differences[which] = self_test(variant, kThreads); });
    for (const std::string& difference : differences) EXPECT_EQ(difference, "") << variant.name;
  }
}

TEST(KernelThreadsTest, TwoContextsOfAModelComputeAtOnceTheBitsOfOneAlone) {
  if (kernels::usable_variants().empty()) GTEST_SKIP() << "no kernels for this processor";
  const std::vector<int> steps = {41, 1, 1, 5, 18, 1};
  const test::TemporaryFolder folder;
  const auto path = folder.write("every-format.gguf", test::model_of_every_format());
  capture_llama_log();
  install_hook();
  NoProgress unwatched;
  const LlamaModelPtr weights = load_weights({.model_path = path}, true, unwatched).value();
  for (const kernels::Variant& variant : kernels::usable_variants()) {
    SCOPED_TRACE(variant.name);
    const auto kernels =
        ModelKernels::create(tensors_of(*weights), variant,
                             {.threads = kThreads, .most_memory = UINT64_MAX}, unwatched)
            .value();
    EXPECT_EQ(kernels->left(), "");
    kernels->enable(false);
    const auto mainline = logits_of(*new_context(*weights, 1), steps);
    kernels->enable(true);
    EXPECT_EQ(kernels->products() + kernels->attentions(), 0U);
    const auto alone = logits_of(*new_context(*weights, 1), steps);
    float largest = 0;
    float difference = 0;
    for (std::size_t i = 0; i < alone.size(); ++i) {
      largest = std::max(largest, std::fabs(mainline[i]));
      difference = std::max(difference, std::fabs(mainline[i] - alone[i]));
    }
    EXPECT_LT(difference, 0.1F * largest);
    const std::uint64_t products = kernels->products();
    std::vector<float> together[2];
    twice_at_once([&](int which) {
      const LlamaContextPtr context = new_context(*weights, kThreads);
      for (int round = 0; round < 3; ++round) {
        llama_memory_clear(llama_get_memory(context.get()), true);
        together[which] = logits_of(*context, steps);
      }
    });
    EXPECT_EQ(kernels->products(), 7 * products);
    EXPECT_TRUE(together[0] == alone);
    EXPECT_TRUE(together[1] == alone);
  }
}

}  // namespace
}  // namespace pcai::backend::llamacpp
