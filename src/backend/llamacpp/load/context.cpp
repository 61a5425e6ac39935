#include "backend/llamacpp/load/context.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <exception>
#include <string>

#include "backend/llamacpp/load/ggml_assertions.h"
#include "backend/llamacpp/load/llama_log.h"
#include "backend/llamacpp/load/thread_count.h"
#include "fit/memory_plan.h"

namespace pcai::backend::llamacpp {
namespace {

/// What the memory that is left holds, without panels to be packed.
Result<std::uint32_t> choose_length(const fit::ModelMemory& needs, ModelConfig config) {
  config.kernels = KernelUse::Off;
  const fit::MemoryPlan plan = fit::plan_memory(needs, config, {fit::cpu_device()});
  if (!plan.holds_context && config.context_length) {
    return fail(ErrorCode::InvalidRequest, plan.why_not, "context_length");
  }
  for (const std::string& note : plan.notes) {
    if (std::ranges::count(needs.notes, note) == 0) spdlog::warn("{}", note);  // those are told
  }
  return plan.context;
}

}  // namespace

Result<PreparedContext> create_context(llama_model& weights, const fit::ModelMemory& needs,
                                       const ModelConfig& config) {
  const auto length = choose_length(needs, config);
  if (!length) return fail(length.error());
  const bool cut_memory = !llama_model_is_recurrent(&weights) && !llama_model_is_hybrid(&weights);
  const fit::ContextShape shape = fit::context_shape(config, !cut_memory);
  PreparedContext prepared;
  prepared.planner = {
      .max_running = shape.running,
      .max_sequences = shape.sequences,
      .max_batch = shape.batch,
      .max_rows = shape.outputs - shape.running,
      .share_prefixes = cut_memory,
  };
  llama_context_params params = llama_context_default_params();
  params.n_ctx = *length;
  params.n_batch = shape.batch;
  params.n_ubatch = shape.batch;
  params.n_seq_max = shape.sequences;
  params.n_outputs_max = shape.outputs;  // llama.cpp insists on one a sequence
  params.n_threads = thread_count(config);
  params.n_threads_batch = params.n_threads;
  params.kv_unified = true;
  params.swa_full = true;  // so that a prefix can be cut anywhere
  params.no_perf = true;
  take_llama_errors();
  try {
    const AssertionsThrow while_it_builds;
    prepared.context.reset(llama_init_from_model(&weights, params));
  } catch (const std::exception& exception) {
    return fail(ErrorCode::Internal, std::string("cannot create a context: ") + exception.what());
  }
  if (!prepared.context) {
    const std::string reason = take_llama_errors();
    const bool is_file = tells_assertion(reason);
    return fail(is_file ? ErrorCode::InvalidModel : ErrorCode::Internal,
                "llama.cpp could not create a context: " + reason, is_file ? "model_path" : "");
  }
  // What was rounded up is of use where nobody named a length; a recurrent model needs no cells but
  // has a length all the same.
  prepared.planner.cells = llama_n_ctx(prepared.context.get());
  if (config.context_length) {
    prepared.planner.cells = std::min(prepared.planner.cells, *config.context_length);
  }
  return prepared;
}

}  // namespace pcai::backend::llamacpp
