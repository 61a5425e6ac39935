#include "llama_server/server_state.h"

#include "api/json_text.h"
#include "core/parameters/limits.h"
#include "llama_server/samplers.h"
#include "llama_server/settings_json.h"
#include "platform/path_text.h"

namespace pcai::llama_server {
namespace {

std::uint32_t slots_of(const ServedModel& model) noexcept {
  const auto& info = model.status.info;
  return info ? info->max_sequences : model.spec.config.max_sequences;
}

std::uint32_t running(const ServedModel& model) noexcept {
  return model.stats ? model.stats->sequences_running : 0;
}

std::uint32_t context_of(const ServedModel& model) noexcept {
  if (model.status.info) return model.status.info->context_length;
  return model.spec.config.context_length.value_or(model.facts.context_length);
}

/// What a request gets that says nothing.
api::Json default_settings(const ServedModel& model) {
  GenerateParams params;
  params.max_tokens = kMaxTokenCount;
  apply_defaults(model.spec.defaults, params);
  return settings_json(params, sampler_names());
}

api::Json slot_json(const ServedModel& model, std::uint32_t id) {
  return {{"id", id},
          {"id_task", -1},
          {"n_ctx", context_of(model)},
          {"speculative", false},
          {"is_processing", id < running(model)}};
}

}  // namespace

std::string props_body(const ServedModel& model) {
  api::Json settings = slot_json(model, 0);
  settings["params"] = default_settings(model);
  const auto& info = model.status.info;
  const ModelConfig& config = model.spec.config;
  return api::to_text({{"default_generation_settings", std::move(settings)},
                       {"total_slots", slots_of(model)},
                       {"model_alias", model.status.id},
                       {"model_path", platform::path_text(config.model_path.filename())},
                       {"chat_template", config.chat_template.value_or(model.facts.chat_template)},
                       {"modalities",
                        {{"vision", info ? info->sees : model.facts.sees},
                         {"audio", info ? info->hears : model.facts.hears}}},
                       {"build_info", "pcai"},
                       {"is_sleeping", model.status.state == ModelState::Unloaded}});
}

std::string slots_body(const ServedModel& model) {
  api::Json slots = api::Json::array();
  for (std::uint32_t id = 0; id < slots_of(model); ++id) slots.push_back(slot_json(model, id));
  return api::to_text(slots);
}

bool has_free_slot(const ServedModel& model) noexcept {
  return running(model) < slots_of(model);
}

}  // namespace pcai::llama_server
