#include "app/settings/load_settings.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "app/plain_text.h"
#include "app/settings/environment_source.h"
#include "app/settings/toml_source.h"
#include "platform/files.h"
#include "platform/path_text.h"

namespace pcai::app {
namespace {

namespace fs = std::filesystem;

constexpr std::uintmax_t kLargestTextFile = 1 << 20;

/// The file that --config or PCAI_CONFIG names, or else the one that the search finds.
std::optional<fs::path> settings_file(const std::vector<GivenValue>& flags,
                                      const Environment& environment) {
  for (const GivenValue& flag : flags) {
    if (flag.setting->name == "config") return flag.texts.back();
  }
  const std::string_view named = lookup(environment, "PCAI_CONFIG");
  return named.empty() ? find_settings_file(environment) : fs::path(named);
}

}  // namespace

Result<ResolvedSettings> load_settings(CommandBit command, const std::vector<GivenValue>& flags,
                                       const Environment& environment,
                                       std::vector<std::string>& warnings) {
  std::vector<GivenValue> given;
  std::vector<ModelSection> sections;
  const std::optional<fs::path> file = settings_file(flags, environment);
  if (file) {
    Result<FileSettings> in_file = read_settings_file(*file, environment);
    if (!in_file) return fail(in_file.error());
    given = std::move(in_file->given);
    sections = std::move(in_file->models);
  }
  EnvironmentValues variables = read_environment(environment);
  warnings.insert(warnings.end(), variables.warnings.begin(), variables.warnings.end());
  given.insert(given.end(), variables.given.begin(), variables.given.end());
  given.insert(given.end(), flags.begin(), flags.end());

  Result<ResolvedSettings> resolved = resolve(default_settings(command), given);
  if (resolved) {
    for (const ModelSection& section : sections) {
      const Result<ResolvedSettings> model = resolve(resolved->values, section.given);
      if (!model) return fail(model.error());
    }
    resolved->values.sections = std::move(sections);
  }
  if (resolved && file && resolved->values.config.empty()) {
    resolved->values.config = platform::path_text(*file);
    resolved->sources["config"] = "found";
  }
  return resolved;
}

Result<std::vector<std::string>> load_api_keys(const Settings& settings) {
  std::vector<std::string> keys;
  if (!settings.api_key.empty()) keys.push_back(settings.api_key);
  if (settings.api_key_file.empty()) return keys;

  const std::string& path = settings.api_key_file;
  if (platform::is_open_to_others(path)) {
    return fail(ErrorCode::InvalidRequest,
                "others may read the API key file '" + path + "'; run: chmod 600 '" + path + "'");
  }
  Result<std::string> text = load_text_file(path, "API key file");
  if (!text) return fail(text.error());
  std::istringstream lines(*text);
  const std::size_t before = keys.size();
  for (std::string line; std::getline(lines, line);) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (!line.empty() && line.front() != '#') keys.push_back(line);
  }
  if (keys.size() == before) {
    return fail(ErrorCode::InvalidRequest, "the API key file '" + path + "' has no key");
  }
  return keys;
}

Result<std::string> load_text_file(const std::string& path, const std::string& what) {
  const auto refuse = [&](const std::string& why) {
    return fail(ErrorCode::InvalidRequest, "the " + what + " '" + path + "' " + why);
  };
  std::error_code error;
  if (!fs::exists(path, error)) return refuse("does not exist");
  if (!fs::is_regular_file(path, error)) return refuse("is not a file");
  if (fs::file_size(path, error) > kLargestTextFile) return refuse("is larger than 1 MiB");
  std::ifstream stream(path, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  if (!stream || stream.bad()) return refuse("cannot be read, or is empty");
  return plain_text(text.str(), "the " + what + " '" + path + "'");
}

}  // namespace pcai::app
