#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

#include "core/parameters/range.h"
#include "core/request.h"

namespace pcai {

/// Where a parameter appears by its name. What is in none of them has a place of its own there.
enum class Face : std::uint8_t {
  Field = 1,    // a field of every route of OpenAI's API that generates
  Ollama = 2,   // an option of Ollama's API, and a parameter of a model in Ollama's store
  Flag = 4,     // a flag of `pcai run`: "--top-p" for top_p
  Default = 8,  // a key of [models.ID.defaults] and [profiles.NAME.defaults]
  Bridge = 16,  // a member of what mistral.rs' sampler is given
};

/// A set of faces.
struct Faces {
  std::uint8_t bits = 0;

  constexpr bool has(Face face) const noexcept {
    return (bits & static_cast<std::uint8_t>(face)) != 0;
  }
};

constexpr Faces operator|(Faces faces, Face face) noexcept {
  return {static_cast<std::uint8_t>(faces.bits | static_cast<std::uint8_t>(face))};
}

constexpr Faces operator|(Face a, Face b) noexcept {
  return Faces{} | a | b;
}

/// A number, a switch or a list of texts of GenerateParams. Its value in GenerateParams{} is its
/// default; an absent one has none.
struct Parameter {
  using P = GenerateParams;
  using Member = std::variant<bool P::*, float P::*, std::int32_t P::*, std::uint32_t P::*,
                              std::optional<std::uint32_t> P::*, std::optional<std::uint64_t> P::*,
                              std::vector<std::string> P::*>;

  std::string_view name;  // in core's errors, in JSON and in pcai.toml
  Member member;
  std::string_view help;
  Range range = {};                   // of the number, or of how many texts; every number is finite
  std::optional<int> off = {};        // the value that does nothing
  std::optional<int> peers_off = {};  // what peers write for `off`, or for absent where there is no
                                      // `off`; APIs and files take it, too
  std::optional<Range> http = {};     // what OpenAI's API accepts, where it is narrower
  std::string_view http_alias = {};   // a second name there
  std::size_t text_bytes = 0;         // of each text, at most
  Faces faces = {};
};

/// Calls `use` with the parameter's value, or not at all where it is absent.
template <class Use>
void visit_value(const Parameter& parameter, const GenerateParams& params, Use&& use) {
  std::visit(
      [&](auto member) {
        const auto& value = params.*member;
        if constexpr (requires { value.has_value(); }) {
          if (value) use(*value);
        } else {
          use(value);
        }
      },
      parameter.member);
}

/// The value as text, a list's with commas between; "" where it is absent.
std::string value_text(const Parameter& parameter, const GenerateParams& params);

/// What a file or a store can say of a parameter: a whole number, another number, a switch, texts.
using ParameterValue = std::variant<std::int64_t, double, bool, std::vector<std::string>>;

/// Fails with InvalidRequest where the member cannot hold the value or the value is out of range,
/// and then changes nothing. A text alone is a list of one. The error calls the parameter `called`.
Status set_parameter(GenerateParams& params, const Parameter& parameter, ParameterValue value,
                     std::string_view called);

/// Fails with InvalidRequest where its value is out of range. The error calls it `called`.
Status check_parameter(const Parameter& parameter, const GenerateParams& params,
                       std::string_view called);

/// Whether it is what a request gets that says nothing.
bool is_default(const Parameter& parameter, const GenerateParams& params);

/// Copies its value.
void copy_parameter(const Parameter& parameter, const GenerateParams& from, GenerateParams& to);

}  // namespace pcai
