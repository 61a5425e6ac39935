#include "core/defaults.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <type_traits>
#include <utility>

#include "core/utf8.h"

namespace pcai {
namespace {

constexpr std::size_t kMaxSystemBytes = std::size_t{1} << 20;

// By the names of the requests' fields.
constexpr std::array<DefaultField, 13> kFields = {{
    {"temperature", &ModelDefaults::temperature},
    {"top_p", &ModelDefaults::top_p},
    {"top_k", &ModelDefaults::top_k},
    {"min_p", &ModelDefaults::min_p},
    {"repeat_penalty", &ModelDefaults::repeat_penalty},
    {"frequency_penalty", &ModelDefaults::frequency_penalty},
    {"presence_penalty", &ModelDefaults::presence_penalty},
    {"repeat_last_n", &ModelDefaults::penalty_last_n},
    {"seed", &ModelDefaults::seed},
    {"max_tokens", &ModelDefaults::max_tokens},
    {"reasoning_budget", &ModelDefaults::reasoning_budget},
    {"stop", &ModelDefaults::stop_sequences},
    {"system", &ModelDefaults::system},
}};

template <class Number>
std::string text_of(Number number) {
  std::array<char, 32> digits{};
  return {digits.data(), std::to_chars(digits.begin(), digits.end(), number).ptr};
}

std::string text_of(const std::string& text) {
  return text;
}

std::string text_of(const std::vector<std::string>& texts) {
  std::string joined;
  for (const std::string& text : texts) joined += (joined.empty() ? "" : ",") + text;
  return joined;
}

tl::unexpected<Error> refuse(const DefaultField& field, const std::string& what) {
  return fail(ErrorCode::InvalidRequest, std::string(field.name) + " must be " + what,
              std::string(field.name));
}

template <class Value, class Given>
Status store(std::optional<Value>& member, const Given& given, const DefaultField& field) {
  constexpr bool kIsNumber = std::is_arithmetic_v<Given>;
  if constexpr (std::is_same_v<Value, std::vector<std::string>>) {
    if constexpr (kIsNumber)
      return refuse(field, "a text or a list of texts");
    else
      member = given;
  } else if constexpr (std::is_same_v<Value, std::string>) {
    if constexpr (kIsNumber) {
      return refuse(field, "a text");
    } else {
      if (given.size() != 1) return refuse(field, "one text");
      member = given.front();
    }
  } else if constexpr (!kIsNumber) {
    return refuse(field, "a number");
  } else if constexpr (std::is_floating_point_v<Value>) {
    member = static_cast<Value>(given);
  } else if constexpr (!std::is_integral_v<Given>) {
    return refuse(field, "a whole number");
  } else {
    // A seed is its bits.
    if (!std::is_same_v<Value, std::uint64_t> && !std::in_range<Value>(given)) {
      return refuse(field, "a number of " + text_of(sizeof(Value) * 8) + " bits");
    }
    member = static_cast<Value>(given);
  }
  return {};
}

template <class Value>
void assign(const std::optional<Value>& from, Value& to) {
  if (from) to = *from;
}

template <class Value>
void assign(const std::optional<Value>& from, std::optional<Value>& to) {
  if (from) to = from;
}

}  // namespace

std::span<const DefaultField> default_fields() noexcept {
  return kFields;
}

const DefaultField* find_default(std::string_view name) noexcept {
  const auto found = std::ranges::find(kFields, name, &DefaultField::name);
  return found == kFields.end() ? nullptr : &*found;
}

std::string default_text(const ModelDefaults& defaults, const DefaultField& field) {
  return std::visit(
      [&](auto member) {
        const auto& value = defaults.*member;
        return value ? text_of(*value) : std::string();
      },
      field.member);
}

Status set_default(ModelDefaults& defaults, const DefaultField& field, DefaultValue value) {
  return std::visit(
      [&](auto member, const auto& given) { return store(defaults.*member, given, field); },
      field.member, value);
}

void fill_defaults(ModelDefaults& defaults, const ModelDefaults& others) {
  for (const DefaultField& field : kFields) {
    std::visit(
        [&](auto member) {
          if (!(defaults.*member)) defaults.*member = others.*member;
        },
        field.member);
  }
  if (defaults.messages.empty()) defaults.messages = others.messages;
}

void apply_defaults(const ModelDefaults& defaults, GenerateParams& params) {
  assign(defaults.temperature, params.temperature);
  assign(defaults.top_p, params.top_p);
  assign(defaults.top_k, params.top_k);
  assign(defaults.min_p, params.min_p);
  assign(defaults.repeat_penalty, params.repeat_penalty);
  assign(defaults.frequency_penalty, params.frequency_penalty);
  assign(defaults.presence_penalty, params.presence_penalty);
  assign(defaults.penalty_last_n, params.penalty_last_n);
  assign(defaults.seed, params.seed);
  assign(defaults.max_tokens, params.max_tokens);
  assign(defaults.reasoning_budget, params.reasoning_budget);
  assign(defaults.stop_sequences, params.stop_sequences);
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

Status check_defaults(const ModelDefaults& defaults) {
  GenerateParams params;
  apply_defaults(defaults, params);
  if (Status status = check_params(params); !status) return status;
  const std::string& system = defaults.system ? *defaults.system : std::string();
  if (system.size() > kMaxSystemBytes || !is_valid_utf8(system)) {
    return fail(ErrorCode::InvalidRequest, "system must be UTF-8 of at most 1 MiB", "system");
  }
  return {};
}

}  // namespace pcai
