#include "openai/chat/messages.h"

#include <array>
#include <optional>

#include "api/media_part.h"

namespace pcai::openai {
namespace {

constexpr Range kNameBytes{1, 256};
constexpr Range kParts{1, 1024};
constexpr Range kToolCalls{0, 128};

struct NamedRole {
  std::string_view name;
  Role role;
};

constexpr std::array<NamedRole, 6> kRoles{{{"developer", Role::System},
                                           {"system", Role::System},
                                           {"user", Role::User},
                                           {"assistant", Role::Assistant},
                                           {"tool", Role::Tool},
                                           {"function", Role::Tool}}};

constexpr auto kRoleNames = [] {
  std::array<std::string_view, kRoles.size()> names{};
  for (std::size_t i = 0; i < names.size(); ++i) names[i] = kRoles[i].name;
  return names;
}();

/// A message on its way in.
struct Draft {
  ChatMessage& message;
  std::vector<std::string>& warnings;
  api::Places& places;
  std::size_t index;
  bool legacy_answer = false;  // role "function"
};

Status read_role(api::Json& value, const std::string&, Draft& draft) {
  for (const NamedRole& known : kRoles) {
    if (value == known.name) draft.message.role = known.role;
  }
  draft.legacy_answer = value == "function";
  return {};
}

Status read_part(api::Json& part, const std::string& path, Draft& draft) {
  const Result<std::string> type = api::read_type(part, path);
  if (!type) return fail(type.error());
  ChatMessage& message = draft.message;
  if (api::is_media_part(*type) && *type != "input_image") {
    auto media = api::read_media_part(part, *type, path, draft.warnings);
    if (!media) return fail(std::move(media.error()));
    draft.places.add_whole(api::media_path(draft.index, message.media.size()), path);
    api::append_media(message.content, message.media, *std::move(media));
    return {};
  }
  if (*type != "text" && *type != "refusal") {
    const std::string where = api::member_path(path, "type");
    return fail(ErrorCode::Unsupported,
                where + ": parts of type " + api::quote_text(*type) +
                    " are not supported here, only text, image_url and input_audio",
                where);
  }
  static const auto read_text = [](api::Json& value, const std::string&,
                                   std::string& text) -> Status {
    text = std::move(value.get_ref<std::string&>());
    return {};
  };
  static const auto read_nothing = [](api::Json&, const std::string&, std::string&) -> Status {
    return {};
  };
  std::string text;
  const std::array<api::Field<std::string>, 2> fields{
      api::Field<std::string>{{"type", api::FieldType::String}, read_nothing},
      api::required(api::Field<std::string>{{*type, api::FieldType::String}, read_text})};
  Status read =
      api::read_fields(part, path, draft.warnings, api::FieldSet<std::string>{fields, text});
  if (read) api::append_text(message.content, message.media, text);
  return read;
}

Status read_content(api::Json& value, const std::string& path, Draft& draft) {
  if (value.is_string()) {
    draft.message.content = std::move(value.get_ref<std::string&>());
    return {};
  }
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (Status read = read_part(value[i], item_path(path, i), draft); !read) return read;
  }
  return {};
}

Status read_refusal(api::Json& value, const std::string&, Draft& draft) {
  api::append_text(draft.message.content, draft.message.media, value.get_ref<const std::string&>());
  return {};
}

Status read_arguments(api::Json& value, const std::string&, ToolCall& call) {
  call.arguments = value.is_object() ? api::to_text(value) : value.get<std::string>();
  return {};
}

Status read_function(api::Json& value, const std::string& path, ToolCall& call) {
  static const std::array<api::Field<ToolCall>, 2> kFields{
      api::required(api::field<&ToolCall::name>("name", kNameBytes, "")),
      api::Field<ToolCall>{{"arguments", api::FieldType::StringOrObject}, read_arguments}};
  call.arguments = "{}";
  std::vector<std::string> no_warnings;
  return api::read_fields(value, path, no_warnings, api::FieldSet<ToolCall>{kFields, call});
}

Status read_tool_calls(api::Json& value, const std::string& path, Draft& draft) {
  static const std::array<api::Field<ToolCall>, 4> kFields{
      api::required(api::field<&ToolCall::id>("id", kNameBytes, "")),
      api::Field<ToolCall>{{"type", api::FieldType::String},
                           [](api::Json&, const std::string&, ToolCall&) -> Status { return {}; }},
      api::required(api::Field<ToolCall>{{"function", api::FieldType::Object}, read_function}),
      api::ignored_field<ToolCall>("index", api::FieldType::Integer,
                                   "The position is the array's")};
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string where = item_path(path, i);
    const Result<std::string> type = api::read_type(value[i], where);
    if (!type) return fail(type.error());
    if (*type != "function") {
      const std::string at = api::member_path(where, "type");
      return fail(ErrorCode::Unsupported,
                  at + ": calls of type " + api::quote_text(*type) + " are not supported here", at);
    }
    ToolCall& call = draft.message.tool_calls.emplace_back();
    Status read =
        api::read_fields(value[i], where, draft.warnings, api::FieldSet<ToolCall>{kFields, call});
    if (!read) return read;
  }
  return {};
}

