#include "core/parameters/parameters.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "core/utf8.h"

namespace pcai {
namespace {

tl::unexpected<Error> refuse(const std::string& called, const std::string& what) {
  return fail(ErrorCode::InvalidRequest, called + " " + what, called);
}

tl::unexpected<Error> refuse_range(const std::string& called, const Range& range, bool whole) {
  const std::string bounds = range_text(range);
  if (whole || (std::isfinite(range.min) && std::isfinite(range.max))) {
    return refuse(called, "must be " + bounds);
  }
  return refuse(called, "must be a finite number" + (bounds.empty() ? "" : ", " + bounds));
}

Status check_texts(const Parameter& parameter, const std::vector<std::string>& texts,
                   const std::string& called) {
  if (!contains(parameter.range, static_cast<double>(texts.size()))) {
    return refuse(called, "has " + std::to_string(texts.size()) + " texts; at most " +
                              number_text(parameter.range.max) + " are allowed");
  }
  for (std::size_t i = 0; i < texts.size(); ++i) {
    const std::string item = called + "[" + std::to_string(i) + "]";
    if (texts[i].empty()) return refuse(item, "must not be empty");
    if (texts[i].size() > parameter.text_bytes) {
      return refuse(item, "is longer than " + std::to_string(parameter.text_bytes) + " bytes");
    }
    if (!is_valid_utf8(texts[i])) return refuse(item, "is not valid UTF-8");
  }
  return {};
}

std::string text_of(bool value) {
  return value ? "true" : "false";
}

template <class Number>
requires std::is_arithmetic_v<Number> std::string text_of(Number number) {
  if constexpr (std::is_floating_point_v<Number>) {
    return number_text(number);
  } else {
    return std::to_string(number);
  }
}

std::string text_of(const std::vector<std::string>& texts) {
  std::string joined;
  for (const std::string& text : texts) joined += (joined.empty() ? "" : ",") + text;
  return joined;
}

/// One kind of member and one kind of value.
template <class Member, class Given>
Status store(Member& member, Given& given, const Parameter& parameter, const std::string& called) {
  constexpr bool kIsNumber = std::is_arithmetic_v<Given> && !std::is_same_v<Given, bool>;
  if constexpr (requires { member.emplace(); }) {
    return store(member.emplace(), given, parameter, called);
  } else if constexpr (std::is_same_v<Member, Given>) {
    member = std::move(given);
  } else if constexpr (std::is_same_v<Member, std::vector<std::string>>) {
    return refuse(called, "must be a text or a list of texts");
  } else if constexpr (std::is_same_v<Member, bool>) {
    return refuse(called, "must be true or false");
  } else if constexpr (!kIsNumber) {
    return refuse(called, "must be a number");
  } else if constexpr (std::is_floating_point_v<Member>) {
    member = static_cast<Member>(given);
  } else if constexpr (!std::is_integral_v<Given>) {
    return refuse(called, "must be a whole number");
  } else {
    // Before the cast, which wraps; a negative seed is its bits.
    if (!contains(parameter.range, static_cast<double>(given))) {
      return refuse_range(called, parameter.range, true);
    }
    member = static_cast<Member>(given);
  }
  return {};
}

template <class Value>
bool is_peers_off(const Parameter& parameter, const Value& value) {
  if constexpr (std::is_arithmetic_v<Value>) {
    return parameter.peers_off && static_cast<double>(value) == *parameter.peers_off;
  } else {
    return false;
  }
}

}  // namespace

std::span<const std::string_view> parameter_paths() {
  static const std::vector<std::string> kTexts = [] {
    std::vector<std::string> texts;
    for (const Parameter& parameter : kParameters) {
      texts.emplace_back(parameter.name);
      if (parameter.text_bytes > 0) texts.push_back(std::string(parameter.name) + "[]");
    }
    return texts;
  }();
  static const std::vector<std::string_view> kPaths(kTexts.begin(), kTexts.end());
  return kPaths;
}

const Parameter* find_parameter(std::string_view name) noexcept {
  const auto* found = std::ranges::find(kParameters, name, &Parameter::name);
  return found == kParameters.end() ? nullptr : found;
}

std::string value_text(const Parameter& parameter, const GenerateParams& params) {
  std::string text;
  visit_value(parameter, params, [&text](const auto& value) { text = text_of(value); });
  return text;
}

Status set_parameter(GenerateParams& params, const Parameter& parameter, ParameterValue value,
                     std::string_view called) {
  GenerateParams changed;
  const std::string name(called);
  const Status stored = std::visit(
      [&](auto member, auto& given) -> Status {
        if (is_peers_off(parameter, given)) {
          // Absent in `changed`.
          if (!parameter.off) return {};
          auto off = std::int64_t{*parameter.off};
          return store(changed.*member, off, parameter, name);
        }
        return store(changed.*member, given, parameter, name);
      },
      parameter.member, value);
  if (!stored) return stored;
  if (Status checked = check_parameter(parameter, changed, called); !checked) return checked;
  copy_parameter(parameter, changed, params);
  return {};
}

Status check_parameter(const Parameter& parameter, const GenerateParams& params,
                       std::string_view called) {
  Status status;
  visit_value(parameter, params, [&](const auto& value) {
    using Value = std::decay_t<decltype(value)>;
    if constexpr (std::is_same_v<Value, std::vector<std::string>>) {
      status = check_texts(parameter, value, std::string(called));
    } else if constexpr (!std::is_same_v<Value, bool>) {
      const auto amount = static_cast<double>(value);
      if (!std::isfinite(amount) || !contains(parameter.range, amount)) {
        status = refuse_range(std::string(called), parameter.range, std::is_integral_v<Value>);
      }
    }
  });
  return status;
}

bool is_default(const Parameter& parameter, const GenerateParams& params) {
  static const GenerateParams kDefaults;
  return std::visit([&](auto member) { return params.*member == kDefaults.*member; },
                    parameter.member);
}

void copy_parameter(const Parameter& parameter, const GenerateParams& from, GenerateParams& to) {
  std::visit([&](auto member) { to.*member = from.*member; }, parameter.member);
}

}  // namespace pcai
