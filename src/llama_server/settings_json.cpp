#include "llama_server/settings_json.h"

#include <type_traits>

#include "core/parameters/parameters.h"

namespace pcai::llama_server {

api::Json settings_json(const GenerateParams& params, const std::vector<std::string>& samplers) {
  api::Json json = api::Json::object();
  for (const Parameter& parameter : kParameters) {
    if (!parameter.faces.has(Face::Field)) continue;
    visit_value(parameter, params, [&](const auto& value) {
      using Value = std::decay_t<decltype(value)>;
      api::Json& member = json[std::string(parameter.name)];
      if constexpr (std::is_same_v<Value, float>) {
        // The shortest decimal, not the nearest double's.
        member = api::Json::parse(value_text(parameter, params), nullptr, false);
      } else {
        member = value;
      }
    });
  }
  const bool endless = params.max_tokens >= kMaxTokenCount;
  json["n_predict"] = endless ? api::Json(-1) : api::Json(params.max_tokens);
  json["n_probs"] = params.top_logprobs;
  json["samplers"] = samplers;
  if (params.grammar && params.grammar->kind == GrammarKind::Gbnf) {
    json["grammar"] = params.grammar->source;
  }
  if (params.adapters) {
    json["lora"] = api::Json::array();
    for (const AdapterScale& adapter : *params.adapters) {
      json["lora"].push_back({{"id", adapter.index}, {"scale", adapter.scale}});
    }
  }
  return json;
}

}  // namespace pcai::llama_server
