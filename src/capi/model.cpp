#include <cmath>
#include <utility>

#include "capi/abi/array.h"
#include "capi/abi/handles.h"
#include "capi/abi/model_info.h"
#include "capi/abi/struct_size.h"
#include "capi/abi/wait.h"
#include "platform/path_text.h"

namespace pcai::capi {
namespace {

constexpr std::uint64_t kMaxGpuDevices = 256;
constexpr std::uint64_t kMaxAdapters = 64;

pcai_model_options default_model_options() noexcept {
  const ModelConfig config;
  pcai_model_options options{};
  options.gpu_layers = config.gpu_layers;
  options.batch_size = kDefaultBatchSize;
  options.threads = config.threads;
  options.max_sequences = config.max_sequences;
  return options;
}

Result<std::vector<AdapterConfig>> read_adapters(const pcai_model_options& from) {
  Status status = check_array(from.adapters, from.adapter_count, kMaxAdapters, "adapters");
  if (!status) return fail(std::move(status.error()));
  std::vector<AdapterConfig> adapters;
  for (std::uint64_t i = 0; i < from.adapter_count; ++i) {
    const pcai_adapter& adapter = from.adapters[i];
    const std::string field = indexed("adapters", i);
    Result<std::filesystem::path> path = read_path(adapter.path, field + ".path");
    if (!path) return fail(std::move(path.error()));
    if (!std::isfinite(adapter.scale)) {
      return fail(ErrorCode::InvalidRequest, field + ".scale must be a finite number",
                  field + ".scale");
    }
    if (adapter.reserved != 0) {
      return fail(ErrorCode::InvalidRequest, field + ".reserved must be 0", field + ".reserved");
    }
    adapters.push_back({.path = std::move(*path), .scale = adapter.scale});
  }
  return adapters;
}

Result<ModelConfig> read_model_options(const pcai_model_options& from) {
  Result<std::filesystem::path> path = read_path(from.path, "path");
  if (!path) return fail(std::move(path.error()));
  ModelConfig config{.model_path = std::move(*path),
                     .gpu_layers = from.gpu_layers,
                     .threads = from.threads,
                     .max_sequences = from.max_sequences};
  // The structure has no other way to say nothing.
  if (from.batch_size != kDefaultBatchSize) config.batch_size = from.batch_size;
  const auto refuse = [](const char* field, const char* what) {
    return fail(ErrorCode::InvalidRequest, std::string(field) + what, field);
  };
  if (from.gpu_layers < -1) return refuse("gpu_layers", " must be -1 (all that fit), 0 or more");
  if (from.batch_size == 0) return refuse("batch_size", " must be at least 1");
  if (from.max_sequences == 0) return refuse("max_sequences", " must be at least 1");
  Status gpus = check_array(from.gpu_devices, from.gpu_device_count, kMaxGpuDevices, "gpu_devices");
  if (!gpus) return fail(std::move(gpus.error()));
  if (from.gpu_devices != nullptr) {
    config.gpu_devices = std::vector(from.gpu_devices, from.gpu_devices + from.gpu_device_count);
  }
  if (given(from.chat_template)) {
    Result<std::string> text = read_text(from.chat_template, "chat_template");
    if (!text) return fail(std::move(text.error()));
    config.chat_template = std::move(*text);
  }
  if (from.context_length != 0) config.context_length = from.context_length;
  Result<std::vector<AdapterConfig>> adapters = read_adapters(from);
  if (!adapters) return fail(std::move(adapters.error()));
  config.adapters = std::move(*adapters);
  return config;
}

pcai_model_stats to_c(const ModelStats& from) {
  pcai_model_stats stats{};
  stats.kv_cells_total = from.kv_cells_total;
  stats.kv_cells_used = from.kv_cells_used;
  stats.kv_cells_active = from.kv_cells_active;
  stats.sequences_running = from.sequences_running;
  stats.sequences_waiting = from.sequences_waiting;
  stats.steps = from.steps;
  stats.prompt_tokens_computed = from.prompt_tokens_computed;
  stats.prompt_tokens_cached = from.prompt_tokens_cached;
  stats.tokens_generated = from.tokens_generated;
  stats.preemptions = from.preemptions;
  return stats;
}

}  // namespace
}  // namespace pcai::capi

