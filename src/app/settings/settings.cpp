#include "app/settings/settings.h"

#include <algorithm>
#include <charconv>

#include "app/choice/memory_limit.h"
#include "app/settings/settings_table.h"
#include "platform/environment.h"

namespace pcai::app {
namespace {

std::string said(const GivenValue& given, const std::string& text) {
  return given.source + "='" + (given.setting->secret ? "…" : text) + "'";
}

Result<std::int64_t> to_number(const GivenValue& given, const std::string& text) {
  const Setting& setting = *given.setting;
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stopped, failure] = std::from_chars(text.data(), end, number);
  if (failure != std::errc() || stopped != end || number < setting.min || number > setting.max) {
    return fail(ErrorCode::InvalidRequest,
                said(given, text) + " is not " + std::string(setting.noun) + " (" +
                    std::to_string(setting.min) + ".." + std::to_string(setting.max) + ")");
  }
  return number;
}

Status check_text(const GivenValue& given, const std::string& text) {
  const Setting& setting = *given.setting;
  if (text.empty()) {
    return fail(ErrorCode::InvalidRequest,
                given.source + " is empty; give " + std::string(setting.noun));
  }
  const auto& choices = setting.choices;
  if (!choices.empty() && std::find(choices.begin(), choices.end(), text) == choices.end()) {
    return fail(ErrorCode::InvalidRequest, said(given, text) + " is not " +
                                               std::string(setting.noun) +
                                               "; known: " + joined(choices, ", "));
  }
  if (setting.kind == TextKind::MemoryLimit && !parse_memory_limit(text)) {
    return fail(ErrorCode::InvalidRequest,
                said(given, text) +
                    " is not a memory limit: give auto, off, or a size such as "
                    "800MB, 12GB or 16GiB");
  }
  return {};
}

Status assign(Settings& settings, const GivenValue& given) {
  const Setting& setting = *given.setting;
  if (!is_list(setting) && given.texts.size() != 1) {
    return fail(ErrorCode::InvalidRequest, given.source + " is given " +
                                               std::to_string(given.texts.size()) +
                                               " times; it takes one value");
  }
  if (const auto* number = std::get_if<std::int64_t Settings::*>(&setting.field)) {
    const Result<std::int64_t> value = to_number(given, given.texts.front());
    if (!value) return fail(value.error());
    settings.*(*number) = *value;
    return {};
  }
  for (const std::string& text : given.texts) {
    if (Status status = check_text(given, text); !status) return status;
  }
  if (const auto* text = std::get_if<std::string Settings::*>(&setting.field)) {
    settings.*(*text) = given.texts.front();
  } else {
    settings.*std::get<std::vector<std::string> Settings::*>(setting.field) = given.texts;
  }
  return {};
}

}  // namespace

Result<ResolvedSettings> resolve(Settings defaults, const std::vector<GivenValue>& given) {
  ResolvedSettings resolved{.values = std::move(defaults), .sources = {}};
  for (const GivenValue& value : given) {
    if (Status status = assign(resolved.values, value); !status) return fail(status.error());
    resolved.sources[value.setting->name] = value.source;
  }
  return resolved;
}

Environment process_environment() {
  return platform::variables();
}

std::string_view lookup(const Environment& environment, std::string_view name) {
  for (const auto& [key, value] : environment) {
    if (key == name) return value;
  }
  return {};
}

}  // namespace pcai::app
