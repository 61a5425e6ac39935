#include "backend/llamacpp/load/first_step.h"

#include <exception>
#include <string>

#include "backend/llamacpp/load/ggml_assertions.h"
#include "backend/llamacpp/load/llama_log.h"

namespace pcai::backend::llamacpp {
namespace {

/// A batch of one token at the beginning of sequence 0.
class OneToken {
 public:
  explicit OneToken(const llama_vocab& vocabulary) : batch_(llama_batch_init(1, 0, 1)) {
    const llama_token first = llama_vocab_bos(&vocabulary);
    batch_.n_tokens = 1;
    batch_.token[0] = first == LLAMA_TOKEN_NULL ? 0 : first;
    batch_.pos[0] = 0;
    batch_.n_seq_id[0] = 1;
    batch_.seq_id[0][0] = 0;
    batch_.logits[0] = 1;
  }
  ~OneToken() { llama_batch_free(batch_); }
  OneToken(const OneToken&) = delete;
  OneToken& operator=(const OneToken&) = delete;

  const llama_batch& batch() const noexcept { return batch_; }

 private:
  llama_batch batch_;
};

}  // namespace

Status compute_first_step(llama_context& context) {
  const llama_model* const model = llama_get_model(&context);
  const OneToken token(*llama_model_get_vocab(model));
  const std::int32_t threads = llama_n_threads(&context);
  const std::int32_t batch_threads = llama_n_threads_batch(&context);
  // Other threads could not throw.
  llama_set_n_threads(&context, 1, 1);
  take_llama_errors();
  int result = 0;
  try {
    const AssertionsThrow while_it_computes;
    result = llama_model_has_encoder(model) ? llama_encode(&context, token.batch())
                                            : llama_decode(&context, token.batch());
    llama_synchronize(&context);
  } catch (const std::exception& exception) {
    return fail(ErrorCode::InvalidModel,
                std::string("llama.cpp cannot compute this model: ") + exception.what(),
                "model_path");
  }
  if (result != 0) {
    return fail(ErrorCode::InvalidModel,
                "llama.cpp cannot compute this model (" + std::to_string(result) + ") " +
                    take_llama_errors(),
                "model_path");
  }
  llama_set_n_threads(&context, threads, batch_threads);
  if (llama_memory_t memory = llama_get_memory(&context)) llama_memory_clear(memory, true);
  return {};
}

}  // namespace pcai::backend::llamacpp
