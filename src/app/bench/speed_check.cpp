#include "app/bench/speed_check.h"

#include <fmt/core.h>

#include <algorithm>
#include <numeric>
#include <random>

#include "app/bench/bench_report.h"
#include "app/bench/served_program.h"
#include "app/choice/model_choice.h"
#include "app/choice/placement.h"
#include "app/settings/load_settings.h"
#include "app/terminal/status_line.h"
#include "app/terminal/text_table.h"
#include "core/start_thread.h"
#include "platform/console.h"
#include "platform/memory.h"
#include "platform/processors.h"
#include "platform/system.h"

namespace pcai::app {
namespace {

using State = HealthCheck::State;

constexpr BenchSizes kSizes = {.prompt = 256, .answer = 32, .streams = 1};
constexpr int kRuns = 3;
constexpr double kWorthIt = 1.05;      // a smaller gain is noise, or not worth a setting
constexpr double kMostlyPanels = 0.5;  // of the weights
constexpr std::size_t kRead = std::size_t{512} << 20;

void show(const std::string& text) {
  if (platform::is_terminal(stderr)) set_status("measuring: " + text);
}

/// Starts servers of one model with different flags, and compares two of them by turns.
class Trial {
 public:
  Trial(std::string model, std::string key, platform::Signals& signals)
      : model_(std::move(model)), key_(std::move(key)), signals_(signals) {}

  Result<std::unique_ptr<ServedProgram>> start(const std::vector<std::string>& flags) {
    std::vector<std::string> command = {platform::own_program(), "serve",
                                        "--host=127.0.0.1",      "--port={port}",
                                        "--discover=off",        "--log-level=warning",
                                        "--model=" + model_};
    command.insert(command.end(), flags.begin(), flags.end());
    auto server = ServedProgram::start(std::move(command), "/ready",
                                       {.name = "pcai", .url = "", .key = key_}, signals_);
    if (!server) return server;
    if (Status warm = warm_up((*server)->server(), writer_, signals_); !warm) {
      return fail(warm.error());
    }
    return server;
  }

  struct Pair {
    std::vector<Figure> first;
    std::vector<Figure> second;
  };

  /// How fast both read a prompt and write an answer.
  Result<Pair> compare(const ServedProgram& first, const ServedProgram& second) {
    Pair pair;
    for (const Workload workload : {Workload::Prompt, Workload::OneAnswer}) {
      for (int run = 0; run < kRuns; ++run) {
        for (const bool is_first : {run % 2 == 0, run % 2 != 0}) {
          const ServedProgram& server = is_first ? first : second;
          const auto measured = measure(server.server(), workload, kSizes, writer_, signals_);
          if (!measured) return fail(measured.error());
          add(is_first ? pair.first : pair.second, *measured);
        }
      }
    }
    return pair;
  }

