#include "app/settings/settings_table.h"

#include <algorithm>

#include "backend/register_backends.h"

namespace pcai::app {
namespace {

constexpr unsigned kEngine = kServe | kRun | kConfig;
constexpr unsigned kPerModel = kEngine | kBench | kModelSection;
constexpr unsigned kServer = kServe | kConfig;
constexpr unsigned kFinders = kModels | kShow | kPlan | kDoctor | kRemove;
constexpr unsigned kEverything = kServe | kRun | kConfig | kPs | kBench | kPull | kFinders;
constexpr std::int64_t kMaxContext = 16 << 20;
constexpr std::int64_t kMaxThreads = 1024;
constexpr std::int64_t kDay = 24 * 60 * 60;

std::vector<std::string_view> backend_choices() {
  std::vector<std::string_view> choices = {"auto"};
  for (const backend::BackendDescriptor& backend : backend::known_backends())
    choices.push_back(backend.name);
  return choices;
}

std::vector<Setting> make_table() {
  return {
      {.name = "config",
       .field = &Settings::config,
       .commands = kEverything,
       .noun = "a file",
       .help = "Read settings from this file instead of searching for pcai.toml",
       .kind = TextKind::File,
       .in_file = false},
      {.name = "model",
       .field = &Settings::model,
       .commands = kPerModel,
       .noun = "a model",
       .help = "Model to use: an id that `pcai models` shows, or the path of a file. `serve` takes "
               "several; the first is its default model",
       .kind = TextKind::Model},
      {.name = "models_dir",
       .field = &Settings::models_dir,
       .commands = kServe | kRun | kConfig | kBench | kFinders,
       .noun = "a folder",
       .help = "Search this folder for models, besides the known stores",
       .kind = TextKind::Folder},
      {.name = "backend",
       .field = &Settings::backend,
       .commands = kPerModel,
       .noun = "a backend",
       .help = "Backend that runs the model; auto takes the first usable one that reads its format",
       .choices = backend_choices()},
      {.name = "isolation",
       .field = &Settings::isolation,
       .commands = kEngine | kBench,
       .noun = "a kind of isolation",
       .help = "Load each model in its own process, or all models in this process",
       .choices = {"process", "none"}},
      {.name = "context",
       .field = &Settings::context,
       .commands = kPerModel | kPlan,
       .noun = "a number of tokens",
       .help =
           "Maximum number of tokens of a request, prompt and answer together; 0 = the model's own",
       .max = kMaxContext},
      {.name = "threads",
       .field = &Settings::threads,
       .commands = kPerModel,
       .noun = "a number of threads",
       .help = "Number of threads that compute; 0 = chosen for this machine",
       .max = kMaxThreads},
      {.name = "batch_size",
       .field = &Settings::batch_size,
       .commands = kPerModel | kPlan,
       .noun = "a number of tokens",
       .help = "Maximum number of tokens in one step; 0 = chosen by the backend",
       .max = 1 << 16},
      {.name = "max_sequences",
       .field = &Settings::max_sequences,
       .commands = kServer | kModelSection | kPlan,
       .noun = "a number of requests",
       .help = "Maximum number of requests of one model that are batched; more wait in the queue",
       .min = 1,
       .max = 4096},
      {.name = "gpu_layers",
       .field = &Settings::gpu_layers,
       .commands = kPerModel | kPlan,
       .noun = "a number of layers",
       .help = "Number of layers on the GPU; -1 = all that fit, 0 = none",
       .min = -1,
       .max = 4096},
      {.name = "kernels",
       .field = &Settings::kernels,
       .commands = kPerModel | kPlan,
       .noun = "a use of kernels",
       .help = "Our own CPU kernels: auto = if they run and agree with llama.cpp's, on = required, "
               "off = never",
       .choices = {"auto", "on", "off"}},
      {.name = "reproducible",
       .field = &Settings::reproducible,
       .commands = kPerModel,
       .noun = "a switch",
       .help = "Refuse to load a model unless its answers are bit-identical regardless of other "
               "requests and of what is cached (needs our kernels for every weight)",
       .choices = {"off", "on"}},
      {.name = "open_objects",
       .field = &Settings::open_objects,
       .commands = kPerModel,
       .noun = "a switch",
       .help =
           "Let the objects of a JSON schema have members that it does not list, unless it says "
           "additionalProperties: false",
       .choices = {"off", "on"}},
      {.name = "isq",
       .field = &Settings::isq,
       .commands = kPerModel | kPlan,
       .noun = "a quantization",
       .help = "Quantize a safetensors model while it is loaded (mistralrs)",
       .choices = {"off", "q4_0", "q4_1", "q5_0", "q5_1", "q8_0", "q2k", "q3k", "q4k", "q5k",
                   "q6k"}},
      {.name = "chat_template",
       .field = &Settings::chat_template,
       .commands = kPerModel,
       .noun = "a file",
       .help = "Jinja chat template to use instead of the model's own",
       .kind = TextKind::File},
      {.name = "mmproj",
       .field = &Settings::projector,
       .commands = kPerModel | kPlan,
       .noun = "a file",
       .help = "Projector of a vision or audio model (GGUF, \"mmproj\"); none = do not load the "
               "one that belongs to the model",
       .kind = TextKind::File},
      {.name = "lora",
       .field = &Settings::adapters,
       .commands = kPerModel | kPlan,
       .noun = "an adapter",
       .help = "LoRA adapter to add to the model (GGUF): FILE, or FILE:SCALE (default scale: 1)",
       .kind = TextKind::File},
      {.name = "keep_alive",
       .field = &Settings::keep_alive,
       .commands = kServer | kModelSection,
       .noun = "a number of seconds",
       .help = "Seconds that an idle model stays in memory; 0 = never unloaded",
       .max = 365 * kDay},
      {.name = "memory_limit",
       .field = &Settings::memory_limit,
       .commands = kServer,
       .noun = "a memory limit",
       .help = "Memory limit of all models together: auto = 90 % of what is free at the start, "
               "off, or a size such as 12GB. Idle models make room",
       .kind = TextKind::MemoryLimit},
      {.name = "discover",
       .field = &Settings::discover,
       .commands = kServer,
       .noun = "a switch",
       .help = "Also offer the models that are found on this machine; each is loaded on its first "
               "request",
       .choices = {"on", "off"}},
      {.name = "host",
       .field = &Settings::host,
       .commands = kServer | kDoctor | kPs,
       .noun = "an address",
       .help = "Address to listen on. Addresses other than loopback need an API key"},
      {.name = "port",
       .field = &Settings::port,
       .commands = kServer | kDoctor | kPs,
       .noun = "a port",
       .help = "Port to listen on; 0 = any free one",
       .max = 65535},
      {.name = "api_key",
       .field = &Settings::api_key,
       .commands = kServer | kPs | kBench,
       .noun = "a key",
       .help = "Key that clients must send. Other users of this machine can read it in `ps`: "
               "prefer --api-key-file or PCAI_API_KEY",
       .in_file = false,
       .secret = true},
      {.name = "api_key_file",
       .field = &Settings::api_key_file,
       .commands = kServer | kPs | kBench,
       .noun = "a file",
       .help = "File with one key per line that only its owner may read (mode 0600)",
       .kind = TextKind::File},
      {.name = "cors_origin",
       .field = &Settings::cors_origin,
       .commands = kServer,
       .noun = "an origin",
       .help = "Web origin whose pages may call the server, such as http://localhost:3000"},
      {.name = "desktop_origins",
       .field = &Settings::desktop_origins,
       .commands = kServer,
       .noun = "a switch",
       .help =
           "Let the windows of desktop apps (app://, file://, tauri://, vscode-webview:// …) and "
           "pages that this machine serves call the server",
       .choices = {"off", "on"}},
      {.name = "allowed_host",
       .field = &Settings::allowed_host,
       .commands = kServer,
       .noun = "a host name",
       .help = "Host name, besides localhost, that clients may send in the Host header"},
      {.name = "media_hosts",
       .field = &Settings::media_hosts,
       .commands = kServer,
       .noun = "a host name",
       .help = "Host from which linked images are fetched, such as example.org or 127.0.0.1:8000; "
               "by default none"},
      {.name = "manage_models",
       .field = &Settings::manage_models,
       .commands = kServer,
       .noun = "a choice",
       .help = "Whether requests may load, unload, pull, create, copy and delete models: auto = if "
               "clients need an API key",
       .choices = {"auto", "on", "off"}},
      {.name = "max_queue",
       .field = &Settings::max_queue,
       .commands = kServer,
       .noun = "a number of requests",
       .help = "Maximum number of waiting requests; more get 429",
       .max = 1 << 20},
      {.name = "timeout",
       .field = &Settings::timeout,
       .commands = kEngine,
       .noun = "a number of seconds",
       .help = "Seconds that a request may take from its arrival to its last token; 0 = no limit",
       .max = kDay},
      {.name = "grace",
       .field = &Settings::grace,
       .commands = kServer,
       .noun = "a number of seconds",
       .help = "Seconds that running requests may take to finish after SIGTERM or Ctrl+C",
       .max = kDay},
      {.name = "reasoning_field",
       .field = &Settings::reasoning_field,
       .commands = kServer,
       .noun = "a field name",
       .help = "Name of the field for reasoning in chat answers",
       .choices = {"reasoning_content", "reasoning"}},
      {.name = "unknown_fields",
       .field = &Settings::unknown_fields,
       .commands = kServer,
       .noun = "warn or refuse",
       .help = "A request with an unknown field is answered with a warning, or refused",
       .choices = {"warn", "refuse"}},
      {.name = "log_level",
       .field = &Settings::log_level,
       .commands = kEngine,
       .noun = "a log level",
       .help = "Least severe level that is logged on stderr",
       .choices = {"trace", "debug", "info", "warning", "error", "off"}},
      {.name = "log_format",
       .field = &Settings::log_format,
       .commands = kEngine,
       .noun = "a log format",
       .help = "Format of the log lines",
       .choices = {"text", "json"}},
  };
}

std::vector<Setting> make_section_table() {
  return {
      {.name = "aliases",
       .field = &Settings::aliases,
       .commands = kModelSection,
       .noun = "a name",
       .help = "Other names under which clients may ask for the model"},
      {.name = "pinned",
       .field = &Settings::pinned,
       .commands = kModelSection,
       .noun = "a switch",
       .help = "Load the model at the start and never unload it",
       .choices = {"off", "on"}},
  };
}

}  // namespace

const std::vector<Setting>& settings_table() {
  static const std::vector<Setting> table = make_table();
  return table;
}

const std::vector<Setting>& section_table() {
  static const std::vector<Setting> table = make_section_table();
  return table;
}

std::string joined(const std::vector<std::string_view>& words, std::string_view separator) {
  std::string text;
  for (const std::string_view word : words) {
    if (!text.empty()) text += separator;
    text += word;
  }
  return text;
}

const Setting* find_setting(std::string_view name) {
  for (const auto* table : {&settings_table(), &section_table()}) {
    for (const Setting& setting : *table) {
      if (setting.name == name) return &setting;
    }
  }
  return nullptr;
}

Settings default_settings(CommandBit command) {
  Settings settings;
  if (command == kRun) {
    settings.isolation = "none";
    settings.log_level = "warning";
    settings.discover = "off";
    settings.memory_limit = "off";
  }
  return settings;
}

std::string flag_name(const Setting& setting) {
  std::string flag = "--" + std::string(setting.name);
  std::replace(flag.begin(), flag.end(), '_', '-');
  return flag;
}

std::string environment_name(const Setting& setting) {
  std::string variable = "PCAI_";
  for (const char c : setting.name) {
    variable += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  }
  return variable;
}

bool is_switch(const Setting& setting) {
  const auto& choices = setting.choices;
  return choices.size() == 2 && std::count(choices.begin(), choices.end(), "on") == 1 &&
         std::count(choices.begin(), choices.end(), "off") == 1;
}

bool is_list(const Setting& setting) {
  return std::holds_alternative<std::vector<std::string> Settings::*>(setting.field);
}

bool is_number(const Setting& setting) {
  return std::holds_alternative<std::int64_t Settings::*>(setting.field);
}

std::string placeholder(const Setting& setting) {
  if (is_number(setting)) return "N";
  if (!setting.choices.empty()) return joined(setting.choices, "|");
  switch (setting.kind) {
    case TextKind::Model: return "MODEL";
    case TextKind::File: return "FILE";
    case TextKind::Folder: return "DIR";
    case TextKind::MemoryLimit: return "SIZE";
    case TextKind::Plain: break;
  }
  return "TEXT";
}

std::string value_text(const Settings& settings, const Setting& setting) {
  if (const auto* text = std::get_if<std::string Settings::*>(&setting.field)) {
    const std::string& value = settings.*(*text);
    return setting.secret && !value.empty() ? "(set)" : value;
  }
  if (const auto* number = std::get_if<std::int64_t Settings::*>(&setting.field)) {
    return std::to_string(settings.*(*number));
  }
  const auto& list = settings.*std::get<std::vector<std::string> Settings::*>(setting.field);
  return joined({list.begin(), list.end()}, ",");
}

}  // namespace pcai::app
