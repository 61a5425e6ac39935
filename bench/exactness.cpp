// How far a model's predictions are from exact arithmetic, with our kernels and with llama.cpp's
// own: the same weights, decoded to 32 bits, with 32-bit activations and caches, are the reference.
//   exactness MODEL TEXT [--windows N] [--scratch FILE]
// TEXT is read in windows of 2,048 tokens. Prints the mean Kullback-Leibler divergence, how often
// the most likely token is the reference's, and the perplexities; then how much ours is off
// llama.cpp's, token by token, with the standard error. SCRATCH gets the decoded model.
#include <llama.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <numeric>
#include <string>
#include <vector>

#include "backend/llamacpp/kernels/hook.h"
#include "backend/llamacpp/kernels/load_kernels.h"
#include "backend/llamacpp/kernels/self_test.h"
#include "backend/llamacpp/load/llama_log.h"
#include "backend/llamacpp/load/model_file.h"

namespace pcai::bench {
namespace {

constexpr int kWindow = 2048;
constexpr int kChunk = 128;
constexpr std::uint32_t kThreads = 2;

struct Side {
  const char* name;
  backend::llamacpp::LlamaModelPtr weights;
  std::unique_ptr<backend::llamacpp::ModelKernels> kernels;
  backend::llamacpp::LlamaContextPtr context;
  std::vector<double> divergence = {};  // of each token
  std::vector<double> agreed = {};      // 1 where the most likely token is the reference's
  double surprise = 0;                  // sum of -log p of what follows
};

Side load(const char* name, const std::filesystem::path& path, KernelUse kernels, bool is_exact) {
  backend::NoProgress unwatched;
  Side side{.name = name};
  const ModelConfig config{.model_path = path, .threads = kThreads, .kernels = kernels};
  const bool ours = backend::llamacpp::wants_kernels(config).value();
  side.weights = backend::llamacpp::load_weights(config, ours, unwatched).value();
  if (ours) {
    side.kernels = backend::llamacpp::ModelKernels::create(
                       backend::llamacpp::tensors_of(*side.weights),
                       *backend::llamacpp::kernel_choice().variant,
                       {.threads = kThreads, .most_memory = UINT64_MAX}, unwatched)
                       .value();
  }
  llama_context_params params = llama_context_default_params();
  params.n_ctx = kWindow;
  params.n_batch = params.n_ubatch = kChunk;
  params.n_threads = params.n_threads_batch = static_cast<std::int32_t>(kThreads);
  params.no_perf = true;
  if (is_exact) {
    params.type_k = params.type_v = GGML_TYPE_F32;
    params.flash_attn_type = LLAMA_FLASH_ATTN_TYPE_DISABLED;
  }
  side.context.reset(llama_init_from_model(side.weights.get(), params));
  if (!side.context) std::abort();
  return side;
}

/// The same weights as 32-bit numbers.
void decode_weights(const std::string& from, const std::string& to) {
  llama_model_quantize_params params = llama_model_quantize_default_params();
  params.ftype = LLAMA_FTYPE_ALL_F32;
  params.allow_requantize = true;
  params.nthread = static_cast<std::int32_t>(kThreads);
  if (llama_model_quantize(from.c_str(), to.c_str(), &params) != 0) std::abort();
}

void compute(Side& side, const llama_token* tokens, int first) {
  llama_batch batch = llama_batch_init(kChunk, 0, 1);
  batch.n_tokens = kChunk;
  for (int i = 0; i < kChunk; ++i) {
    batch.token[i] = tokens[i];
    batch.pos[i] = first + i;
    batch.n_seq_id[i] = 1;
    batch.seq_id[i][0] = 0;
    batch.logits[i] = 1;
  }
  if (llama_decode(side.context.get(), batch) != 0) std::abort();
  llama_batch_free(batch);
}

struct Prediction {
  std::vector<float> log_p;
  int likeliest = 0;
};

void predict(const Side& side, int row, int vocabulary, Prediction& out) {
  const float* logits = llama_get_logits_ith(side.context.get(), row);
  out.log_p.assign(logits, logits + vocabulary);
  const auto most = std::max_element(out.log_p.begin(), out.log_p.end());
  out.likeliest = static_cast<int>(most - out.log_p.begin());
  const float largest = *most;
  double sum = 0;
  for (const float x : out.log_p) sum += std::exp(static_cast<double>(x - largest));
  const float shift = largest + static_cast<float>(std::log(sum));
  for (float& x : out.log_p) x -= shift;
}

double divergence(const Prediction& exact, const Prediction& other) {
  double sum = 0;
  for (std::size_t i = 0; i < exact.log_p.size(); ++i) {
    const double p = exact.log_p[i];
    if (p > -30) sum += std::exp(p) * (p - other.log_p[i]);
  }
  return sum;
}

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

/// The mean of what one has more than the other in each token, and its standard error, which takes
/// tokens as independent.
struct Difference {
  Difference(std::vector<double> values, const std::vector<double>& others) {
    for (std::size_t i = 0; i < values.size(); ++i) values[i] -= others[i];
    mean = pcai::mean(values);
    const auto count = static_cast<double>(values.size());
    double squares = 0;
    for (const double value : values) squares += (value - mean) * (value - mean);
    error = std::sqrt(squares / (count - 1) / count);
  }
  double mean;
  double error;
};

std::vector<llama_token> tokens_of(const llama_model& model, const std::string& path) {
  std::ifstream file(path);
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  std::vector<llama_token> tokens(text.size() + 8);
  const int count = llama_tokenize(llama_model_get_vocab(&model), text.data(),
                                   static_cast<std::int32_t>(text.size()), tokens.data(),
                                   static_cast<std::int32_t>(tokens.size()), true, false);
  tokens.resize(static_cast<std::size_t>(std::max(count, 0)));
  return tokens;
}

int run(int argc, char** argv) {
  std::vector<std::string> names;
  std::string scratch = (std::filesystem::temp_directory_path() / "pcai-exact.gguf").string();
  int windows = 2;
  for (int i = 1; i < argc; ++i) {
    const std::string argument = argv[i];
    if (argument == "--windows" && i + 1 < argc) {
      windows = std::atoi(argv[++i]);
    } else if (argument == "--scratch" && i + 1 < argc) {
      scratch = argv[++i];
    } else {
      names.push_back(argument);
    }
  }
  if (names.size() != 2) {
    std::fputs("exactness MODEL TEXT [--windows N] [--scratch FILE]\n", stderr);
    return 2;
  }
  backend::llamacpp::capture_llama_log();
  llama_backend_init();
  decode_weights(names[0], scratch);
  Side exact = load("exact", scratch, KernelUse::Off, true);
  std::vector<Side> sides;
  sides.push_back(load("llama.cpp", names[0], KernelUse::Off, false));
  sides.push_back(load("ours", names[0], KernelUse::Auto, false));
  const auto tokens = tokens_of(*exact.weights, names[1]);
  const int vocabulary = llama_vocab_n_tokens(llama_model_get_vocab(exact.weights.get()));
  int count = 0;
  Prediction reference;
  Prediction other;
  for (int window = 0; window < windows; ++window) {
    const std::size_t begin = static_cast<std::size_t>(window) * kWindow;
    if (begin + kWindow + 1 > tokens.size()) break;
    for (Side* side : {&exact, &sides[0], &sides[1]}) {
      llama_memory_clear(llama_get_memory(side->context.get()), true);
    }
    for (int first = 0; first < kWindow; first += kChunk) {
      const llama_token* chunk = tokens.data() + begin + first;
      for (Side* side : {&exact, &sides[0], &sides[1]}) compute(*side, chunk, first);
      for (int i = 0; i < kChunk; ++i, ++count) {
        predict(exact, i, vocabulary, reference);
        exact.surprise -= reference.log_p[static_cast<std::size_t>(chunk[i + 1])];
        for (Side& side : sides) {
          predict(side, i, vocabulary, other);
          side.divergence.push_back(divergence(reference, other));
          side.agreed.push_back(other.likeliest == reference.likeliest ? 1 : 0);
          side.surprise -= other.log_p[static_cast<std::size_t>(chunk[i + 1])];
        }
      }
    }
  }
  std::filesystem::remove(scratch);
  if (count == 0) {
    std::fputs("the text has less than a window\n", stderr);
    return 1;
  }
  std::printf("%d tokens; perplexity of exact arithmetic %.3f\n", count,
              std::exp(exact.surprise / count));
  for (const Side& side : sides) {
    std::printf("%-10s KL %.5f, most likely token as exact %.2f %%, perplexity %.3f\n", side.name,
                mean(side.divergence), 100 * mean(side.agreed), std::exp(side.surprise / count));
  }
  const Difference divergences(sides[1].divergence, sides[0].divergence);
  const Difference agreements(sides[1].agreed, sides[0].agreed);
  std::printf("ours - llama.cpp: KL %+.6f +- %.6f, most likely token as exact %+.2f +- %.2f %%\n",
              divergences.mean, divergences.error, 100 * agreements.mean, 100 * agreements.error);
  return 0;
}

}  // namespace
}  // namespace pcai::bench

int main(int argc, char** argv) {
  return pcai::run(argc, argv);
}
