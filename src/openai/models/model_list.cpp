#include "openai/models/model_list.h"

#include <cmath>

#include "api/json_text.h"
#include "platform/path_text.h"

namespace pcai::openai {
namespace {

api::Json model_json(const ModelStatus& model) {
  api::Json json = {{"id", model.id},
                    {"object", "model"},
                    {"created", model.created},
                    {"owned_by", "pcai"},
                    {"state", to_string(model.state)}};
  if (model.state == ModelState::Loading)
    json["load_progress"] = std::round(model.load_progress * 100.0) / 100;
  if (model.error) json["error"] = model.error->message;
  if (model.memory_bytes > 0) json["memory_bytes"] = model.memory_bytes;
  if (model.pinned) json["pinned"] = true;
  if (model.loads > 0) {
    json["requests"] = model.requests;
    json["loads"] = model.loads;
  }
  if (model.unloads_at) json["unloads_at"] = *model.unloads_at;
  for (std::size_t i = 0; i < model.adapters.size(); ++i) {
    const AdapterConfig& adapter = model.adapters[i];
    json["lora"].push_back({{"id", i},
                            {"name", platform::path_text(adapter.path.filename())},
                            {"scale", adapter.scale}});
  }
  if (model.info) {
    const ModelInfo& info = *model.info;
    json["backend"] = info.backend;
    json["architecture"] = info.architecture;
    json["quantization"] = info.quantization ? api::Json(*info.quantization) : api::Json(nullptr);
    json["context_length"] = info.context_length;
    json["train_context_length"] = info.train_context_length;
    json["size"] = info.size_bytes;
    json["parameters"] = info.parameter_count;
    json["input_modalities"] = api::Json::array({"text"});
    if (info.sees) json["input_modalities"].push_back("image");
    if (info.hears) json["input_modalities"].push_back("audio");
    json["capabilities"] = api::Json::array();
    // Tools work with every model that generates: where its template has none, they are described.
    if (info.generates) json["capabilities"] = {"completion", "tools"};
    if (!info.generates) json["capabilities"].push_back("embedding");
    if (info.fills_gaps) json["capabilities"].push_back("insert");
    if (info.sees) json["capabilities"].push_back("vision");
    if (info.hears) json["capabilities"].push_back("audio");
  }
  return json;
}

}  // namespace

std::string model_list_body(const std::vector<ModelStatus>& models) {
  api::Json data = api::Json::array();
  for (const ModelStatus& model : models) data.push_back(model_json(model));
  return api::to_text({{"object", "list"}, {"data", std::move(data)}});
}

std::string model_body(const ModelStatus& model) {
  return api::to_text(model_json(model));
}

}  // namespace pcai::openai