/// Older calls have no ids, and answers name the function.
std::string legacy_id(const std::string& function) {
  return "call_" + function;
}

Status read_function_call(api::Json& value, const std::string& path, Draft& draft) {
  if (!draft.message.tool_calls.empty()) {
    return fail(ErrorCode::InvalidRequest,
                path + " is the older form of tool_calls; send only one of them", path);
  }
  ToolCall& call = draft.message.tool_calls.emplace_back();
  Status read = read_function(value, path, call);
  if (read) call.id = legacy_id(call.name);
  return read;
}

std::span<const api::Field<ChatMessage>> plain_fields() {
  using M = ChatMessage;
  static const std::vector<api::Field<M>> kFields = {
      api::field<&M::name>("name", {0, 256}, "Who speaks"),
      api::field<&M::tool_call_id>("tool_call_id", kNameBytes,
                                   "The call that a tool message answers"),
      api::field<&M::reasoning>("reasoning", {}, "The same as reasoning_content"),
      api::field<&M::reasoning>("reasoning_content", {}, "Reasoning of an earlier answer"),
      api::ignored_field<M>("annotations", api::FieldType::Array, "Part of an earlier answer"),
      api::ignored_field<M>("reasoning_details", api::FieldType::Array, "Another server's"),
      api::ignored_field<M>("provider_specific_fields", api::FieldType::Object, "Another server's"),
      api::unsupported_field<M>("audio", api::FieldType::Object, "audio answers"),
  };
  return kFields;
}

std::span<const api::Field<Draft>> draft_fields() {
  static const std::vector<api::Field<Draft>> kFields = {
      api::required(api::with_choices(
          api::Field<Draft>{{"role", api::FieldType::String, {}, "", "Who speaks"}, read_role},
          kRoleNames)),
      {{"content", api::FieldType::StringOrArray, kParts, "",
        "Text, or parts: text; the user's also image_url and input_audio"},
       read_content},
      {{"refusal", api::FieldType::String, {}, "", "Counts as content"}, read_refusal},
      {{"tool_calls", api::FieldType::Array, kToolCalls, "", "What the assistant called"},
       read_tool_calls},
      {{"function_call", api::FieldType::Object, {}, "", "Older form of tool_calls"},
       read_function_call},
  };
  return kFields;
}

/// Gives an answer of the older kind the id of the call that it answers.
Status complete_legacy_answer(ChatMessage& message, const std::string& path) {
  if (!message.name.empty() && message.tool_call_id.empty()) {
    message.tool_call_id = legacy_id(message.name);
    return {};
  }
  const bool unnamed = message.name.empty();
  const std::string where = api::member_path(path, unnamed ? "name" : "tool_call_id");
  return fail(ErrorCode::InvalidRequest,
              where + (unnamed ? " is required in" : " is not part of") + " function messages",
              where);
}

/// What depends on the role.
Status check_message(const ChatMessage& message, const std::string& path) {
  const auto wrong = [&](std::string_view name, std::string_view what) {
    const std::string where = api::member_path(path, name);
    return fail(ErrorCode::InvalidRequest, where + " " + std::string(what), where);
  };
  const bool assistant = message.role == Role::Assistant;
  if (!message.content && !(assistant && !message.tool_calls.empty())) {
    return wrong("content", assistant ? "is required without tool_calls" : "is required");
  }
  if (!assistant && !message.tool_calls.empty()) {
    return wrong("tool_calls", "belongs to assistant messages");
  }
  if (!assistant && !message.reasoning.empty()) {
    return wrong("reasoning_content", "belongs to assistant messages");
  }
  if (message.role == Role::Tool && message.tool_call_id.empty()) {
    return wrong("tool_call_id", "is required in tool messages");
  }
  if (message.role != Role::Tool && !message.tool_call_id.empty()) {
    return wrong("tool_call_id", "belongs to tool messages");
  }
  return {};
}

}  // namespace

Result<std::vector<ChatMessage>> read_messages(api::Json& array, const std::string& path,
                                               std::vector<std::string>& warnings,
                                               api::Places& places) {
  std::vector<ChatMessage> messages;
  messages.reserve(array.size());
  for (std::size_t i = 0; i < array.size(); ++i) {
    const std::string where = item_path(path, i);
    ChatMessage& message = messages.emplace_back();
    Draft draft{message, warnings, places, i};
    Status read =
        api::read_fields(array[i], where, warnings, api::FieldSet<Draft>{draft_fields(), draft},
                         api::FieldSet<ChatMessage>{plain_fields(), message});
    if (read && draft.legacy_answer) read = complete_legacy_answer(message, where);
    if (read) read = check_message(message, where);
    if (!read) return fail(read.error());
  }
  return messages;
}

std::vector<api::FieldInfo> message_field_infos() {
  std::vector<api::FieldInfo> infos(draft_fields().begin(), draft_fields().end());
  infos.insert(infos.end(), plain_fields().begin(), plain_fields().end());
  return infos;
}

}  // namespace pcai::openai
