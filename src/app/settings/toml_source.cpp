#include "app/settings/toml_source.h"

#include <toml++/toml.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <optional>
#include <sstream>

#include "app/plain_text.h"
#include "app/settings/settings_table.h"
#include "app/settings/suggestion.h"
#include "platform/path_text.h"

namespace pcai::app {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kModels = "models";
constexpr std::string_view kProfiles = "profiles";
constexpr std::string_view kProfile = "profile";

constexpr std::string_view kDefaults = "defaults";

using Profiles = std::map<std::string, ModelSection, std::less<>>;

struct NamedTable {
  std::string name;
  const toml::table* content;
};

/// One pcai.toml on its way to GivenValues.
class SettingsFile {
 public:
  SettingsFile(fs::path file, fs::path home) : file_(std::move(file)), home_(std::move(home)) {
    for (const Setting& setting : settings_table()) {
      if (setting.in_file) known_.emplace_back(setting.name);
    }
    for (const Setting& setting : section_table()) known_.emplace_back(setting.name);
    for (const std::string_view key : {kModels, kProfiles, kProfile, kDefaults}) {
      known_.emplace_back(key);
    }
    for (const std::string_view name : default_names()) defaults_.emplace_back(name);
  }

  Result<FileSettings> read() const {
    std::error_code error;
    if (!fs::is_regular_file(file_, error)) return refuse("is not a file that can be read");
    std::ifstream stream(file_, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    if (!stream) return refuse("cannot be read");
    Result<std::string> plain = plain_text(text.str(), "'" + platform::path_text(file_) + "'");
    if (!plain) return fail(plain.error());
    try {
      return values(toml::parse(*plain, platform::path_text(file_)));
    } catch (const toml::parse_error& failure) {
      return refuse_at(failure.source(), std::string(failure.description()));
    }
  }

 private:
  Result<FileSettings> values(const toml::table& table) const {
    FileSettings settings;
    for (const auto& [key, node] : table) {
      const std::string name(key.str());
      if (name == kModels || name == kProfiles) continue;
      Result<GivenValue> value = to_value(key, node, false);
      if (!value) return fail(value.error());
      settings.given.push_back(std::move(*value));
    }
    Result<std::vector<ModelSection>> models = sections(table);
    if (!models) return fail(models.error());
    settings.models = std::move(*models);
    return settings;
  }

  /// The [models.ID] tables, each with its profile's values before its own.
  Result<std::vector<ModelSection>> sections(const toml::table& whole) const {
    Profiles profiles;
    Result<std::vector<NamedTable>> tables = tables_of(whole, kProfiles);
    if (!tables) return fail(tables.error());
    for (const NamedTable& table : *tables) {
      Result<ModelSection> profile = section(table, nullptr);
      if (!profile) return fail(profile.error());
      profiles.emplace(table.name, std::move(*profile));
    }
    tables = tables_of(whole, kModels);
    if (!tables) return fail(tables.error());
    std::vector<ModelSection> models;
    for (const NamedTable& table : *tables) {
      Result<ModelSection> model = section(table, &profiles);
      if (!model) return fail(model.error());
      models.push_back(std::move(*model));
    }
    return models;
  }

  /// The tables in `name`, in the file's order; toml++ sorts them by their names.
  Result<std::vector<NamedTable>> tables_of(const toml::table& whole, std::string_view name) const {
    std::vector<NamedTable> tables;
    const toml::node* node = whole.get(name);
    if (node == nullptr) return tables;
    const std::string wanted = "a table for each: [" + std::string(name) + ".NAME]";
    if (!node->is_table())
      return refuse_at(node->source(), std::string(name) + " must be " + wanted);
    for (const auto& [key, content] : *node->as_table()) {
      if (!content.is_table()) {
        return refuse_at(content.source(), std::string(name) + " must be " + wanted);
      }
      tables.push_back({.name = std::string(key.str()), .content = content.as_table()});
    }
    std::stable_sort(tables.begin(), tables.end(), [](const auto& a, const auto& b) {
      return a.content->source().begin < b.content->source().begin;
    });
    return tables;
  }

  /// A section's values; a profile has no profile of its own (null).
  Result<ModelSection> section(const NamedTable& table, const Profiles* profiles) const {
    ModelSection section{.id = table.name, .given = {}};
    ModelSection inherited;
    for (const auto& [key, node] : *table.content) {
      if (key.str() == kDefaults) {
        if (Status read = read_defaults(node, section); !read) return fail(read.error());
        continue;
      }
      if (profiles != nullptr && key.str() == kProfile) {
        const toml::value<std::string>* name = node.as_string();
        const auto profile = name ? profiles->find(name->get()) : profiles->end();
        if (profile == profiles->end()) {
          return refuse_at(node.source(), "there is no such profile; add a table [profiles.NAME]");
        }
        inherited = profile->second;
        continue;
      }
      Result<GivenValue> value = to_value(key, node, true);
      if (!value) return fail(value.error());
      section.given.push_back(std::move(*value));
    }
    section.given.insert(section.given.begin(), inherited.given.begin(), inherited.given.end());
    fill_defaults(section.defaults, inherited.defaults);
    section.default_sources.merge(inherited.default_sources);
    return section;
  }

  /// The table `defaults` of a section.
  Status read_defaults(const toml::node& node, ModelSection& section) const {
    const toml::table* const table = node.as_table();
    if (table == nullptr) {
      return refuse_at(node.source(), "defaults must be a table: [models.NAME.defaults]");
    }
    for (const auto& [key, value] : *table) {
      const std::string name(key.str());
      if (std::ranges::find(defaults_, name) == defaults_.end()) {
        return refuse_at(key.source(),
                         "unknown key '" + name + "' of defaults" + did_you_mean(name, defaults_));
      }
      const std::optional<ParameterValue> given = default_value(value);
      const Status set = given ? set_default(section.defaults, name, *given, name)
                               : fail(ErrorCode::InvalidRequest,
                                      name + " must be a number, a text or a list of texts");
      if (!set) return refuse_at(key.source(), set.error().message);
      section.default_sources[name] = place(key.source()) + " " + name;
    }
    return {};
  }

  static std::optional<ParameterValue> default_value(const toml::node& node) {
    if (const auto* whole = node.as_integer()) return whole->get();
    if (const auto* number = node.as_floating_point()) return number->get();
    if (const auto* is_on = node.as_boolean()) return is_on->get();
    if (const auto* text = node.as_string()) return std::vector<std::string>{text->get()};
    const toml::array* const array = node.as_array();
    if (array == nullptr) return std::nullopt;
    std::vector<std::string> texts;
    for (const toml::node& element : *array) {
      const auto* const text = element.as_string();
      if (text == nullptr) return std::nullopt;
      texts.push_back(text->get());
    }
    return texts;
  }

  Result<GivenValue> to_value(const toml::key& key, const toml::node& node, bool in_section) const {
    const std::string name(key.str());
    const Setting* setting = find_setting(name);
    if (setting == nullptr) {
      return refuse_at(key.source(), "unknown key '" + name + "'" + did_you_mean(name, known_));
    }
    if (!setting->in_file) {
      return refuse_at(key.source(), "'" + name + "' is not allowed in a settings file; use " +
                                         flag_name(*setting) + " or " + environment_name(*setting));
    }
    if (in_section && (setting->commands & kModelSection) == 0) {
      return refuse_at(key.source(), "'" + name + "' is not a setting of a single model");
    }
    if (!in_section && setting->commands == kModelSection) {
      return refuse_at(key.source(), "'" + name + "' belongs in a table [models.ID]");
    }
    Result<std::vector<std::string>> texts = to_texts(*setting, node);
    if (!texts) return fail(texts.error());
    return GivenValue{
        .setting = setting, .texts = std::move(*texts), .source = place(key.source()) + " " + name};
  }

  Result<std::vector<std::string>> to_texts(const Setting& setting, const toml::node& node) const {
    if (is_number(setting)) {
      const toml::value<std::int64_t>* number = node.as_integer();
      if (number == nullptr) return refuse_type(setting, node, "a whole number");
      return std::vector<std::string>{std::to_string(number->get())};
    }
    if (const toml::value<bool>* on = node.as_boolean(); on != nullptr && is_switch(setting)) {
      return std::vector<std::string>{on->get() ? "on" : "off"};
    }
    if (const toml::value<std::string>* text = node.as_string()) {
      return std::vector<std::string>{expanded(setting, text->get())};
    }
    if (!is_list(setting)) return refuse_type(setting, node, "a text");
    const toml::array* array = node.as_array();
    if (array == nullptr) return refuse_type(setting, node, "a list of texts");
    std::vector<std::string> texts;
    for (const toml::node& element : *array) {
      const toml::value<std::string>* text = element.as_string();
      if (text == nullptr) return refuse_type(setting, element, "a list of texts");
      texts.push_back(expanded(setting, text->get()));
    }
    return texts;
  }

  std::string expanded(const Setting& setting, const std::string& text) const {
    const bool is_path = setting.kind == TextKind::Model || setting.kind == TextKind::File ||
                         setting.kind == TextKind::Folder;
    if (!is_path || text.empty()) return text;
    if (text.rfind("~/", 0) == 0 && !home_.empty())
      return platform::path_text(home_ / text.substr(2));
    // A model may be an id, which no folder belongs to.
    if (setting.kind == TextKind::Model) return text;
    return platform::path_text(file_.parent_path() / text);
  }

  std::string place(const toml::source_region& region) const {
    return platform::path_text(file_) + ":" + std::to_string(region.begin.line);
  }

  tl::unexpected<Error> refuse(const std::string& what) const {
    return fail(ErrorCode::InvalidRequest,
                "the settings file '" + platform::path_text(file_) + "' " + what);
  }

  tl::unexpected<Error> refuse_at(const toml::source_region& region,
                                  const std::string& what) const {
    return fail(ErrorCode::InvalidRequest, place(region) + ": " + what);
  }

  tl::unexpected<Error> refuse_type(const Setting& setting, const toml::node& node,
                                    const std::string& wanted) const {
    std::ostringstream type;
    type << node.type();
    return refuse_at(node.source(), "'" + std::string(setting.name) + "' must be " + wanted +
                                        ", not " + type.str());
  }

  fs::path file_;
  fs::path home_;
  std::vector<std::string> known_;
  std::vector<std::string> defaults_;
};

}  // namespace

std::vector<fs::path> settings_folders(const Environment& environment, platform::System system) {
  std::vector<fs::path> folders;
  const fs::path configured = lookup(environment, "XDG_CONFIG_HOME");
  if (configured.is_absolute()) {
    folders.push_back(configured / "pcai");
  } else if (const fs::path home = lookup(environment, models::home_variable(system));
             !home.empty()) {
    folders.push_back(home / ".config" / "pcai");
  }
  folders.emplace_back("/etc/pcai");
  return folders;
}

std::optional<fs::path> find_settings_file(const Environment& environment,
                                           platform::System system) {
  for (const fs::path& folder : settings_folders(environment, system)) {
    std::error_code error;
    if (fs::exists(folder / "pcai.toml", error)) return folder / "pcai.toml";
  }
  return {};
}

Result<FileSettings> read_settings_file(const fs::path& file, const Environment& environment,
                                        platform::System system) {
  return SettingsFile(file, lookup(environment, models::home_variable(system))).read();
}

}  // namespace pcai::app
