#include "core/parameters/defaults.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/parameters/parameters.h"
#include "core/utf8.h"

namespace pcai {
namespace {

static_assert(kParameters.size() <= 64, "ModelDefaults::given has a bit for each");

constexpr std::string_view kSystem = "system";

std::uint64_t bit_of(const Parameter& parameter) noexcept {
  return std::uint64_t{1} << index_of(parameter);
}

Status set_system(ModelDefaults& defaults, ParameterValue value, const std::string& called) {
  auto* const texts = std::get_if<std::vector<std::string>>(&value);
  if (texts == nullptr || texts->size() != 1) {
    return fail(ErrorCode::InvalidRequest, called + " must be a text", called);
  }
  std::string& system = texts->front();
  if (system.size() > kMaxSystemBytes || !is_valid_utf8(system)) {
    return fail(ErrorCode::InvalidRequest,
                called + " must be UTF-8 of at most " + std::to_string(kMaxSystemBytes) + " bytes",
                called);
  }
  defaults.system = std::move(system);
  return {};
}

/// Copies those that `which` has a bit for.
void copy_parameters(std::uint64_t which, const GenerateParams& from, GenerateParams& to) {
  for (const Parameter& parameter : kParameters) {
    if ((which & bit_of(parameter)) != 0) copy_parameter(parameter, from, to);
  }
}

}  // namespace

const std::vector<std::string_view>& default_names() {
  static const std::vector<std::string_view> kNames = [] {
    std::vector<std::string_view> names;
    for (const Parameter& parameter : kParameters) {
      if (parameter.faces.has(Face::Default)) names.push_back(parameter.name);
    }
    names.push_back(kSystem);
    return names;
  }();
  return kNames;
}

bool gives(const ModelDefaults& defaults, const Parameter& parameter) noexcept {
  return (defaults.given & bit_of(parameter)) != 0;
}

std::string default_text(const ModelDefaults& defaults, std::string_view name) {
  if (name == kSystem) return defaults.system.value_or("");
  const Parameter* const parameter = find_parameter(name);
  if (parameter == nullptr || !gives(defaults, *parameter)) return "";
  return value_text(*parameter, defaults.params);
}

Status set_default(ModelDefaults& defaults, std::string_view name, ParameterValue value,
                   std::string_view called) {
  if (name == kSystem) return set_system(defaults, std::move(value), std::string(called));
  const Parameter* const parameter = find_parameter(name);
  if (parameter == nullptr || !parameter->faces.has(Face::Default)) {
    return fail(ErrorCode::InvalidRequest, std::string(called) + " is not a default of a model",
                std::string(called));
  }
  Status set = set_parameter(defaults.params, *parameter, std::move(value), called);
  if (set) defaults.given |= bit_of(*parameter);
  return set;
}

void fill_defaults(ModelDefaults& defaults, const ModelDefaults& others) {
  copy_parameters(others.given & ~defaults.given, others.params, defaults.params);
  defaults.given |= others.given;
  if (!defaults.system) defaults.system = others.system;
  if (defaults.messages.empty()) defaults.messages = others.messages;
}

void apply_defaults(const ModelDefaults& defaults, GenerateParams& params) {
  copy_parameters(defaults.given, defaults.params, params);
}

AddedMessages apply_defaults(const ModelDefaults& defaults, ChatPrompt& chat) {
  const auto is_system = [](const ChatMessage& message) { return message.role == Role::System; };
  std::vector<ChatMessage>& messages = chat.messages;
  AddedMessages added;
  if (messages.empty()) return added;
  const bool speaks = defaults.system && !defaults.system->empty();
  if (speaks && std::ranges::none_of(messages, is_system)) {
    messages.insert(messages.begin(), {.role = Role::System, .content = defaults.system});
    added.system = 1;
  }
  const auto behind = std::ranges::find_if_not(messages, is_system);
  added.first = static_cast<std::size_t>(behind - messages.begin()) - added.system;
  added.count = defaults.messages.size();
  messages.insert(behind, defaults.messages.begin(), defaults.messages.end());
  return added;
}

Error without_added(Error error, const AddedMessages& added) {
  constexpr std::string_view kList = "messages[";
  std::size_t index = 0;
  if (!error.field.starts_with(kList)) return error;
  const char* const begin = error.field.data() + kList.size();
  const auto [end, failure] =
      std::from_chars(begin, error.field.data() + error.field.size(), index);
  if (failure != std::errc{}) return error;
  const std::string old = error.field;
  const std::size_t before = added.system + added.first;
  if (index < added.system || (index >= before && index < before + added.count)) {
    error.field.clear();
    return error;
  }
  index -= added.system + (index >= before ? added.count : 0);
  error.field = std::string(kList) + std::to_string(index) + end;
  if (error.message.starts_with(old)) error.message.replace(0, old.size(), error.field);
  return error;
}

bool same_values(const ModelDefaults& a, const ModelDefaults& b) {
  const auto same = [&](const Parameter& parameter) {
    return std::visit([&](auto member) { return a.params.*member == b.params.*member; },
                      parameter.member);
  };
  return a.given == b.given && a.system == b.system &&
         std::ranges::all_of(kParameters, [&](const Parameter& parameter) {
           return !gives(a, parameter) || same(parameter);
         });
}

}  // namespace pcai
