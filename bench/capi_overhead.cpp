// What the C ABI costs over the engine behind it, on a fake model that takes no time of its own: a
// call that yields one token, and a token of a long answer. All threads share one processor, so
// that it does not matter which of several each thread happens to get. Both sides take turns, so
// that other load on the machine meets both alike. Wall time is the median of the rounds, CPU time
// that of the calling thread. One JSON line a side and an added cost.
//
//   capi_overhead [CALLS] [TOKENS]
#include <sched.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <functional>
#include <string>
#include <vector>

#include "backend/fake/register.h"
#include "engine/engine.h"
#include "pcai/pcai.h"

namespace pcai::bench {
namespace {

using Run = std::function<void(const std::string& prompt, std::uint32_t max_tokens)>;

constexpr std::uint32_t kContext = 1'000'000;

struct Side {
  const char* name;
  Run run;
  std::vector<double> wall_us = {};
  double cpu_us = 0;
};

double thread_cpu_us() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) * 1e6 + static_cast<double>(time.tv_nsec) / 1e3;
}

double median(std::vector<double> values) {
  std::nth_element(values.begin(), values.begin() + static_cast<long>(values.size() / 2),
                   values.end());
  return values[values.size() / 2];
}

void measure(const char* what, std::vector<Side> sides, int rounds, const std::string& prompt,
             std::uint32_t tokens) {
  for (int round = -rounds / 10; round < rounds; ++round) {  // the first ones warm up
    for (std::size_t turn = 0; turn < sides.size(); ++turn) {
      Side& side = sides[(turn + static_cast<std::size_t>(round + rounds)) % sides.size()];
      const double cpu = thread_cpu_us();
      const auto begin = std::chrono::steady_clock::now();
      side.run(prompt, tokens);
      const std::chrono::duration<double, std::micro> wall =
          std::chrono::steady_clock::now() - begin;
      if (round < 0) continue;
      side.wall_us.push_back(wall.count() / tokens);
      side.cpu_us += (thread_cpu_us() - cpu) / tokens / rounds;
    }
  }
  const double engine_wall = median(sides.front().wall_us);
  for (const Side& side : sides) {
    const double wall = median(side.wall_us);
    std::printf(
        "{\"per\": \"%s\", \"side\": \"%s\", \"wall_us\": %.3f, \"cpu_us\": %.3f, "
        "\"added_wall_us\": %.3f, \"added_cpu_us\": %.3f}\n",
        what, side.name, wall, side.cpu_us, wall - engine_wall, side.cpu_us - sides.front().cpu_us);
  }
}

void expect(bool fine, const char* what) {
  if (fine) return;
  std::fprintf(stderr, "%s failed\n", what);
  std::exit(1);
}

void run_engine(engine::Engine& engine, const std::string& prompt, std::uint32_t max_tokens) {
  GenerateRequest request;
  request.prompt = ChatPrompt{.messages = {{.role = Role::User, .content = prompt}}};
  request.params.max_tokens = max_tokens;
  auto generation = engine.generate(std::move(request));
  expect(generation.has_value(), "Engine::generate");
  std::string text;
  while (!(*generation)->done()) {
    const auto event = (*generation)->next(std::chrono::hours(1));
    if (const auto* delta = std::get_if<TextDelta>(&*event)) text += delta->text;
  }
}

void run_pull(pcai_model* model, const std::string& prompt, std::uint32_t max_tokens) {
  pcai_message message{};
  message.struct_size = sizeof message;
  message.role = PCAI_ROLE_USER;
  message.content = {prompt.data(), prompt.size()};
  pcai_request request;
  pcai_request_init(&request, sizeof request);
  request.messages = &message;
  request.message_count = 1;
  request.max_tokens = max_tokens;
  pcai_generation* generation = nullptr;
  expect(pcai_generation_start(model, &request, &generation, nullptr) == PCAI_OK,
         "pcai_generation_start");
  pcai_event event{};
  event.struct_size = sizeof event;
  std::string text;
  while (pcai_generation_next(generation, -1, &event, nullptr) == PCAI_OK) {
    if (event.text.data != nullptr) text.append(event.text.data, event.text.size);
  }
  pcai_generation_free(&generation);
}

