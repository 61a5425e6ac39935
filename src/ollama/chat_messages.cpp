#include "ollama/chat_messages.h"

#include <array>
#include <utility>

#include "api/fields/media_part.h"

namespace pcai::ollama {
namespace {

constexpr Range kNameBytes{1, 256};
constexpr Range kImages{0, kMaxMedia};

struct NamedRole {
  std::string_view name;
  Role role;
};

constexpr std::array<NamedRole, 4> kRoles{{{"system", Role::System},
                                           {"user", Role::User},
                                           {"assistant", Role::Assistant},
                                           {"tool", Role::Tool}}};

struct Draft {
  ChatMessage& message;
  std::size_t index;
  api::Warnings& warnings;
};

Status read_role(api::Json& value, const std::string& path, Draft& draft) {
  const std::string& name = value.get_ref<const std::string&>();
  for (const NamedRole& known : kRoles) {
    if (known.name != name) continue;
    draft.message.role = known.role;
    return {};
  }
  return fail(ErrorCode::InvalidRequest,
              path + " must be system, user, assistant or tool, not " + api::quote_text(name),
              path);
}

Status read_content(api::Json& value, const std::string&, Draft& draft) {
  draft.message.content = std::move(value.get_ref<std::string&>());
  return {};
}

Status read_function(api::Json& value, const std::string& path, ToolCall& call,
                     api::Warnings& warnings) {
  using T = ToolCall;
  static const std::vector<api::Field<T>> kFields = {
      api::required(api::field<&T::name>("name", kNameBytes, "")),
      {{"arguments", api::FieldType::StringOrObject},
       [](api::Json& arguments, const std::string&, T& out) -> Status {
         out.arguments =
             arguments.is_object() ? api::to_text(arguments) : arguments.get<std::string>();
         return {};
       }},
      api::ignored_field<T>("index", api::FieldType::Integer, "The position is the array's"),
      api::ignored_field<T>("description", api::FieldType::String, "It belongs to the tool"),
  };
  call.arguments = "{}";
  return api::read_fields(value, path, warnings, api::FieldSet<T>{kFields, call});
}

Status read_tool_calls(api::Json& value, const std::string& path, Draft& draft) {
  using T = ToolCall;
  static const std::vector<api::Field<T>> kFields = {
      api::field<&T::id>("id", kNameBytes, ""),
      api::type_field<T>(),
      api::required(api::telling<T>({"function", api::FieldType::Object}, read_function)),
  };
  for (std::size_t i = 0; i < value.size(); ++i) {
    ToolCall& call = draft.message.tool_calls.emplace_back();
    Status read = api::read_fields(value[i], item_path(path, i), draft.warnings,
                                   api::FieldSet<T>{kFields, call});
    if (!read) return read;
    if (call.id.empty()) call.id = "call_" + std::to_string(draft.index) + "_" + std::to_string(i);
  }
  return {};
}

std::span<const api::Field<ChatMessage>> plain_fields() {
  using M = ChatMessage;
  static const std::vector<api::Field<M>> kFields = {
      api::field<&M::reasoning>("thinking", {}, "Reasoning of an earlier answer"),
      api::field<&M::name>("tool_name", kNameBytes, "The tool that answers"),
      api::field<&M::tool_call_id>("tool_call_id", kNameBytes, "The call that it answers"),
  };
  return kFields;
}

std::span<const api::Field<Draft>> draft_fields() {
  static const std::vector<api::Field<Draft>> kFields = {
      api::required(api::Field<Draft>{{"role", api::FieldType::String}, read_role}),
      {{"content", api::FieldType::String}, read_content},
      {{"tool_calls", api::FieldType::Array, {0, kMaxTools}}, read_tool_calls},
      {{"images", api::FieldType::Array, kImages},
       [](api::Json& value, const std::string& path, Draft& draft) -> Status {
         return read_images(value, path, draft.message.media);
       }},
  };
  return kFields;
}

/// Finds the call that a tool's message answers: the n-th answer of a turn to the n-th call where
/// neither id nor name says which.
void match_call(ChatMessage& result, const std::vector<ChatMessage>& before) {
  std::size_t answers = 0;
  auto turn = before.rbegin();
  while (turn != before.rend() && turn->role == Role::Tool) {
    ++answers;
    ++turn;
  }
  if (turn == before.rend()) return;
  const auto& calls = turn->tool_calls;
  for (std::size_t i = 0; i < calls.size(); ++i) {
    const bool by_id = !result.tool_call_id.empty() && calls[i].id == result.tool_call_id;
    const bool by_name = result.tool_call_id.empty() && calls[i].name == result.name;
    const bool by_place = result.tool_call_id.empty() && result.name.empty() && i == answers;
    if (!by_id && !by_name && !by_place) continue;
    result.tool_call_id = calls[i].id;
    result.name = calls[i].name;
    return;
  }
}

}  // namespace

Status read_images(api::Json& array, const std::string& path, std::vector<Media>& images) {
  for (std::size_t i = 0; i < array.size(); ++i) {
    const std::string where = item_path(path, i);
    if (Status checked = api::check_field({"", api::FieldType::String}, array[i], where);
        !checked) {
      return checked;
    }
    auto image = api::media_of_base64(array[i].get_ref<const std::string&>(), MediaKind::Image,
                                      std::nullopt, where);
    if (!image) return fail(std::move(image.error()));
    images.push_back(*std::move(image));
  }
  return {};
}

Result<std::vector<ChatMessage>> read_chat_messages(api::Json& array, const std::string& path,
                                                    api::Warnings& warnings) {
  std::vector<ChatMessage> messages;
  for (std::size_t i = 0; i < array.size(); ++i) {
    const std::string where = item_path(path, i);
    ChatMessage message;
    Draft draft{message, i, warnings};
    Status read =
        api::read_fields(array[i], where, warnings, api::FieldSet<Draft>{draft_fields(), draft},
                         api::FieldSet<ChatMessage>{plain_fields(), message});
    if (!read) return fail(read.error());
    if (message.role != Role::Assistant && !message.tool_calls.empty()) {
      return fail(ErrorCode::InvalidRequest, where + ".tool_calls belongs to assistant messages",
                  where + ".tool_calls");
    }
    if (!message.content && message.tool_calls.empty()) message.content.emplace();
    if (message.role == Role::Tool) match_call(message, messages);
    messages.push_back(std::move(message));
  }
  return messages;
}

}  // namespace pcai::ollama
