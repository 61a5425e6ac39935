#include "openai/chat/messages.h"

#include <array>
#include <optional>
#include <utility>

#include "api/fields/media_part.h"
#include "api/fields/tool_images.h"

namespace pcai::openai {
namespace {

constexpr Range kNameBytes{1, 256};
// Some servers hide what they thought in a call's id.
constexpr Range kIdBytes{1, 1 << 16};
constexpr Range kParts{0, 4096};
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

/// The messages so far, and one on its way in.
struct Draft {
  std::vector<ChatMessage>& messages;
  api::Warnings& warnings;
  api::Places& places;
  api::ToolImages& tool_images;
  ChatMessage message = {};
  bool legacy_answer = false;  // role "function"
};

/// Comes before all other members.
Status read_role(api::Json& value, const std::string&, Draft& draft) {
  for (const NamedRole& known : kRoles) {
    if (value == known.name) draft.message.role = known.role;
  }
  draft.legacy_answer = value == "function";
  if (draft.message.role != Role::Tool) draft.tool_images.show(draft.messages, draft.places);
  return {};
}

Status read_media(api::Json& part, const std::string& type, const std::string& path, Draft& draft) {
  ChatMessage& message = draft.message;
  auto media = api::read_media_part(part, type, path, draft.warnings);
  if (!media) return fail(std::move(media.error()));
  if (message.role == Role::Tool) {
    draft.tool_images.add(*std::move(media), path, message.content);
    return {};
  }
  draft.places.add_whole(api::media_path(draft.messages.size(), message.media.size()), path);
  api::append_media(message.content, message.media, *std::move(media));
  return {};
}

Status read_part(api::Json& part, const std::string& path, Draft& draft) {
  const Result<std::string> type = api::read_type(part, path);
  if (!type) return fail(type.error());
  ChatMessage& message = draft.message;
  const bool assistant = message.role == Role::Assistant;
  if (api::is_media_part(*type) && *type != "input_image" && !assistant) {
    return read_media(part, *type, path, draft);
  }
  const bool refusal = *type == "refusal";
  const bool text_part = *type == "text" || *type == "input_text" || *type == "output_text";
  if (!refusal && !text_part && assistant) {
    draft.warnings.add(path + " is left out: a part of type " + api::quote_text(*type));
    return {};
  }
  if (!refusal && !text_part) {
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
      api::required(api::Field<std::string>{{refusal ? "refusal" : "text", api::FieldType::String},
                                            read_text})};
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
  if (draft.message.role == Role::Tool && !draft.message.content) draft.message.content.emplace();
  return {};
}

Status read_refusal(api::Json& value, const std::string&, Draft& draft) {
  api::append_text(draft.message.content, draft.message.media, value.get_ref<const std::string&>());
  return {};
}

Status read_arguments(api::Json& value, const std::string&, ToolCall& call) {
  call.arguments = value.is_object() ? api::to_text(value) : value.get<std::string>();
  if (call.arguments.empty()) call.arguments = "{}";
  return {};
}

Status read_function(api::Json& value, const std::string& path, ToolCall& call,
                     api::Warnings& warnings) {
  static const std::array<api::Field<ToolCall>, 2> kFields{
      api::required(api::field<&ToolCall::name>("name", kNameBytes, "")),
      api::Field<ToolCall>{{"arguments", api::FieldType::StringOrObject}, read_arguments}};
  call.arguments = "{}";
  return api::read_fields(value, path, warnings, api::FieldSet<ToolCall>{kFields, call});
}

/// A call of another provider's tool, whose input is a text.
Status read_custom(api::Json& value, const std::string& path, ToolCall& call,
                   api::Warnings& warnings) {
  static const std::array<api::Field<ToolCall>, 2> kFields{
      api::required(api::field<&ToolCall::name>("name", kNameBytes, "")),
      api::Field<ToolCall>{{"input", api::FieldType::String},
                           [](api::Json& input, const std::string&, ToolCall& to) -> Status {
                             to.arguments = api::to_text({{"input", input}});
                             return {};
                           }}};
  call.arguments = "{}";
  return api::read_fields(value, path, warnings, api::FieldSet<ToolCall>{kFields, call});
}

Status read_tool_calls(api::Json& value, const std::string& path, Draft& draft) {
  static const auto fields_with = [](api::Field<ToolCall> what) {
    return std::array<api::Field<ToolCall>, 4>{
        api::required(api::field<&ToolCall::id>("id", kIdBytes, "")), api::type_field<ToolCall>(),
        api::required(std::move(what)),
        api::ignored_field<ToolCall>("index", api::FieldType::Integer,
                                     "The position is the array's")};
  };
  static const auto kFunction =
      fields_with(api::telling<ToolCall>({"function", api::FieldType::Object}, read_function));
  static const auto kCustom =
      fields_with(api::telling<ToolCall>({"custom", api::FieldType::Object}, read_custom));
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string where = item_path(path, i);
    std::string type = "function";
    if (!value[i].is_object() || api::find_member(value[i], "type")) {
      auto given = api::read_type(value[i], where);
      if (!given) return fail(std::move(given).error());
      type = *std::move(given);
    }
    if (type != "function" && type != "custom") {
      const std::string at = api::member_path(where, "type");
      return fail(ErrorCode::Unsupported,
                  at + ": calls of type " + api::quote_text(type) + " are not supported here", at);
    }
    ToolCall& call = draft.message.tool_calls.emplace_back();
    const auto& fields = type == "function" ? kFunction : kCustom;
    Status read =
        api::read_fields(value[i], where, draft.warnings, api::FieldSet<ToolCall>{fields, call});
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
  Status read = read_function(value, path, call, draft.warnings);
  if (read) call.id = legacy_id(call.name);
  return read;
}

std::span<const api::Field<ChatMessage>> plain_fields() {
  using M = ChatMessage;
  static const std::vector<api::Field<M>> kFields = {
      api::field<&M::name>("name", {0, 256}, "Who speaks"),
      api::field<&M::tool_call_id>("tool_call_id", kIdBytes,
                                   "The call that a tool message answers"),
      api::field<&M::reasoning>("reasoning", {}, "The same as reasoning_content"),
      api::field<&M::reasoning>("reasoning_content", {}, "Reasoning of an earlier answer"),
      api::ignored_field<M>("annotations", api::FieldType::Array, "Part of an earlier answer"),
      api::ignored_field<M>("reasoning_details", api::FieldType::Array, "Another server's"),
      api::ignored_field<M>("provider_specific_fields", api::FieldType::Object, "Another server's"),
      api::ignored_field<M>("audio", api::FieldType::Object, "What an earlier answer said aloud"),
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
  if (!message.content && !assistant) return wrong("content", "is required");
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
                                               api::Warnings& warnings, api::Places& places) {
  std::vector<ChatMessage> messages;
  messages.reserve(array.size());
  api::ToolImages tool_images;
  for (std::size_t i = 0; i < array.size(); ++i) {
    const std::string where = item_path(path, i);
    Draft draft{messages, warnings, places, tool_images};
    ChatMessage& message = draft.message;
    Status read =
        api::read_fields(array[i], where, warnings, api::FieldSet<Draft>{draft_fields(), draft},
                         api::FieldSet<ChatMessage>{plain_fields(), message});
    if (read && draft.legacy_answer) read = complete_legacy_answer(message, where);
    if (read) read = check_message(message, where);
    if (!read) return fail(read.error());
    // Somebody who only thought, or whose answer was of a kind that is left out.
    if (!message.content && message.tool_calls.empty()) message.content.emplace();
    if (messages.size() != i) places.add(item_path("messages", messages.size()), where);
    messages.push_back(std::move(message));
  }
  tool_images.show(messages, places);
  return messages;
}

std::vector<api::FieldInfo> message_field_infos() {
  std::vector<api::FieldInfo> infos(draft_fields().begin(), draft_fields().end());
  infos.insert(infos.end(), plain_fields().begin(), plain_fields().end());
  return infos;
}

}  // namespace pcai::openai