 private:
  std::string model_;
  std::string key_;
  platform::Signals& signals_;
  PromptWriter writer_{std::random_device{}()};
};

double median(const Figure& figure) {
  return spread_of(figure.values).median;
}

/// "prompt 1500.0 tok/s (4.60 × 326.1), answer 150.0 tok/s (1.20 × 125.0)"
std::string compared(const Trial::Pair& pair) {
  return fmt::format("prompt {:.1f} tok/s ({:.2f} × {:.1f}), answer {:.1f} tok/s ({:.2f} × {:.1f})",
                     median(pair.first[0]), ratio(pair.first[0], pair.second[0], true).median,
                     median(pair.second[0]), median(pair.first[1]),
                     ratio(pair.first[1], pair.second[1], true).median, median(pair.second[1]));
}

/// True if the second is better by more than noise: in every run and by enough.
bool is_gain(const Figure& first, const Figure& second) {
  const Spread gain = ratio(second, first, true);
  return gain.median >= kWorthIt && gain.least > 1;
}

HealthCheck kernels_check(const Trial::Pair& pair) {
  HealthCheck check = {"our kernels", State::Fine, "with them " + compared(pair) + " without them"};
  if (is_gain(pair.first[1], pair.second[1])) {
    check.state = State::Note;
    check.advice = fmt::format("`--kernels off` answers {:.2f} × as fast",
                               ratio(pair.second[1], pair.first[1], true).median);
  }
  return check;
}

HealthCheck threads_check(unsigned threads, const Trial::Pair& pair) {
  HealthCheck check = {fmt::format("{} threads", threads), State::Fine,
                       "as chosen: " + compared(pair) + fmt::format(" with {}", threads)};
  const bool reads = is_gain(pair.first[0], pair.second[0]);
  const bool writes = is_gain(pair.first[1], pair.second[1]);
  if (reads || writes) {
    check.state = State::Note;
    check.advice = fmt::format("`--threads {}` reads prompts {:.2f} × and answers {:.2f} × as fast",
                               threads, ratio(pair.second[0], pair.first[0], true).median,
                               ratio(pair.second[1], pair.first[1], true).median);
  }
  return check;
}

/// Bytes a second that all threads together read.
double read_speed(unsigned threads) {
  const std::vector<std::uint64_t> numbers(kRead / sizeof(std::uint64_t), 1);
  std::vector<std::uint64_t> sums(threads);
  const auto begin = TimedAnswer::Clock::now();
  JoinedThreads readers;
  for (unsigned i = 0; i < threads; ++i) {
    readers.start([&, i] {
      const auto at = [&](unsigned part) {
        return numbers.begin() + static_cast<std::ptrdiff_t>(numbers.size() * part / threads);
      };
      sums[i] = std::accumulate(at(i), at(i + 1), std::uint64_t{0});
    });
  }
  readers.join();
  const std::chrono::duration<double> took = TimedAnswer::Clock::now() - begin;
  // The sum is used, so that the reading is not left out.
  const auto sum = std::accumulate(sums.begin(), sums.end(), std::uint64_t{0});
  return static_cast<double>(sum) * sizeof(std::uint64_t) / took.count();
}

/// An answer's token reads all weights once, so memory sets the limit.
HealthCheck memory_check(const fit::MemoryPlan& plan, double answer_speed, unsigned threads) {
  std::uint64_t weights = 0;
  for (const fit::DeviceShare& share : plan.shares) weights += share.weights + share.panels;
  const double speed = read_speed(threads);
  const double most = weights > 0 ? speed / static_cast<double>(weights) : 0;
  HealthCheck check = {
      "memory speed", State::Fine,
      fmt::format("{}/s; a token reads {}, so that it allows {:.1f} tok/s; {:.1f} are reached",
                  human_size(static_cast<std::uint64_t>(speed)), human_size(weights), most,
                  answer_speed)};
  if (answer_speed > most / 2) {
    check.state = State::Note;
    check.advice =
        "memory is the limit: the same model in fewer bits (Q4_K_M instead of Q8_0 or "
        "F16) answers faster in proportion to its size";
  }
  return check;
}

HealthCheck format_check(const fit::MemoryPlan& plan) {
  std::uint64_t panels = 0;
  std::uint64_t others = 0;
  for (const fit::DeviceShare& share : plan.shares) {
    panels += share.panels;
    others += share.weights;
  }
  const double part = static_cast<double>(panels) / static_cast<double>(panels + others);
  HealthCheck check = {"format of the weights", State::Fine,
                       fmt::format("{:.0f} % are computed by our kernels or may be", part * 100)};
  if (panels + others > 0 && part < kMostlyPanels) {
    check.state = State::Note;
    check.advice =
        "the same model as Q4_K_M, Q5_K_M, Q6_K or Q8_0 uses our kernels; `pcai bench` "
        "with both files shows the gain";
  }
  return check;
}

}  // namespace

Result<std::vector<HealthCheck>> check_speed(const Settings& settings, platform::Signals& signals) {
  const std::string model = settings.model.empty() ? "" : settings.model.front();
  const Result<ModelSpec> spec = choose_model(settings, model);
  if (!spec) return fail(spec.error());
  const Result<std::vector<std::string>> keys = load_api_keys(settings);
  if (!keys) return fail(keys.error());
  std::vector<HealthCheck> checks = {{"measured model", State::Fine, spec->id}};

  Trial trial(model, keys->empty() ? "" : keys->front(), signals);
  show("loading " + model);
  const auto usual = trial.start({});
  if (!usual) return fail(usual.error());
  const auto against = [&](const std::string& flag) -> Result<Trial::Pair> {
    show(flag);
    const auto other = trial.start({flag});
    if (!other) return fail(other.error());
    return trial.compare(**usual, **other);
  };

  const Result<Trial::Pair> kernels = against("--kernels=off");
  if (!kernels) return fail(kernels.error());
  checks.push_back(kernels_check(*kernels));
  const unsigned processors = platform::usable_processors();
  std::vector<unsigned> counts = {processors};
  if (processors > 1) counts.insert(counts.begin(), processors / 2);
  for (const unsigned count : counts) {
    const Result<Trial::Pair> pair = against(fmt::format("--threads={}", count));
    if (!pair) return fail(pair.error());
    checks.push_back(threads_check(count, *pair));
  }
  if (const auto plan = place_model(*spec, usable_devices())) {
    show("memory");
    checks.push_back(memory_check(*plan, median(kernels->first[1]), processors));
    checks.push_back(format_check(*plan));
  }
  return checks;
}

}  // namespace pcai::app
