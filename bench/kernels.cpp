// Our kernels against llama.cpp's own, in one process: the model is loaded twice, each way, and the
// two take turns (A, B, B, A). Prints for each workload tokens per second of both and the ratio of
// medians with the range of the rounds' ratios.
//   kernels MODEL [--threads N] [--rounds N] [--null] [--only TEXT]
// --null loads llama.cpp's way twice: what differs then is noise.
#include <llama.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "backend/llamacpp/kernels/hook.h"
#include "backend/llamacpp/kernels/load_kernels.h"
#include "backend/llamacpp/kernels/self_test.h"
#include "backend/llamacpp/load/llama_log.h"
#include "backend/llamacpp/load/model_file.h"

namespace pcai::bench {
namespace {

constexpr int kContext = 4096;
constexpr int kSequences = 8;

struct Side {
  backend::llamacpp::LlamaModelPtr weights;
  std::unique_ptr<backend::llamacpp::ModelKernels> kernels;
  backend::llamacpp::LlamaContextPtr context;
};

Side load(const ModelConfig& config) {
  backend::NoProgress unwatched;
  Side side;
  const bool ours = backend::llamacpp::wants_kernels(config).value();
  side.weights = backend::llamacpp::load_weights(config, ours, unwatched).value();
  if (ours) {
    side.kernels = backend::llamacpp::ModelKernels::create(
                       backend::llamacpp::tensors_of(*side.weights),
                       *backend::llamacpp::kernel_choice().variant,
                       {.threads = 2, .most_memory = UINT64_MAX}, unwatched)
                       .value();
  }
  llama_context_params params = llama_context_default_params();
  params.n_ctx = kContext;
  params.n_batch = params.n_ubatch = 512;
  params.n_seq_max = kSequences;
  params.n_threads = params.n_threads_batch = static_cast<std::int32_t>(config.threads);
  params.kv_unified = true;
  params.swa_full = true;
  params.no_perf = true;
  side.context.reset(llama_init_from_model(side.weights.get(), params));
  return side;
}

/// `sequences` tokens, the next of each sequence, or a part of one sequence's prompt.
void decode(llama_context& context, const std::vector<llama_token>& tokens, int first, int count,
            int sequences) {
  llama_batch batch = llama_batch_init(count * sequences, 0, 1);
  for (int i = 0; i < count; ++i) {
    for (int sequence = 0; sequence < sequences; ++sequence) {
      const int at = batch.n_tokens++;
      batch.token[at] = tokens[static_cast<std::size_t>(first + i)] + sequence;
      batch.pos[at] = first + i;
      batch.n_seq_id[at] = 1;
      batch.seq_id[at][0] = sequence;
      batch.logits[at] = static_cast<std::int8_t>(i + 1 == count);
    }
  }
  if (llama_decode(&context, batch) != 0) std::abort();
  llama_synchronize(&context);
  llama_batch_free(batch);
}

struct Workload {
  const char* name;
  int prompt;     // tokens of each sequence before the clock runs
  int tokens;     // of each sequence while it runs
  int sequences;  // 1: in chunks of 512 unless `singly`
  bool singly;
};

constexpr Workload kWorkloads[] = {
    {"prefill 512", 0, 512, 1, false},       {"prefill 2048", 0, 2048, 1, false},
    {"decode 1 stream", 64, 48, 1, true},    {"decode 4 streams", 64, 32, 4, true},
    {"decode 8 streams", 64, 24, 8, true},   {"decode 8 at 400", 400, 12, 8, true},
    {"decode 1 at 3000", 3000, 32, 1, true},
};

double seconds(llama_context& context, const Workload& work,
               const std::vector<llama_token>& tokens) {
  llama_memory_clear(llama_get_memory(&context), true);
  int done = 0;
  const int step = 512 / work.sequences;
  while (done < work.prompt) {
    const int count = std::min(step, work.prompt - done);
    decode(context, tokens, done, count, work.sequences);
    done += count;
  }
  const auto begin = std::chrono::steady_clock::now();
  const int end = work.prompt + work.tokens;
  while (done < end) {
    const int count = work.singly ? 1 : std::min(512, end - done);
    decode(context, tokens, done, count, work.sequences);
    done += count;
  }
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

int run(int argc, char** argv) {
  ModelConfig config{.threads = 1};
  int rounds = 5;
  bool null_pair = false;
  std::string only;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--threads" && i + 1 < argc) {
      config.threads = static_cast<std::uint32_t>(std::atoi(argv[++i]));
    } else if (argument == "--rounds" && i + 1 < argc) {
      rounds = std::atoi(argv[++i]);
    } else if (argument == "--only" && i + 1 < argc) {
      only = argv[++i];
    } else if (argument == "--null") {
      null_pair = true;
    } else {
      config.model_path = argument;
    }
  }
  backend::llamacpp::capture_llama_log();
  llama_backend_init();
  config.kernels = KernelUse::Off;
  const Side theirs = load(config);
  config.kernels = null_pair ? KernelUse::Off : KernelUse::Auto;
  const Side ours = load(config);
  if (ours.kernels) std::printf("%s\n", ours.kernels->summary().c_str());
  std::mt19937 random(1);
  std::vector<llama_token> tokens(kContext);
  for (llama_token& token : tokens) token = static_cast<llama_token>(random() % 20000);
  for (const Workload& work : kWorkloads) {
    if (std::string(work.name).find(only) == std::string::npos) continue;
    seconds(*theirs.context, work, tokens);
    seconds(*ours.context, work, tokens);
    std::vector<double> a;
    std::vector<double> b;
    std::vector<double> ratios;
    for (int round = 0; round < rounds; ++round) {
      const bool first = round % 2 == 0;
      if (first) a.push_back(seconds(*theirs.context, work, tokens));
      b.push_back(seconds(*ours.context, work, tokens));
      if (!first) a.push_back(seconds(*theirs.context, work, tokens));
      ratios.push_back(a.back() / b.back());
    }
    const double count = static_cast<double>(work.tokens) * work.sequences;
    const auto [low, high] = std::minmax_element(ratios.begin(), ratios.end());
    std::printf("%-18s threads %u: %8.1f -> %8.1f tok/s, %.2fx (%.2f..%.2f)\n", work.name,
                config.threads, count / median(a), count / median(b), median(ratios), *low, *high);
    std::fflush(stdout);
  }
  return 0;
}

}  // namespace
}  // namespace pcai::bench

int main(int argc, char** argv) {
  return pcai::run(argc, argv);
}
