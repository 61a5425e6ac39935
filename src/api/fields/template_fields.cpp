#include "api/fields/template_fields.h"

#include <algorithm>
#include <array>

namespace pcai::api {
namespace {

constexpr std::size_t kMaxNameBytes = 64;
constexpr std::size_t kMaxArgumentsBytes = 16 << 10;

// What the server itself gives to a template.
constexpr std::array<std::string_view, 5> kOurs = {"messages", "tools", "add_generation_prompt",
                                                   "bos_token", "eos_token"};

void set_argument(ChatPrompt& prompt, const std::string& name, std::string json) {
  for (TemplateArgument& argument : prompt.template_arguments) {
    if (argument.name != name) continue;
    argument.json = std::move(json);
    return;
  }
  prompt.template_arguments.push_back({name, std::move(json)});
}

}  // namespace

std::span<const std::string_view> reasoning_efforts() {
  static constexpr std::string_view kEfforts[] = {"none", "minimal", "low", "medium",
                                                  "high", "xhigh",   "max"};
  return kEfforts;
}

Status read_reasoning_effort(Json& value, const std::string&, ChatPrompt& prompt) {
  prompt.reasoning = value != "none" && value != "minimal";
  if (prompt.reasoning) set_argument(prompt, "reasoning_effort", to_text(value));
  return {};
}

Status read_template_arguments(Json& object, const std::string& path, ChatPrompt& prompt) {
  std::size_t bytes = 0;
  for (auto& [name, value] : object.get_ref<Json::object_t&>()) {
    if (value.is_null()) continue;
    if (name.empty() || name.size() > kMaxNameBytes ||
        std::find(kOurs.begin(), kOurs.end(), name) != kOurs.end()) {
      return fail(ErrorCode::InvalidRequest,
                  path + ": " + quote_text(name) + " cannot be set by a request", path);
    }
    const std::string where = member_path(path, name);
    if (!value.is_primitive()) {
      return fail(ErrorCode::InvalidRequest, where + " must be a string, a number or a boolean",
                  where);
    }
    if (name == "enable_thinking") {
      if (Status checked = check_field({"", FieldType::Boolean}, value, where); !checked) {
        return checked;
      }
      prompt.reasoning = value.get<bool>();
    }
    std::string json = to_text(value);
    bytes += name.size() + json.size();
    if (bytes > kMaxArgumentsBytes) {
      return fail(ErrorCode::InvalidRequest,
                  path + " has over " + std::to_string(kMaxArgumentsBytes) + " bytes", path);
    }
    set_argument(prompt, name, std::move(json));
  }
  return {};
}

}  // namespace pcai::api
