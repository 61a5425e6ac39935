#include "capi/abi/handles.h"
#include "capi/abi/struct_size.h"

namespace pcai::capi {
namespace {

pcai_engine_options default_engine_options() noexcept {
  const engine::EngineOptions engine;
  pcai_engine_options options{};
  options.max_queue = engine.max_queue;
  options.default_timeout_ms = engine.default_timeout.count();
  options.submit_threads = engine.submit_threads;
  return options;
}

constexpr std::uint32_t kMaxQueue = 1'000'000;
constexpr std::uint32_t kMaxSubmitThreads = 256;

Result<engine::EngineOptions> read_engine_options(const pcai_engine_options& from) {
  const auto refuse = [](const std::string& field, const std::string& what) {
    return fail(ErrorCode::InvalidRequest, field + " " + what, field);
  };
  if (from.max_queue > kMaxQueue) {
    return refuse("max_queue", "must be at most " + std::to_string(kMaxQueue));
  }
  if (from.default_timeout_ms < 0) {
    return refuse("default_timeout_ms", "must be 0 (none) or more");
  }
  if (from.submit_threads < 1 || from.submit_threads > kMaxSubmitThreads) {
    return refuse("submit_threads", "must be 1 to " + std::to_string(kMaxSubmitThreads));
  }
  if (from.reserved != 0) return refuse("reserved", "must be 0");
  return engine::EngineOptions{
      .max_queue = from.max_queue,
      .default_timeout = std::chrono::milliseconds(from.default_timeout_ms),
      .submit_threads = from.submit_threads};
}

pcai_engine_stats to_c(const engine::EngineStats& from) {
  pcai_engine_stats stats{};
  stats.queued = from.queued;
  stats.running = from.running;
  stats.accepted = from.accepted;
  stats.refused = from.refused;
  stats.finished = from.finished;
  stats.failed = from.failed;
  stats.cancelled = from.cancelled;
  stats.prompt_tokens = from.prompt_tokens;
  stats.cached_tokens = from.cached_tokens;
  stats.completion_tokens = from.completion_tokens;
  return stats;
}

}  // namespace
}  // namespace pcai::capi

using namespace pcai;
using namespace pcai::capi;

extern "C" {

void pcai_engine_options_init(pcai_engine_options* options, uint32_t struct_size) {
  init_struct(options, struct_size, default_engine_options());
}

pcai_status pcai_engine_create(const pcai_engine_options* options, pcai_engine** engine,
                               pcai_error** error) {
  return guarded(error, [&]() -> Status {
    if (engine == nullptr) return refuse_null("engine");
    *engine = nullptr;
    pcai_engine_options given = default_engine_options();
    if (options != nullptr) {
      const Result<pcai_engine_options> read = read_struct(options, given, "options");
      if (!read) return fail(read.error());
      given = *read;
    }
    const Result<engine::EngineOptions> settings = read_engine_options(given);
    if (!settings) return fail(settings.error());
    const Result<std::string> backend = read_text(given.backend, "backend");
    if (!backend) return fail(backend.error());
    auto registry = backends_for(*backend);
    if (!registry) return fail(std::move(registry.error()));
    *engine = new pcai_engine{OpenEngine::create(*backend, std::move(*registry), *settings)};
    return {};
  });
}

void pcai_engine_free(pcai_engine** engine) {
  if (engine == nullptr || *engine == nullptr) return;
  if (is_forked_from_engine()) return leave(engine);
  const std::unique_ptr<pcai_engine> freed(std::exchange(*engine, nullptr));
  (void)guarded(nullptr, [&]() -> Status {
    freed->engine->close();
    return {};
  });
}

pcai_status pcai_engine_get_stats(const pcai_engine* engine, pcai_engine_stats* stats,
                                  pcai_error** error) {
  return guarded(error, [&]() -> Status {
    if (engine == nullptr) return refuse_null("engine");
    if (stats == nullptr) return refuse_null("stats");
    return write_struct(to_c(engine->engine->engine().stats()), stats, "stats");
  });
}

}  // extern "C"
