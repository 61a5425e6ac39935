#include "app/toml_source.h"

#include <toml++/toml.h>

#include <fstream>
#include <sstream>

#include "app/settings_table.h"
#include "app/suggestion.h"

namespace pcai {
namespace {

namespace fs = std::filesystem;

fs::path home_folder(const Environment& environment) {
  const std::string_view home = lookup(environment, "HOME");
  return home.empty() ? lookup(environment, "USERPROFILE") : home;
}

/// One pcai.toml on its way to GivenValues.
class SettingsFile {
 public:
  SettingsFile(fs::path file, const Environment& environment)
      : file_(std::move(file)), home_(home_folder(environment)) {
    for (const Setting& setting : settings_table()) {
      if (setting.in_file) known_.emplace_back(setting.name);
    }
  }

  Result<std::vector<GivenValue>> read() const {
    std::error_code error;
    if (!fs::is_regular_file(file_, error)) return refuse("is not a file that can be read");
    std::ifstream stream(file_, std::ios::binary);
    std::ostringstream text;
    text << stream.rdbuf();
    if (!stream) return refuse("cannot be read");
    try {
      return values(toml::parse(text.str(), file_.string()));
    } catch (const toml::parse_error& failure) {
      return refuse_at(failure.source(), std::string(failure.description()));
    }
  }

 private:
  Result<std::vector<GivenValue>> values(const toml::table& table) const {
    std::vector<GivenValue> given;
    for (const auto& [key, node] : table) {
      const std::string name(key.str());
      const Setting* setting = find_setting(name);
      if (setting == nullptr) {
        return refuse_at(key.source(), "unknown key '" + name + "'" + did_you_mean(name, known_));
      }
      if (!setting->in_file) {
        return refuse_at(key.source(), "'" + name + "' cannot stand in a settings file; use " +
                                           flag_name(*setting) + " or " +
                                           environment_name(*setting));
      }
      Result<std::vector<std::string>> texts = to_texts(*setting, node);
      if (!texts) return fail(texts.error());
      given.push_back({.setting = setting,
                       .texts = std::move(*texts),
                       .source = place(key.source()) + " " + name});
    }
    return given;
  }

  Result<std::vector<std::string>> to_texts(const Setting& setting, const toml::node& node) const {
    if (is_number(setting)) {
      const toml::value<std::int64_t>* number = node.as_integer();
      if (number == nullptr) return refuse_type(setting, node, "a whole number");
      return std::vector<std::string>{std::to_string(number->get())};
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
    if (setting.kind == TextKind::Plain || text.empty()) return text;
    if (text.rfind("~/", 0) == 0 && !home_.empty()) return (home_ / text.substr(2)).string();
    // A model may be an id, which no folder belongs to.
    if (setting.kind == TextKind::Model) return text;
    return (file_.parent_path() / text).string();
  }

  std::string place(const toml::source_region& region) const {
    return file_.string() + ":" + std::to_string(region.begin.line);
  }

  tl::unexpected<Error> refuse(const std::string& what) const {
    return fail(ErrorCode::InvalidRequest, "the settings file '" + file_.string() + "' " + what);
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
};

}  // namespace

std::optional<fs::path> find_settings_file(const Environment& environment) {
  std::vector<fs::path> candidates;
  const fs::path configured = lookup(environment, "XDG_CONFIG_HOME");
  if (configured.is_absolute()) {
    candidates.push_back(configured / "pcai" / "pcai.toml");
  } else if (const fs::path home = home_folder(environment); !home.empty()) {
    candidates.push_back(home / ".config" / "pcai" / "pcai.toml");
  }
  candidates.emplace_back("/etc/pcai/pcai.toml");
  for (const fs::path& candidate : candidates) {
    std::error_code error;
    if (fs::exists(candidate, error)) return candidate;
  }
  return {};
}

Result<std::vector<GivenValue>> read_settings_file(const fs::path& file,
                                                   const Environment& environment) {
  return SettingsFile(file, environment).read();
}

}  // namespace pcai
