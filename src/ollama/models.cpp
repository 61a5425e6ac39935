#include "ollama/models.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

#include "api/api_description.h"
#include "api/field.h"
#include "api/json_reader.h"
#include "ollama/api_schemas.h"
#include "ollama/generate_answer.h"

namespace pcai::ollama {
namespace {

// What is here of the API is as of this release; what it knows and we do not is refused by name.
constexpr std::string_view kVersion = "0.12.0";
constexpr std::string_view kLatest = ":latest";

/// "134.5M", "7.2B"
std::string parameter_size(std::uint64_t count) {
  if (count == 0) return {};
  const bool billions = count >= 1'000'000'000;
  char text[32];
  std::snprintf(text, sizeof text, "%.1f%c", static_cast<double>(count) / (billions ? 1e9 : 1e6),
                billions ? 'B' : 'M');
  return text;
}

api::Json details_json(const ModelStatus& model) {
  const ModelInfo info = model.info.value_or(ModelInfo{});
  api::Json families = api::Json::array();
  if (!info.architecture.empty()) families.push_back(info.architecture);
  return {{"parent_model", ""},
          {"format", info.format},
          {"family", info.architecture},
          {"families", std::move(families)},
          {"parameter_size", parameter_size(info.parameter_count)},
          {"quantization_level", info.quantization.value_or("")}};
}

api::Json model_json(const ModelStatus& model) {
  return {{"name", model.id},
          {"model", model.id},
          {"modified_at", rfc3339(model.created)},
          {"size", model.info ? model.info->size_bytes : 0},
          {"digest", ""},
          {"details", details_json(model)}};
}

std::span<const api::Field<ShowRequest>> show_fields() {
  using S = ShowRequest;
  static const std::vector<api::Field<S>> kFields = {
      api::field<&S::model>("model", {1, kMaxModelNameBytes}, "The model's id"),
      {{"name",
        api::FieldType::String,
        {0, kMaxModelNameBytes},
        "",
        "Older name of the same field; empty = none"},
       [](api::Json& value, const std::string&, S& request) -> Status {
         if (request.model.empty()) request.model = std::move(value.get_ref<std::string&>());
         return {};
       }},
      api::field<&S::verbose>("verbose", {}, "The answer is always complete"),
      api::unsupported_field<S>("system", api::FieldType::String, "models are not changed here"),
      api::unsupported_field<S>("template", api::FieldType::String, "models are not changed here"),
      api::unsupported_field<S>("options", api::FieldType::Object, "models are not changed here"),
  };
  return kFields;
}

}  // namespace

std::string tags_body(const std::vector<ModelStatus>& models) {
  api::Json list = api::Json::array();
  for (const ModelStatus& model : models) list.push_back(model_json(model));
  return api::to_text({{"models", std::move(list)}});
}

std::string ps_body(const std::vector<ModelStatus>& models) {
  api::Json list = api::Json::array();
  for (const ModelStatus& model : models) {
    if (!model.info) continue;
    api::Json json = model_json(model);
    json.erase("modified_at");
    json["expires_at"] = "9999-12-31T23:59:59Z";  // models stay until the server unloads them
    json["size_vram"] = 0;
    json["context_length"] = model.info->context_length;
    list.push_back(std::move(json));
  }
  return api::to_text({{"models", std::move(list)}});
}

std::string show_body(const ModelStatus& model) {
  api::Json info = api::Json::object();
  api::Json capabilities = api::Json::array();
  if (model.info) {
    const ModelInfo& known = *model.info;
    const std::string& architecture = known.architecture;
    info["general.architecture"] = architecture;
    info["general.parameter_count"] = known.parameter_count;
    info[architecture + ".context_length"] = known.train_context_length;
    if (known.generates) {
      capabilities = api::Json::array({"completion", "tools"});
      if (known.sees) capabilities.push_back("vision");
      if (known.hears) capabilities.push_back("audio");
    } else {
      capabilities = api::Json::array({"embedding"});
    }
  }
  return api::to_text({{"modelfile", ""},
                       {"parameters", ""},
                       {"template", ""},
                       {"details", details_json(model)},
                       {"model_info", std::move(info)},
                       {"capabilities", std::move(capabilities)},
                       {"modified_at", rfc3339(model.created)}});
}

Result<ShowRequest> parse_show_request(std::string_view text) {
  Result<api::Json> body = api::read_json(text);
  if (!body) return fail(std::move(body).error());
  ShowRequest request;
  Status read = api::read_fields(*body, "", request.warnings,
                                 api::FieldSet<ShowRequest>{show_fields(), request});
  if (read && request.model.empty()) {
    read = fail(ErrorCode::InvalidRequest, "model is required", "model");
  }
  if (!read) return fail(std::move(read).error());
  return request;
}

std::vector<api::FieldInfo> ollama_show_field_infos() {
  std::vector<api::FieldInfo> infos;
  api::append_infos(infos, show_fields());
  return infos;
}

std::string version_body() {
  return api::to_text({{"version", kVersion}, {"server", "pcai"}});
}

std::string known_name(const std::vector<ModelStatus>& models, std::string name) {
  const auto known = [&](std::string_view id) {
    return std::any_of(models.begin(), models.end(),
                       [&](const ModelStatus& model) { return model.id == id; });
  };
  if (known(name)) return name;
  if (name.ends_with(kLatest)) {
    const std::string bare = name.substr(0, name.size() - kLatest.size());
    if (known(bare)) return bare;
  } else if (known(name + std::string(kLatest))) {
    return name + std::string(kLatest);
  }
  return name;
}

}  // namespace pcai::ollama
