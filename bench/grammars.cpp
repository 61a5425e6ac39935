// JSON schemas as grammars: ours (llguidance, as src/grammar uses it) and llama.cpp's own (GBNF),
// over the corpus of tests/grammar and a model's vocabulary. Which schemas compile, which instances
// are wrongly accepted or rejected, and what a compile, a mask of all tokens, a question about one
// token and a step cost. Times are this thread's processor time, so that other load does not count.
// One JSON line for each of the two, over all schemas that it compiles and over those that both do.
//
//   grammars MODEL [tests/grammar/schemas] [--accepted]
//
// --accepted lists the invalid instances that are accepted.
#include <json-schema-to-grammar.h>
#include <llama.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <numeric>
#include <optional>

#include "backend/llamacpp/load/llama_log.h"
#include "backend/llamacpp/load/model_file.h"
#include "backend/llamacpp/tokens/tokenizer.h"
#include "grammar/corpus.h"
#include "grammar/grammar_compiler.h"

namespace pcai::bench {
namespace {

double microseconds() {
  timespec time{};
  ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

template <typename Function>
auto timed(std::vector<double>& times, Function function) {
  const double begin = microseconds();
  auto result = function();
  times.push_back(microseconds() - begin);
  return result;
}

/// Ours.
class Guidance {
 public:
  static constexpr const char* kName = "llguidance";
  using Matcher = grammar::GrammarMatcher;

  explicit Guidance(const backend::llamacpp::Tokenizer& tokenizer)
      : compiler_(std::move(*grammar::GrammarCompiler::create(tokenizer.vocabulary()))) {}

  std::optional<Matcher> compile(const corpus::Case& item) {
    auto matcher = compiler_->compile({GrammarKind::JsonSchema, item.schema});
    if (!matcher) return std::nullopt;
    return std::move(*matcher);
  }

  static Matcher copy(const Matcher& matcher) { return matcher.clone(); }
  bool mask(Matcher& matcher) { return !matcher.mask().empty(); }
  bool allows(Matcher& matcher, llama_token token) { return matcher.allows(token); }
  bool accept(Matcher& matcher, llama_token token) {
    matcher.accept(token);
    return true;
  }
  bool may_end(Matcher& matcher, llama_token end) {
    return matcher.complete() || matcher.allows(end);
  }

 private:
  std::unique_ptr<grammar::GrammarCompiler> compiler_;
};

/// llama.cpp's.
class Gbnf {
 public:
  static constexpr const char* kName = "gbnf";
  using Matcher = backend::llamacpp::LlamaSamplerPtr;

  explicit Gbnf(const backend::llamacpp::Tokenizer& tokenizer) : vocab_(tokenizer.vocab()) {
    all_.resize(static_cast<std::size_t>(tokenizer.size()));
  }

  std::optional<Matcher> compile(const corpus::Case& item) {
    try {
      const std::string grammar = json_schema_to_grammar(common_json::parse(item.schema));
      Matcher matcher(llama_sampler_init_grammar(vocab_, grammar.c_str(), "root"));
      if (matcher) return matcher;
    } catch (const std::exception&) {
    }
    return std::nullopt;
  }

  static Matcher copy(const Matcher& matcher) {
    return Matcher(llama_sampler_clone(matcher.get()));
  }

  bool mask(Matcher& matcher) {
    for (std::size_t i = 0; i < all_.size(); ++i) all_[i] = {static_cast<llama_token>(i), 0, 0};
    llama_token_data_array array{all_.data(), all_.size(), -1, false};
    llama_sampler_apply(matcher.get(), &array);
    return true;
  }

  bool allows(Matcher& matcher, llama_token token) {
    llama_token_data one{token, 0, 0};
    llama_token_data_array array{&one, 1, -1, false};
    llama_sampler_apply(matcher.get(), &array);
    return !std::isinf(one.logit);
  }

  bool accept(Matcher& matcher, llama_token token) {
    llama_sampler_accept(matcher.get(), token);
    return true;
  }

  bool may_end(Matcher& matcher, llama_token end) { return allows(matcher, end); }

 private:
  const llama_vocab* vocab_;
  std::vector<llama_token_data> all_;
};

/// Of one schema.
struct Result {
  bool compiled = false;
  bool died = false;                                  // of kMaxMemory or kMaxSeconds
  std::vector<double> compile, mask, allows, accept;  // microseconds
  int valid = 0, rejected = 0, invalid = 0, accepted = 0;
};

constexpr rlim_t kMaxMemory = rlim_t{1} << 30;
constexpr rlim_t kMaxSeconds = 5;

void put(int file, const std::vector<double>& values) {
  const std::size_t bytes = values.size() * sizeof(double);
  if (::write(file, &bytes, sizeof(bytes)) < 0 || ::write(file, values.data(), bytes) < 0)
    ::_exit(1);
}

/// Runs it in a process of its own: in one for all, llama.cpp's grammars add up to gigabytes.
template <typename Run>
Result apart(Run run) {
  const std::array lists = {&Result::compile, &Result::mask, &Result::allows, &Result::accept};
  std::fflush(stdout);
  std::FILE* const file = std::tmpfile();
  const pid_t child = ::fork();
  if (child == 0) {
    const rlimit memory{kMaxMemory, kMaxMemory};
    const rlimit seconds{kMaxSeconds, kMaxSeconds};
    const rlimit no_core{0, 0};
    ::setrlimit(RLIMIT_AS, &memory);
    ::setrlimit(RLIMIT_CPU, &seconds);
    ::setrlimit(RLIMIT_CORE, &no_core);
    const Result result = run();
    for (const auto list : lists) put(::fileno(file), result.*list);
    put(::fileno(file), {static_cast<double>(result.compiled), static_cast<double>(result.valid),
                         static_cast<double>(result.rejected), static_cast<double>(result.invalid),
                         static_cast<double>(result.accepted)});
    std::fflush(stdout);
    ::_exit(0);
  }
  int status = 0;
  ::waitpid(child, &status, 0);
  Result result;
  result.died = status != 0;
  std::rewind(file);
  const auto take = [file] {
    std::size_t bytes = 0;
    if (std::fread(&bytes, sizeof(bytes), 1, file) != 1) std::abort();
    std::vector<double> values(bytes / sizeof(double));
    if (std::fread(values.data(), sizeof(double), values.size(), file) != values.size())
      std::abort();
    return values;
  };
  if (!result.died) {
    for (const auto list : lists) result.*list = take();
    const std::vector<double> counts = take();
    result.compiled = counts[0] != 0;
    result.valid = static_cast<int>(counts[1]);
    result.rejected = static_cast<int>(counts[2]);
    result.invalid = static_cast<int>(counts[3]);
    result.accepted = static_cast<int>(counts[4]);
  }
  std::fclose(file);
  return result;
}

template <typename Engine>
class Measurement {
 public:
  Measurement(const backend::llamacpp::Tokenizer& tokenizer, bool list_accepted)
      : tokenizer_(tokenizer), engine_(tokenizer), list_accepted_(list_accepted) {}

  Result run(const corpus::Case& item) {
    Result result;
    auto matcher = timed(result.compile, [&] { return engine_.compile(item); });
    result.compiled = matcher.has_value();
    if (!matcher) return result;
    result.valid = static_cast<int>(item.valid.size());
    result.invalid = static_cast<int>(item.invalid.size());
    for (const std::string& text : item.valid) {
      if (!follow(*matcher, text, &result)) ++result.rejected;
    }
    for (const std::string& text : item.invalid) {
      if (!follow(*matcher, text, nullptr)) continue;
      ++result.accepted;
      if (list_accepted_)
        std::printf("%s %s: %s\n", Engine::kName, item.name.c_str(), text.c_str());
    }
    return result;
  }

 private:
  /// Whether the text is accepted as a whole; with `times`, each step of it is timed.
  bool follow(const typename Engine::Matcher& start, const std::string& text, Result* times) {
    auto matcher = Engine::copy(start);
    const auto tokens = tokenizer_.tokenize(text, false, false);
    for (const llama_token token : tokens.value()) {
      if (times == nullptr) {
        if (!engine_.allows(matcher, token)) return false;
        engine_.accept(matcher, token);
        continue;
      }
      timed(times->mask, [&] { return engine_.mask(matcher); });
      if (!timed(times->allows, [&] { return engine_.allows(matcher, token); })) return false;
      timed(times->accept, [&] { return engine_.accept(matcher, token); });
    }
    return engine_.may_end(matcher, llama_vocab_eos(tokenizer_.vocab()));
  }

  const backend::llamacpp::Tokenizer& tokenizer_;
  Engine engine_;
  bool list_accepted_;
};

void print_times(const char* name, std::vector<double> times, double scale) {
  if (times.empty()) return;
  std::ranges::sort(times);
  const double sum = std::accumulate(times.begin(), times.end(), 0.0);
  const auto quantile = [&](std::size_t percent) {
    return times[(times.size() - 1) * percent / 100] / scale;
  };
  std::printf(",\"%s\":{\"p50\":%.2f,\"p99\":%.2f,\"max\":%.2f,\"mean\":%.2f,\"n\":%zu}", name,
              quantile(50), quantile(99), times.back() / scale,
              sum / scale / static_cast<double>(times.size()), times.size());
}

void print(const char* name, const char* over, const std::vector<Result>& results,
           const std::vector<bool>& counts) {
  Result sum;
  int compiled = 0;
  int died = 0;
  const auto append = [](std::vector<double>& all, const std::vector<double>& more) {
    all.insert(all.end(), more.begin(), more.end());
  };
  for (std::size_t i = 0; i < results.size(); ++i) {
    died += results[i].died ? 1 : 0;
    if (!counts[i] || !results[i].compiled) continue;
    ++compiled;
    append(sum.compile, results[i].compile);
    append(sum.mask, results[i].mask);
    append(sum.allows, results[i].allows);
    append(sum.accept, results[i].accept);
    sum.valid += results[i].valid;
    sum.rejected += results[i].rejected;
    sum.invalid += results[i].invalid;
    sum.accepted += results[i].accepted;
  }
  std::printf("{\"engine\":\"%s\",\"over\":\"%s\",\"schemas\":%zu,\"compiled\":%d,\"died\":%d",
              name, over, results.size(), compiled, died);
  std::printf(",\"valid\":%d,\"rejected\":%d,\"invalid\":%d,\"accepted\":%d", sum.valid,
              sum.rejected, sum.invalid, sum.accepted);
  print_times("compile_ms", sum.compile, 1000);
  print_times("mask_us", sum.mask, 1);
  print_times("allows_us", sum.allows, 1);
  print_times("accept_us", sum.accept, 1);
  std::printf("}\n");
}

template <typename Engine>
std::vector<Result> measure(const backend::llamacpp::Tokenizer& tokenizer,
                            const std::vector<corpus::Case>& cases, bool list_accepted) {
  Measurement<Engine> measurement(tokenizer, list_accepted);
  std::vector<Result> results;
  for (const corpus::Case& item : cases) {
    results.push_back(apart([&] { return measurement.run(item); }));
  }
  return results;
}

}  // namespace
}  // namespace pcai::bench

int main(int argc, char** argv) {
  using namespace pcai;
  if (argc < 2) return std::fprintf(stderr, "grammars MODEL [FOLDER] [--accepted]\n"), 2;
  backend::llamacpp::capture_llama_log();
  llama_model_params params = llama_model_default_params();
  params.vocab_only = true;
  const backend::llamacpp::LlamaModelPtr model(llama_model_load_from_file(argv[1], params));
  if (!model) return std::fprintf(stderr, "%s cannot be loaded\n", argv[1]), 1;
  const backend::llamacpp::Tokenizer tokenizer(*model);
  const bool list = std::strcmp(argv[argc - 1], "--accepted") == 0;
  const auto cases =
      corpus::load(argc > 2 && argv[2][0] != '-' ? argv[2] : "tests/grammar/schemas");
  const auto ours = measure<Guidance>(tokenizer, cases, list);
  const auto theirs = measure<Gbnf>(tokenizer, cases, list);
  std::vector<bool> all(cases.size(), true);
  std::vector<bool> both(cases.size());
  for (std::size_t i = 0; i < cases.size(); ++i) {
    both[i] = ours[i].compiled && theirs[i].compiled;
  }
  print(Guidance::kName, "all", ours, all);
  print(Gbnf::kName, "all", theirs, all);
  print(Guidance::kName, "both", ours, both);
  print(Gbnf::kName, "both", theirs, both);
}
