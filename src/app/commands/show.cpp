#include <fmt/core.h>

#include <nlohmann/json.hpp>
#include <utility>

#include "app/choice/model_choice.h"
#include "app/choice/usual_model.h"
#include "app/commands/commands.h"
#include "app/exit_code.h"
#include "app/settings/command_line.h"
#include "app/terminal/terminal.h"
#include "app/terminal/text_table.h"
#include "core/parameters/parameters.h"
#include "models/gguf/gguf_reader.h"
#include "models/gguf/vocabulary_notes.h"
#include "models/safetensors/safetensors_folder.h"
#include "platform/path_text.h"

namespace pcai::app {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLongestShown = 100;  // bytes of a value in the readable form

struct ShowFlags {
  std::unique_ptr<SettingFlags> settings;
  std::string model;
  bool json = false;
};

/// A model file and all that its header says.
struct ShownModel {
  models::FoundModel found;
  models::GgufSummary summary;
  std::size_t tensors = 0;
  std::vector<std::pair<std::string, Json>> metadata;
  ModelConfig config;               // what it is loaded with
  std::string projector_type = {};  // as llama.cpp calls it; empty without one that can be read
  std::string projector_use = {};   // "images", "sound" or both
};

/// What the header of its projector says; a note where it is none.
void describe_projector(ShownModel& model) {
  if (!model.config.projector) return;
  const auto summary = models::describe_gguf(*model.config.projector);
  if (!summary || summary->kind != models::GgufKind::Projector) {
    const std::string why =
        summary ? "it is a file of the kind " + std::string(to_string(summary->kind))
                : summary.error().message;
    model.found.notes.push_back("its projector cannot be used: " + why);
    return;
  }
  const Result<models::GgufFile> file = models::read_gguf(*model.config.projector);
  if (!file) return;
  for (const char* key :
       {"clip.projector_type", "clip.vision.projector_type", "clip.audio.projector_type"}) {
    const std::string* type = file->text(key);
    if (type != nullptr && model.projector_type.empty()) model.projector_type = *type;
  }
  const std::pair<const char*, const char*> uses[] = {{"clip.has_vision_encoder", "images"},
                                                      {"clip.has_audio_encoder", "sound"}};
  for (const auto& [key, use] : uses) {
    const models::GgufValue* has = file->find(key);
    const bool* is_so = has == nullptr ? nullptr : std::get_if<bool>(&has->data);
    if (is_so == nullptr || !*is_so) continue;
    model.projector_use += (model.projector_use.empty() ? "" : " and ") + std::string(use);
  }
}

/// As --lora takes it.
std::string adapter_text(const AdapterConfig& adapter) {
  return platform::path_text(adapter.path) +
         (adapter.scale == 1 ? "" : fmt::format(":{}", adapter.scale));
}

Json value_json(const models::GgufValue& value) {
  return std::visit(
      [](const auto& data) -> Json {
        if constexpr (std::is_same_v<std::decay_t<decltype(data)>, models::GgufArray>) {
          Json array = {{"array_length", data.count}};
          if (data.integers.size() == data.count) array["values"] = data.integers;
          return array;
        } else {
          return data;
        }
      },
      value.data);
}

/// Fills what the model's own files say: the header of a GGUF file, or a folder's config.json.
Status read_files(ShownModel& model) {
  if (model.found.is_folder) {
    auto folder = models::read_safetensors_folder(model.found.path);
    if (!folder) return fail(folder.error());
    model.summary = std::move(folder->summary);
    model.tensors = folder->tensors.size();
    for (auto& [key, text] : folder->metadata) {
      model.metadata.emplace_back(std::move(key), Json::parse(text, nullptr, false));
    }
    return {};
  }
  Result<models::GgufSummary> summary = models::describe_gguf(model.found.path);
  if (!summary) return fail(summary.error());
  const Result<models::GgufFile> file = models::read_gguf(model.found.path);
  if (!file) return fail(file.error());
  model.summary = std::move(*summary);
  model.tensors = file->tensors.size();
  for (std::string& note : models::vocabulary_notes(*file)) {
    model.found.notes.push_back(std::move(note));
  }
  for (const auto& [key, value] : file->values) {
    model.metadata.emplace_back(key, value_json(value));
  }
  return {};
}

Result<ShownModel> read_model(const Settings& settings, const std::string& name) {
  const ModelSection* section = find_section(settings, name);
  std::string wanted = name;
  for (const GivenValue& given : section ? section->given : std::vector<GivenValue>()) {
    if (given.setting->name == "model") wanted = given.texts.front();
  }
  Result<models::FoundModel> found = find_model(settings, wanted);
  if (!found) return fail(found.error());
  if (section == nullptr) section = find_section(settings, found->id);
  if (section != nullptr) {
    ModelDefaults defaults = section->defaults;
    fill_defaults(defaults, found->defaults);
    found->defaults = std::move(defaults);
  }
  const Result<ResolvedSettings> own =
      resolve(settings, section != nullptr ? section->given : std::vector<GivenValue>());
  if (!own) return fail(own.error());
  Result<ModelSpec> spec = model_spec(*found, own->values);
  if (!spec) return fail(spec.error());
  ShownModel model = {
      .found = std::move(*found), .summary = {}, .metadata = {}, .config = std::move(spec->config)};
  if (Status status = read_files(model); !status) return fail(status.error());
  describe_projector(model);
  return model;
}

template <class Number>
Json number_or_null(Number number) {
  return number == 0 ? Json() : Json(number);
}

Json text_or_null(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

/// What requests get that say nothing.
Json defaults_json(const ModelDefaults& defaults) {
  Json object = Json::object();
  for (const Parameter& parameter : kParameters) {
    if (!gives(defaults, parameter)) continue;
    visit_value(parameter, defaults.params,
                [&](const auto& value) { object[std::string(parameter.name)] = value; });
  }
  if (defaults.system) object["system"] = *defaults.system;
  return object;
}

std::string show_json(const ShownModel& model) {
  const models::GgufSummary& summary = model.summary;
  Json metadata = Json::object();
  for (const auto& [key, value] : model.metadata) metadata[key] = value;
  Json parts = Json::array();
  for (const auto& part : summary.parts) parts.push_back(platform::path_text(part));
  Json adapters = Json::array();
  for (const auto& adapter : model.config.adapters) adapters.push_back(adapter_text(adapter));
  const auto& projector = model.config.projector;
  const Json object = {{"id", model.found.id},
                       {"full_id", model.found.full_id},
                       {"other_ids", model.found.other_ids},
                       {"notes", model.found.notes},
                       {"defaults", defaults_json(model.found.defaults)},
                       {"default_context", number_or_null(model.found.context.value_or(0))},
                       {"projector", projector ? Json(platform::path_text(*projector)) : Json()},
                       {"projector_type", text_or_null(model.projector_type)},
                       {"projector_use", text_or_null(model.projector_use)},
                       {"adapters", std::move(adapters)},
                       {"path", platform::path_text(model.found.path)},
                       {"parts", std::move(parts)},
                       {"source", model.found.source},
                       {"kind", to_string(summary.kind)},
                       {"name", text_or_null(summary.name)},
                       {"architecture", text_or_null(summary.architecture)},
                       {"quantization", text_or_null(summary.quantization)},
                       {"license", text_or_null(summary.license)},
                       {"size_bytes", summary.size_bytes},
                       {"parameter_count", number_or_null(summary.parameter_count)},
                       {"context_length", number_or_null(summary.context_length)},
                       {"vocabulary_size", number_or_null(summary.vocabulary_size)},
                       {"layer_count", number_or_null(summary.layer_count)},
                       {"embedding_length", number_or_null(summary.embedding_length)},
                       {"head_count", number_or_null(summary.head_count)},
                       {"kv_head_count", number_or_null(summary.kv_head_count)},
                       {"has_chat_template", summary.has_chat_template},
                       {"tensor_count", model.tensors},
                       {"metadata", std::move(metadata)}};
  return object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string value_line(const Json& json) {
  if (json.is_object() && json.contains("array_length"))
    return fmt::format("({} values)", json["array_length"].get<std::uint64_t>());
  std::string text = json.is_string() ? json.get<std::string>() : json.dump();
  const bool is_cut = text.size() > kLongestShown;
  if (is_cut) {
    std::size_t end = kLongestShown;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    text.resize(end);
  }
  return terminal_safe(text) + (is_cut ? "…" : "");
}

std::string show_text(const ShownModel& model) {
  const models::GgufSummary& summary = model.summary;
  std::string text;
  const auto add = [&text](const char* name, const std::string& value) {
    if (!value.empty() && value != "0") {
      text += fmt::format("{:<14} {}\n", name, terminal_safe(value));
    }
  };
  add("id", model.found.id);
  if (model.found.full_id != platform::path_text(model.found.path))
    add("full id", model.found.full_id);
  for (const std::string& id : model.found.other_ids) add("also", id);
  add("name", summary.name);
  add("path", platform::path_text(model.found.path));
  add("source", model.found.source);
  add("kind", std::string(to_string(summary.kind)));
  add("architecture", summary.architecture);
  add("quantization", summary.quantization);
  add("license", summary.license);
  add("size", human_size(summary.size_bytes));
  if (summary.parts.size() > 1) add("files", std::to_string(summary.parts.size()));
  add("parameters", fmt::format("{:.1f} M", static_cast<double>(summary.parameter_count) / 1e6));
  add("context", std::to_string(summary.context_length));
  add("vocabulary", std::to_string(summary.vocabulary_size));
  add("layers", std::to_string(summary.layer_count));
  add("embedding", std::to_string(summary.embedding_length));
  add("heads",
      fmt::format("{} ({} for keys and values)", summary.head_count, summary.kv_head_count));
  add("tensors", std::to_string(model.tensors));
  add("chat template", summary.has_chat_template ? "yes" : "no");
  if (model.found.context) add("set context", std::to_string(*model.found.context));
  for (const std::string_view name : default_names()) {
    const std::string value = default_text(model.found.defaults, name);
    if (!value.empty()) add("default", std::string(name) + " = " + value);
  }
  if (const auto& projector = model.config.projector)
    add("projector", platform::path_text(*projector));
  add("its type", model.projector_type);
  add("it is for", model.projector_use);
  for (const auto& adapter : model.config.adapters) add("adapter", adapter_text(adapter));
  for (const std::string& note : model.found.notes) add("note", note);
  text += "\n" + styled("metadata", Style::Bold, stdout) + "\n";
  for (const auto& [key, value] : model.metadata) {
    text += fmt::format("  {} = {}\n", terminal_safe(key), value_line(value));
  }
  return text;
}

int show(const ShowFlags& flags) {
  const Result<ResolvedSettings> resolved = flags.settings->load();
  if (!resolved) return kUsage;
  const Result<ShownModel> model =
      name_or_usual(resolved->values, flags.model).and_then([&](const std::string& name) {
        return read_model(resolved->values, name);
      });
  if (!model) {
    print_error(model.error().message);
    return exit_code(model.error().code);
  }
  return write_out(flags.json ? show_json(*model) : show_text(*model)) ? kSuccess : kFailure;
}

}  // namespace

void add_show(CommandLine& line) {
  const auto flags = std::make_shared<ShowFlags>();
  CLI::App& command =
      line.add("show", "Check a model file and show its header",
               "If the file is damaged, prints one line on stderr and exits with 2.\n\n"
               "Examples:\n"
               "  pcai show SmolLM2-135M-Instruct.Q4_1\n"
               "  pcai show ./model.gguf --json",
               [flags] { return show(*flags); });
  command
      .add_option("MODEL", flags->model, "An id that `pcai models` shows, or the path of a file")
      ->type_name("MODEL");
  command.add_flag("--json", flags->json, "Print JSON");
  flags->settings = std::make_unique<SettingFlags>(command, kShow);
}

}  // namespace pcai::app