void run_generate(const std::string& prompt, std::uint32_t max_tokens) {
  char* answer = pcai_generate(prompt.c_str(), max_tokens, 0.7F);
  expect(answer != nullptr, "pcai_generate");
  pcai_free_string(answer);
}

void run_streaming(const std::string& prompt, std::uint32_t max_tokens) {
  std::string text;
  const FfiResult result = pcai_generate_streaming(
      prompt.c_str(), max_tokens, 0.7F,
      [](const char* token, void* to) { *static_cast<std::string*>(to) += token; }, &text);
  expect(result.success, "pcai_generate_streaming");
}

/// The processor that the process is on, for all its threads to come.
void stay_on_one_processor() {
  cpu_set_t one;
  CPU_ZERO(&one);
  CPU_SET(static_cast<unsigned>(sched_getcpu()), &one);
  expect(sched_setaffinity(0, sizeof one, &one) == 0, "sched_setaffinity");
}

int run(int calls, std::uint32_t tokens) {
  stay_on_one_processor();
  auto registry = std::make_shared<backend::BackendRegistry>();
  backend::fake::register_fake(*registry);
  engine::Engine engine(registry, {});
  backend::NoProgress progress;
  expect(engine
             .add_model({.id = "m",
                         .config = {.model_path = "m.fake", .context_length = kContext},
                         .backend = "fake"})
             .has_value(),
         "Engine::add_model");
  expect(engine.load_model("m", progress).has_value(), "Engine::load_model");

  pcai_engine_options engine_options;
  pcai_engine_options_init(&engine_options, sizeof engine_options);
  engine_options.backend = pcai_text_of("fake");
  pcai_engine* c_engine = nullptr;
  expect(pcai_engine_create(&engine_options, &c_engine, nullptr) == PCAI_OK, "pcai_engine_create");
  pcai_model_options options;
  pcai_model_options_init(&options, sizeof options);
  options.path = pcai_text_of("m.fake");
  options.context_length = kContext;
  pcai_model* model = nullptr;
  expect(pcai_model_load(c_engine, &options, &model, nullptr) == PCAI_OK, "pcai_model_load");
  expect(pcai_model_wait(model, -1, nullptr, nullptr) == PCAI_OK, "pcai_model_wait");
  expect(pcai_init("fake").success && pcai_load_model("m.fake", 0).success, "pcai_load_model");

  const Run by_engine = [&](auto& prompt, auto most) { run_engine(engine, prompt, most); };
  const Run by_pull = [&](auto& prompt, auto most) { run_pull(model, prompt, most); };
  measure("call",
          {{"engine", by_engine},
           {"pcai_generation_next", by_pull},
           {"pcai_generate", run_generate},
           {"pcai_generate_streaming", run_streaming}},
          calls, "fake: tokens=1", 1);
  const std::string prompt = "fake: tokens=" + std::to_string(tokens);
  measure("token",
          {{"engine", by_engine},
           {"pcai_generation_next", by_pull},
           {"pcai_generate", run_generate},
           {"pcai_generate_streaming", run_streaming}},
          50, prompt, tokens);

  pcai_model_free(&model);
  pcai_engine_free(&c_engine);
  pcai_shutdown();
  return 0;
}

}  // namespace
}  // namespace pcai::bench

int main(int argc, char** argv) {
  const int calls = argc > 1 ? std::atoi(argv[1]) : 5000;
  const int tokens = argc > 2 ? std::atoi(argv[2]) : 3000;  // within the seven functions' context
  return pcai::run(std::max(calls, 10), static_cast<std::uint32_t>(std::clamp(tokens, 1, 4000)));
}
