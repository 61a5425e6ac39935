#include "app/settings/sampling_flags.h"

#include <array>
#include <charconv>
#include <limits>
#include <variant>

#include "app/settings/command_line.h"

namespace pcai::app {
namespace {

using Field =
    std::variant<float GenerateParams::*, std::int32_t GenerateParams::*,
                 std::uint32_t GenerateParams::*, std::optional<std::uint64_t> GenerateParams::*>;

struct SamplingFlag {
  const char* name;
  Field field;
  const char* help;
};

constexpr std::array<SamplingFlag, 9> kFlags = {{
    {"--max-tokens", &GenerateParams::max_tokens, "Most tokens of the answer"},
    {"--temperature", &GenerateParams::temperature, "0 = always the likeliest token"},
    {"--top-p", &GenerateParams::top_p, "Sample from the likeliest tokens of this share; 1 = off"},
    {"--top-k", &GenerateParams::top_k, "Sample from so many likeliest tokens; 0 = off"},
    {"--min-p", &GenerateParams::min_p, "Least probability, relative to the likeliest; 0 = off"},
    {"--repeat-penalty", &GenerateParams::repeat_penalty, "Against repetition; 1 = off"},
    {"--frequency-penalty", &GenerateParams::frequency_penalty,
     "Against tokens, by how often they came; 0 = off"},
    {"--presence-penalty", &GenerateParams::presence_penalty,
     "Against tokens that came already; 0 = off"},
    {"--seed", &GenerateParams::seed, "The same seed gives the same answer; default: a random one"},
}};

template <class Number>
Result<Number> to_number(const char* flag, const std::string& text) {
  Number number{};
  const char* const end = text.data() + text.size();
  const auto [stopped, failure] = std::from_chars(text.data(), end, number);
  if (failure == std::errc() && stopped == end) return number;
  std::string wanted = "a number";
  if constexpr (std::numeric_limits<Number>::is_integer) {
    wanted = "a whole number (" + std::to_string(std::numeric_limits<Number>::min()) + ".." +
             std::to_string(std::numeric_limits<Number>::max()) + ")";
  }
  return fail(ErrorCode::InvalidRequest, std::string(flag) + "='" + text + "' is not " + wanted);
}

template <class Number>
Status store(Number& field, const SamplingFlag& flag, const std::string& text) {
  const Result<Number> number = to_number<Number>(flag.name, text);
  if (!number) return fail(number.error());
  field = *number;
  return {};
}

Status store(std::optional<std::uint64_t>& field, const SamplingFlag& flag,
             const std::string& text) {
  return store(field.emplace(), flag, text);
}

std::string default_text(const GenerateParams& params, const SamplingFlag& flag) {
  return std::visit(
      [&params](auto member) -> std::string {
        using Value = std::decay_t<decltype(params.*member)>;
        if constexpr (std::is_arithmetic_v<Value>) {
          std::array<char, 32> digits{};
          const auto end = std::to_chars(digits.begin(), digits.end(), params.*member);
          return {digits.begin(), end.ptr};
        } else {
          return "";
        }
      },
      flag.field);
}

}  // namespace

SamplingFlags::SamplingFlags(CLI::App& command) {
  for (const SamplingFlag& flag : kFlags) {
    CLI::Option* const option =
        add_value_flag(command, flag.name, values_[flag.name], Times::Once, "N", flag.help);
    const std::string value = default_text({}, flag);
    if (!value.empty()) option->default_str(value);
  }
  add_value_flag(command, "--stop", values_["--stop"], Times::Often, "TEXT",
                 "End the answer before this text; may be given several times");
}

Result<GenerateParams> SamplingFlags::params(const ModelDefaults& defaults) const {
  GenerateParams params;
  apply_defaults(defaults, params);
  for (const SamplingFlag& flag : kFlags) {
    const std::vector<std::string>& texts = values_.at(flag.name);
    if (texts.empty()) continue;
    if (texts.size() > 1) {
      return fail(ErrorCode::InvalidRequest, std::string(flag.name) + " is given " +
                                                 std::to_string(texts.size()) +
                                                 " times; it takes one value");
    }
    const Status stored = std::visit(
        [&](auto member) { return store(params.*member, flag, texts.front()); }, flag.field);
    if (!stored) return fail(stored.error());
  }
  if (const auto& stops = values_.at("--stop"); !stops.empty()) params.stop_sequences = stops;
  if (Status status = check_params(params); !status) return fail(status.error());
  return params;
}

}  // namespace pcai::app
