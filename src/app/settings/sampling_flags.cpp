#include "app/settings/sampling_flags.h"

#include <algorithm>
#include <charconv>
#include <limits>
#include <variant>

#include "app/settings/command_line.h"
#include "app/settings/suggestion.h"
#include "core/parameters/parameters.h"

namespace pcai::app {
namespace {

/// "--top-p" for top_p.
std::string flag_of(const Parameter& parameter) {
  std::string flag = "--" + std::string(parameter.name);
  std::ranges::replace(flag, '_', '-');
  return flag;
}

bool is_list(const Parameter& parameter) noexcept {
  return std::holds_alternative<std::vector<std::string> GenerateParams::*>(parameter.member);
}

template <class Number>
Result<Number> to_number(const std::string& flag, const std::string& text) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [stopped, failure] = std::from_chars(text.data(), end, number);
  if (failure == std::errc() && stopped == end) return number;
  std::string wanted = "a number";
  if constexpr (std::numeric_limits<Number>::is_integer) {
    wanted = "a whole number (" + std::to_string(std::numeric_limits<Number>::min()) + ".." +
             std::to_string(std::numeric_limits<Number>::max()) + ")";
  }
  return fail(ErrorCode::InvalidRequest, flag + "='" + text + "' is not " + wanted);
}

/// Texts of one flag, which are at least one.
template <class Value>
Status store(Value& value, const std::string& flag, const std::vector<std::string>& texts) {
  if constexpr (std::is_same_v<Value, std::vector<std::string>>) {
    value = texts;
  } else if (texts.size() > 1) {
    return fail(ErrorCode::InvalidRequest,
                flag + " is given " + std::to_string(texts.size()) + " times; it takes one value");
  } else if constexpr (requires { value.emplace(); }) {
    return store(value.emplace(), flag, texts);
  } else if constexpr (std::is_same_v<Value, bool>) {
    return fail(ErrorCode::Internal, flag + " is a switch, which has no flag");
  } else {
    const Result<Value> number = to_number<Value>(flag, texts.front());
    if (!number) return fail(number.error());
    value = *number;
  }
  return {};
}

}  // namespace

SamplingFlags::SamplingFlags(CLI::App& command) {
  for (const Parameter& parameter : kParameters) {
    if (!parameter.faces.has(Face::Flag)) continue;
    const std::string flag = flag_of(parameter);
    const bool list = is_list(parameter);
    const std::string help =
        std::string(parameter.help) + (list ? "; may be given several times" : "");
    CLI::Option* const option =
        add_value_flag(command, flag.c_str(), values_[flag], list ? Times::Often : Times::Once,
                       list ? "TEXT" : "N", help.c_str());
    const std::string value = value_text(parameter, {});
    if (!list && !value.empty()) option->default_str(value);
  }
}

Status Sampling::set(std::string_view name, std::vector<std::string> texts,
                     std::string_view called) {
  const Parameter* const parameter = find_parameter(name);
  if (parameter == nullptr || !parameter->faces.has(Face::Flag)) {
    std::vector<std::string> known;
    for (const Parameter& each : kParameters) {
      if (each.faces.has(Face::Flag)) known.emplace_back(each.name);
    }
    return fail(ErrorCode::InvalidRequest,
                "there is no parameter '" + std::string(called) + "'" + did_you_mean(name, known));
  }
  GenerateParams params;
  const std::string word(called);
  Status stored = std::visit([&](auto member) { return store(params.*member, word, texts); },
                             parameter->member);
  if (stored) stored = check_parameter(*parameter, params, called);
  if (stored) given_.insert_or_assign(std::string(name), std::move(texts));
  return stored;
}

Result<GenerateParams> Sampling::params(const ModelDefaults& defaults) const {
  GenerateParams params;
  apply_defaults(defaults, params);
  for (const Parameter& parameter : kParameters) {
    const auto given = given_.find(parameter.name);
    if (given == given_.end()) continue;
    const std::string name(parameter.name);
    Status stored = std::visit(
        [&](auto member) { return store(params.*member, name, given->second); }, parameter.member);
    if (!stored) return fail(std::move(stored).error());
  }
  if (Status status = check_params(params); !status) return fail(status.error());
  return params;
}

Result<Sampling> SamplingFlags::given() const {
  Sampling sampling;
  for (const Parameter& parameter : kParameters) {
    const std::string flag = flag_of(parameter);
    const auto given = values_.find(flag);
    if (given == values_.end() || given->second.empty()) continue;
    Status set = sampling.set(parameter.name, given->second, flag);
    if (!set) return fail(std::move(set).error());
  }
  return sampling;
}

Result<GenerateParams> SamplingFlags::params(const ModelDefaults& defaults) const {
  return given().and_then([&](const Sampling& sampling) { return sampling.params(defaults); });
}

}  // namespace pcai::app
