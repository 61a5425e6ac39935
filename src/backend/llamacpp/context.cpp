#include "backend/llamacpp/context.h"

#include <common.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <string>

#include "backend/llamacpp/free_memory.h"
#include "backend/llamacpp/llama_log.h"

namespace pcai {
namespace {

constexpr std::uint32_t kLeastContext = 256;  // llama.cpp rounds up to this

Result<std::uint32_t> choose_length(const llama_model& weights, const ModelMemory& needs,
                                    const ModelConfig& config) {
  const std::uint64_t trained = std::max<std::int32_t>(llama_model_n_ctx_train(&weights),
                                                       static_cast<std::int32_t>(kLeastContext));
  const std::uint64_t each = std::max<std::uint64_t>(needs.kv_per_cell(), 1);
  const std::uint64_t fits = free_memory() / 2 / each;
  const std::uint64_t wanted = config.context_length.value_or(static_cast<std::uint32_t>(trained));
  if (config.context_length && wanted > fits) {
    return fail(ErrorCode::InvalidRequest,
                "a context of " + std::to_string(wanted) + " tokens needs " +
                    std::to_string(wanted * each >> 20) + " MiB; half of the free memory holds " +
                    std::to_string(fits) + " tokens",
                "context_length");
  }
  if (wanted > fits) {
    spdlog::warn("context cut from {} to {} tokens: half of the free memory holds no more", wanted,
                 fits);
  }
  return static_cast<std::uint32_t>(std::max<std::uint64_t>(std::min(wanted, fits), kLeastContext));
}

}  // namespace

Result<PreparedContext> create_context(llama_model& weights, const ModelMemory& needs,
                                       const ModelConfig& config) {
  const auto length = choose_length(weights, needs, config);
  if (!length) return fail(length.error());
  const bool cut_memory = !llama_model_is_recurrent(&weights) && !llama_model_is_hybrid(&weights);
  const ContextShape shape = context_shape(config, !cut_memory);
  PreparedContext prepared;
  prepared.planner = {
      .max_running = shape.running,
      .max_sequences = shape.sequences,
      .max_batch = shape.batch,
      .share_prefixes = cut_memory,
  };
  llama_context_params params = llama_context_default_params();
  params.n_ctx = *length;
  params.n_batch = shape.batch;
  params.n_ubatch = shape.batch;
  params.n_seq_max = shape.sequences;
  params.n_outputs_max = params.n_seq_max;  // llama.cpp insists on as many
  params.n_threads =
      config.threads > 0 ? static_cast<std::int32_t>(config.threads) : common_cpu_get_num_math();
  params.n_threads_batch = params.n_threads;
  params.kv_unified = true;
  params.swa_full = true;  // so that a prefix can be cut anywhere
  params.no_perf = true;
  take_llama_errors();
  try {
    prepared.context.reset(llama_init_from_model(&weights, params));
  } catch (const std::exception& exception) {
    return fail(ErrorCode::Internal, std::string("no context: ") + exception.what());
  }
  if (!prepared.context) {
    return fail(ErrorCode::Internal, "llama.cpp made no context: " + take_llama_errors());
  }
  // What was rounded up is of use; a recurrent model needs no cells but has a length all the same.
  prepared.planner.cells = llama_n_ctx(prepared.context.get());
  return prepared;
}

}  // namespace pcai
