#include "api/unknown_field.h"

#include <algorithm>
#include <array>

#include "core/near_name.h"

namespace pcai::api {
namespace {

constexpr std::string_view kUseFormat =
    "use response_format of type json_schema, regex or lark, or the format of the route";

/// What would change the meaning of the answer, so that an answer without it would be wrong.
constexpr std::array kRefused = {
    RefusedField{"background", "stream the answer, or wait for it"},
    RefusedField{"conversation", "use previous_response_id, or send the conversation"},
    RefusedField{"thread", "threads are not stored here; send the conversation"},
    RefusedField{"prompt", "prompt templates are not stored here; send the text"},
    RefusedField{"mcp_servers", "servers of tools are not called here; send tools"},
    RefusedField{"structured_outputs", kUseFormat},
    RefusedField{"guided_json", kUseFormat},
    RefusedField{"guided_regex", kUseFormat},
    RefusedField{"guided_choice", kUseFormat},
    RefusedField{"guided_grammar", kUseFormat},
    RefusedField{"grammar", kUseFormat},
    RefusedField{"json_schema", kUseFormat},
    RefusedField{"regex", kUseFormat},
    RefusedField{"ebnf", kUseFormat},
    RefusedField{"structural_tag", kUseFormat},
};

/// Names of other servers and of their answers that are near to one of ours.
constexpr std::array<std::string_view, 13> kOfOthers = {
    "min_k", "min_tokens", "models", "n_keep", "n_predict", "num_gqa", "num_threads",
    "speed", "top_a",      "top_k",  "top_n",  "top_p",     "typical"};

constexpr std::size_t kLongestName = 40;

// Comparing every name of a body of a million names would take minutes.
constexpr std::size_t kMostCompared = 256;

}  // namespace

std::span<const RefusedField> refused_fields() noexcept {
  return kRefused;
}

bool asks_for_nothing(const Json& value) noexcept {
  if (value.is_boolean()) return !value.get<bool>();
  if (value.is_string()) return value.get_ref<const std::string&>().empty();
  return value.empty();
}

std::string_view misspelt(std::string_view name, std::span<const std::string_view> known) {
  if (name.size() > kLongestName) return "";
  if (std::find(kOfOthers.begin(), kOfOthers.end(), name) != kOfOthers.end()) return "";
  std::string_view nearest;
  std::size_t distance = 3;
  for (const std::string_view candidate : known) {
    const std::size_t shorter = std::min(name.size(), candidate.size());
    const std::size_t longer = std::max(name.size(), candidate.size());
    const std::size_t allowed = shorter < 4 ? 0 : shorter < 6 ? 1 : 2;
    if (longer - shorter > allowed) continue;
    const std::size_t here = edit_distance(name, candidate);
    if (here > allowed || here >= distance) continue;
    distance = here;
    nearest = candidate;
  }
  return nearest;
}

Status judge_unknown(std::string_view path, std::string_view name, const Json& value,
                     std::span<const std::string_view> known, Warnings& warnings) {
  if (path.empty()) {
    for (const RefusedField& refused : kRefused) {
      if (refused.name != name) continue;
      if (asks_for_nothing(value)) return {};
      return fail(ErrorCode::Unsupported,
                  std::string(name) + " is not supported here; " + std::string(refused.instead),
                  std::string(name));
    }
  }
  if (warnings.unknown_count() < kMostCompared) {
    if (const std::string_view meant = misspelt(name, known); !meant.empty()) {
      return fail(ErrorCode::InvalidRequest,
                  (path.empty() ? "this route" : std::string(path)) + " has no field " +
                      quote_text(name) + "; did you mean " + quote_text(meant) + "?",
                  std::string(path) + (path.empty() ? "" : ".") + std::string(name));
    }
  }
  warnings.add_unknown(path, name);
  return {};
}

}  // namespace pcai::api
