#include "ollama/models.h"

#include <algorithm>
#include <cstdio>

#include "api/json_text.h"
#include "core/parameters/parameters.h"
#include "ollama/generate_answer.h"

namespace pcai::ollama {
namespace {

// What is here of the API is as of this release.
constexpr std::string_view kVersion = "0.12.0";
constexpr std::string_view kLatest = ":latest";
constexpr std::string_view kNever = "9999-12-31T23:59:59Z";

/// What the file says, or where the model is loaded what the backend says.
ModelFacts facts_of(const ListedModel& model) {
  ModelFacts facts = model.facts;
  if (!model.status.info) return facts;
  const ModelInfo& info = *model.status.info;
  facts.architecture = info.architecture;
  if (!info.format.empty()) facts.format = info.format;
  if (info.quantization) facts.quantization = *info.quantization;
  if (info.size_bytes > 0) facts.size_bytes = info.size_bytes;
  if (info.parameter_count > 0) facts.parameter_count = info.parameter_count;
  if (info.train_context_length > 0) facts.context_length = info.train_context_length;
  facts.embeds = !info.generates;
  facts.sees = info.sees;
  facts.hears = info.hears;
  facts.fills_gaps = info.fills_gaps;
  return facts;
}

/// "134.5M", "7.2B"
std::string parameter_size(std::uint64_t count) {
  if (count == 0) return {};
  const bool billions = count >= 1'000'000'000;
  char text[32];
  std::snprintf(text, sizeof text, "%.1f%c", static_cast<double>(count) / (billions ? 1e9 : 1e6),
                billions ? 'B' : 'M');
  return text;
}

api::Json details_json(const ModelFacts& facts) {
  api::Json families = api::Json::array();
  if (!facts.architecture.empty()) families.push_back(facts.architecture);
  return {{"parent_model", facts.parent},
          {"format", facts.format},
          {"family", facts.architecture},
          {"families", std::move(families)},
          {"parameter_size", parameter_size(facts.parameter_count)},
          {"quantization_level", facts.quantization}};
}

api::Json model_json(const ListedModel& model, const ModelFacts& facts) {
  return {{"name", model.status.id},
          {"model", model.status.id},
          {"modified_at", rfc3339(model.status.created)},
          {"size", facts.size_bytes},
          {"digest", facts.digest},
          {"details", details_json(facts)}};
}

api::Json capabilities_json(const ModelFacts& facts) {
  if (facts.embeds) return api::Json::array({"embedding"});
  // Tools work with every model that generates: where its template has none, they are described.
  api::Json list = api::Json::array({"completion", "tools"});
  if (facts.sees) list.push_back("vision");
  if (facts.hears) list.push_back("audio");
  if (facts.fills_gaps) list.push_back("insert");
  if (facts.thinks) list.push_back("thinking");
  return list;
}

api::Json model_info_json(const ModelFacts& facts) {
  api::Json info = api::Json::object();
  for (const auto& [name, json] : facts.metadata) {
    info[name] = api::Json::parse(json, nullptr, false);
  }
  info["general.architecture"] = facts.architecture;
  info["general.parameter_count"] = facts.parameter_count;
  if (facts.context_length > 0) {
    info[facts.architecture + ".context_length"] = facts.context_length;
  }
  return info;
}

struct NamedValue {
  std::string name;
  std::string value;
};

/// The model's defaults as lines of a Modelfile have them: a text in quotes, a list as many lines.
std::vector<NamedValue> parameters_of(const ModelSpec& spec) {
  std::vector<NamedValue> lines;
  if (spec.config.context_length) {
    lines.push_back({"num_ctx", std::to_string(*spec.config.context_length)});
  }
  for (const Parameter& parameter : kParameters) {
    if (!gives(spec.defaults, parameter)) continue;
    const std::string name =
        parameter.name == "max_tokens" ? "num_predict" : std::string(parameter.name);
    visit_value(parameter, spec.defaults.params, [&](const auto& value) {
      if constexpr (std::is_same_v<std::decay_t<decltype(value)>, std::vector<std::string>>) {
        for (const std::string& text : value)
          lines.push_back({name, api::to_text(api::Json(text))});
      } else {
        lines.push_back({name, value_text(parameter, spec.defaults.params)});
      }
    });
  }
  return lines;
}

std::string modelfile(const ListedModel& model, const ModelSpec& spec,
                      const std::vector<NamedValue>& parameters) {
  std::string text = "FROM " + (model.facts.parent.empty() ? model.status.id : model.facts.parent);
  for (const NamedValue& line : parameters) {
    text += "\nPARAMETER " + line.name + " " + line.value;
  }
  if (spec.defaults.system) text += "\nSYSTEM \"\"\"" + *spec.defaults.system + "\"\"\"";
  for (const ChatMessage& message : spec.defaults.messages) {
    text += std::string("\nMESSAGE ") + (message.role == Role::User ? "user " : "assistant ") +
            message.content.value_or("");
  }
  return text + "\n";
}

}  // namespace

std::string tags_body(const std::vector<ListedModel>& models) {
  api::Json list = api::Json::array();
  for (const ListedModel& model : models) list.push_back(model_json(model, facts_of(model)));
  return api::to_text({{"models", std::move(list)}});
}

std::string ps_body(const std::vector<ListedModel>& models) {
  api::Json list = api::Json::array();
  for (const ListedModel& model : models) {
    if (!model.status.info) continue;
    api::Json json = model_json(model, facts_of(model));
    json.erase("modified_at");
    if (model.status.memory_bytes > 0) json["size"] = model.status.memory_bytes;
    json["expires_at"] = model.expires_at > 0 ? rfc3339(model.expires_at) : std::string(kNever);
    json["size_vram"] = 0;
    json["context_length"] = model.status.info->context_length;
    list.push_back(std::move(json));
  }
  return api::to_text({{"models", std::move(list)}});
}

std::string show_body(const ListedModel& model, const ModelSpec& spec) {
  const ModelFacts facts = facts_of(model);
  const std::vector<NamedValue> parameters = parameters_of(spec);
  constexpr std::size_t kNameWidth = 30;
  std::string lines;
  for (const NamedValue& line : parameters) {
    std::string name = line.name;
    name.resize(std::max(kNameWidth, name.size()), ' ');
    lines += (lines.empty() ? "" : "\n") + name + " " + line.value;
  }
  api::Json json = {{"modelfile", modelfile(model, spec, parameters)},
                    {"parameters", std::move(lines)},
                    {"template", spec.config.chat_template.value_or(facts.chat_template)}};
  if (spec.defaults.system) json["system"] = *spec.defaults.system;
  if (!facts.license.empty()) json["license"] = facts.license;
  for (const ChatMessage& message : spec.defaults.messages) {
    json["messages"].push_back({{"role", message.role == Role::User ? "user" : "assistant"},
                                {"content", message.content.value_or("")}});
  }
  json["details"] = details_json(facts);
  json["model_info"] = model_info_json(facts);
  json["capabilities"] = capabilities_json(facts);
  json["digest"] = facts.digest;
  json["modified_at"] = rfc3339(model.status.created);
  return api::to_text(json);
}

std::string version_body() {
  return api::to_text({{"version", kVersion}, {"server", "pcai"}});
}

std::string known_name(const std::function<bool(std::string_view)>& is_known, std::string name) {
  if (name.empty() || is_known(name)) return name;
  if (name.ends_with(kLatest)) {
    const std::string bare = name.substr(0, name.size() - kLatest.size());
    if (!bare.empty() && is_known(bare)) return bare;
  } else if (const std::string tagged = name + std::string(kLatest); is_known(tagged)) {
    return tagged;
  }
  return name;
}

Error not_found(std::string_view name) {
  return {ErrorCode::ModelNotFound, "model '" + std::string(name) + "' not found"};
}

}  // namespace pcai::ollama