using namespace pcai;
using namespace pcai::capi;

pcai_model::pcai_model(std::shared_ptr<OpenEngine> of, std::string name, std::string file)
    : engine(std::move(of)), id(std::move(name)), path(std::move(file)) {}

pcai_model::~pcai_model() {
  if (load) load->give_up();
  // Also ends a load that a generation began, for which the one here may be waiting.
  (void)guarded(nullptr, [&] { return engine->engine().remove_model(id); });
}

extern "C" {

void pcai_model_options_init(pcai_model_options* options, uint32_t struct_size) {
  init_struct(options, struct_size, default_model_options());
}

pcai_status pcai_model_load(pcai_engine* engine, const pcai_model_options* options,
                            pcai_model** model, pcai_error** error) {
  return guarded(error, [&]() -> Status {
    if (model == nullptr) return refuse_null("model");
    *model = nullptr;
    if (engine == nullptr) return refuse_null("engine");
    if (options == nullptr) return refuse_null("options");
    const auto given = read_struct(options, default_model_options(), "options");
    if (!given) return fail(given.error());
    Result<ModelConfig> config = read_model_options(*given);
    if (!config) return fail(std::move(config.error()));
    Result<std::string> id = read_text(given->id, "id");
    if (!id) return fail(std::move(id.error()));
    if (id->empty()) *id = platform::path_text(config->model_path.stem());

    const std::string path = platform::path_text(config->model_path);
    if (Status added = engine->engine->add_model(*id, std::move(*config)); !added) return added;
    auto handle = std::make_unique<pcai_model>(engine->engine, *id, path);
    handle->load = std::make_unique<ModelLoad>(engine->engine, std::move(*id));
    *model = handle.release();
    return {};
  });
}

pcai_status pcai_model_wait(pcai_model* model, int32_t timeout_ms, float* progress,
                            pcai_error** error) {
  return guarded(error, [&]() -> Result<pcai_status> {
    if (model == nullptr) return refuse_null("model");
    if (Status status = check_timeout(timeout_ms); !status) return fail(status.error());
    const std::optional<Status> outcome = model->load->wait(timeout_ms);
    if (progress != nullptr) {
      const Result<ModelStatus> status = model->engine->engine().model(model->id);
      *progress = outcome && *outcome ? 1 : status ? status->load_progress : 0;
    }
    if (!outcome) return PCAI_TIMEOUT;
    if (!*outcome) return fail(outcome->error());
    return PCAI_OK;
  });
}

pcai_status pcai_model_unload(pcai_model* model, pcai_error** error) {
  return guarded(error, [&]() -> Status {
    if (model == nullptr) return refuse_null("model");
    model->load->give_up();
    return model->engine->engine().unload_model(model->id);
  });
}

void pcai_model_free(pcai_model** model) {
  if (model == nullptr) return;
  if (is_forked_from_engine()) return leave(model);
  delete std::exchange(*model, nullptr);
}

pcai_status pcai_model_get_info(const pcai_model* model, pcai_model_info* info,
                                pcai_error** error) {
  return guarded(error, [&]() -> Status {
    if (model == nullptr) return refuse_null("model");
    if (info == nullptr) return refuse_null("info");
    const bool load_runs = !model->load->wait(0);  // asked first: the status is then no older
    const Result<ModelStatus> status = model->engine->engine().model(model->id);
    if (!status) return fail(status.error());
    pcai_model_info value = to_c(*status, model->texts);
    // The load's thread may not have reached the engine yet.
    if (load_runs && value.state == PCAI_MODEL_UNLOADED) value.state = PCAI_MODEL_LOADING;
    value.path = lend(model->path);
    return write_struct(value, info, "info");
  });
}

pcai_status pcai_model_get_stats(const pcai_model* model, pcai_model_stats* stats,
                                 pcai_error** error) {
  return guarded(error, [&]() -> Status {
    if (model == nullptr) return refuse_null("model");
    if (stats == nullptr) return refuse_null("stats");
    const std::optional<ModelStats> counters = model->engine->engine().model_stats(model->id);
    if (!counters) {
      return fail(ErrorCode::Loading, "model '" + model->id + "' is not loaded", "model");
    }
    return write_struct(to_c(*counters), stats, "stats");
  });
}

}  // extern "C"
