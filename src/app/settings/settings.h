#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/parameters/defaults.h"
#include "core/result.h"

namespace pcai::app {

struct Setting;

/// What one source says about one setting, still as text.
struct GivenValue {
  const Setting* setting = nullptr;
  std::vector<std::string> texts;
  std::string source;  // "PCAI_PORT", "--port", "/etc/pcai/pcai.toml:3 (port)"
};

/// A model that the settings file names, `[models.ID]`: what is other for it than for all models,
/// its profile's values first.
struct ModelSection {
  std::string id;
  std::vector<GivenValue> given;
  ModelDefaults defaults = {};                              // `[models.ID.defaults]`
  std::map<std::string, std::string> default_sources = {};  // by the default's name
};

/// Every setting of the program with its default. settings_table.h says of each how it is written
/// in pcai.toml, in the environment and on the command line.
struct Settings {
  std::string config = {};                   // pcai.toml; empty = search
  std::vector<std::string> model = {};       // ids or paths; empty = the default model
  std::vector<std::string> models_dir = {};  // folders searched besides the known stores
  std::string backend = "auto";
  std::string isolation = "process";
  std::int64_t context = 0;     // tokens; 0 = the model's own
  std::int64_t threads = 0;     // 0 = chosen by the backend
  std::int64_t batch_size = 0;  // 0 = chosen by the backend
  std::int64_t max_sequences = 16;
  std::int64_t gpu_layers = -1;  // -1 = all that fit
  std::string kernels = "auto";
  std::string reproducible = "off";
  std::string open_objects = "off";
  std::string isq = "off";
  std::string chat_template = {};  // a file; empty = the model's own
  std::string projector = {};      // a file; empty = none, or the one that belongs to the model
  std::vector<std::string> adapters = {};  // files, or FILE:SCALE
  std::int64_t keep_alive = 0;             // seconds; 0 = for good
  std::string memory_limit = "auto";
  std::string discover = "on";
  std::vector<std::string> aliases = {};  // these two of a model's section only
  std::string pinned = "off";
  std::string host = "127.0.0.1";
  std::int64_t port = 8080;  // 0 = any free port
  std::string api_key = {};
  std::string api_key_file = {};
  std::vector<std::string> cors_origin = {};
  std::string desktop_origins = "off";
  std::vector<std::string> allowed_host = {};
  std::vector<std::string> media_hosts = {};
  std::string manage_models = "auto";
  std::int64_t max_queue = 64;
  std::int64_t timeout = 0;  // seconds; 0 = none
  std::int64_t grace = 30;   // seconds
  std::string reasoning_field = "reasoning_content";
  std::string unknown_fields = "warn";
  std::string log_level = "info";
  std::string log_format = "text";
  std::vector<ModelSection> sections = {};  // in the file's order
};

/// Settings, and for each that is not at its default the source that decided.
struct ResolvedSettings {
  Settings values;
  std::map<std::string_view, std::string> sources;  // by Setting::name
};

/// Applies sources in order, later ones over earlier ones; a list replaces a list. Fails with
/// InvalidRequest naming the source of the first value that does not fit its setting.
Result<ResolvedSettings> resolve(Settings defaults, const std::vector<GivenValue>& given);

/// The process's environment or a test's: name and value.
using Environment = std::vector<std::pair<std::string, std::string>>;

/// The environment of this process.
Environment process_environment();

/// The value of a variable; empty where it is not set.
std::string_view lookup(const Environment& environment, std::string_view name);

}  // namespace pcai::app
