#include "openai/responses_input.h"

#include <algorithm>
#include <array>
#include <utility>

#include "openai/media_part.h"

namespace pcai {
namespace {

constexpr Range kParts{1, 1024};
constexpr Range kIdBytes{1, 256};

/// The messages so far, and an item on its way in.
struct Draft {
  std::vector<ChatMessage>& messages;
  std::vector<std::string>& warnings;
  Places& places;
  Role role = Role::User;
  std::optional<std::string> text = {};
  std::vector<Media> media = {};
  ToolCall call = {};

  std::string take_text() { return std::exchange(text, std::nullopt).value_or(""); }

  /// Whether the last message is one to which no more text or reasoning can be added.
  bool has_spoken() const {
    return !messages.empty() && (messages.back().content || !messages.back().tool_calls.empty());
  }

  /// The assistant's message that goes on, or a new one.
  ChatMessage& assistant(bool fresh) {
    if (messages.empty() || messages.back().role != Role::Assistant || fresh) {
      messages.push_back({.role = Role::Assistant});
    }
    return messages.back();
  }

  /// The last message has `member` from `path`.
  void place(std::string_view member, std::string path) {
    places.add_whole(member_path(item_path("messages", messages.size() - 1), member),
                     std::move(path));
  }
};

using Fields = std::vector<Field<Draft>>;

Status read_object(Json& object, const std::string& path, const Fields& fields, Draft& draft) {
  return read_fields(object, path, draft.warnings, FieldSet<Draft>{fields, draft});
}

tl::unexpected<Error> unsupported(const std::string& path, const char* what,
                                  const std::string& type) {
  const std::string where = member_path(path, "type");
  return fail(ErrorCode::Unsupported,
              where + ": " + what + " of type " + quote_text(type) + " are not supported here",
              where);
}

Status take_nothing(Json&, const std::string&, Draft&) {
  return {};
}

/// What items of an answer carry when they are given back.
Fields with_marks(Fields fields) {
  fields.push_back(type_field<Draft>());
  fields.push_back({{"id", FieldType::String}, take_nothing});
  fields.push_back({{"status", FieldType::String}, take_nothing});
  fields.push_back({{"phase", FieldType::String}, take_nothing});
  return fields;
}

Status add_text(Json& value, const std::string&, Draft& draft) {
  append_text(draft.text, draft.media, value.get_ref<const std::string&>());
  return {};
}

Status read_part(Json& part, const std::string& path, Draft& draft) {
  static const Fields kText = {type_field<Draft>(),
                               required(Field<Draft>{{"text", FieldType::String}, add_text}),
                               {{"annotations", FieldType::Array}, take_nothing},
                               {{"logprobs", FieldType::Array}, take_nothing}};
  static const Fields kRefusal = {type_field<Draft>(),
                                  required(Field<Draft>{{"refusal", FieldType::String}, add_text})};
  constexpr std::array<std::string_view, 5> kTexts = {"input_text", "output_text", "text",
                                                      "reasoning_text", "summary_text"};
  const auto type = read_type(part, path);
  if (!type) return fail(type.error());
  if (*type == "refusal") return read_object(part, path, kRefusal, draft);
  if (is_media_part(*type) && *type != "image_url") {
    auto media = read_media_part(part, *type, path, draft.warnings);
    if (!media) return fail(std::move(media.error()));
    if (draft.role != Role::User) {
      return fail(ErrorCode::Unsupported,
                  path + ": images and audio are taken in the user's messages only", path);
    }
    // The message to come.
    draft.places.add_whole(media_path(draft.messages.size(), draft.media.size()), path);
    append_media(draft.text, draft.media, *std::move(media));
    return {};
  }
  if (std::find(kTexts.begin(), kTexts.end(), *type) == kTexts.end()) {
    return unsupported(path, "parts", *type);
  }
  return read_object(part, path, kText, draft);
}

Status read_content(Json& value, const std::string& path, Draft& draft) {
  if (value.is_string()) return add_text(value, path, draft);
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (Status read = read_part(value[i], item_path(path, i), draft); !read) return read;
  }
  return {};
}

Status read_role(Json& value, const std::string&, Draft& draft) {
  draft.role = value == "user" ? Role::User : value == "assistant" ? Role::Assistant : Role::System;
  return {};
}

Status read_message(Json& item, const std::string& path, Draft& draft) {
  static constexpr std::string_view kRoles[] = {"user", "assistant", "system", "developer"};
  static const Fields kFields = with_marks(
      {required(with_choices(Field<Draft>{{"role", FieldType::String}, read_role}, kRoles)),
       required(Field<Draft>{{"content", FieldType::StringOrArray, kParts}, read_content})});
  if (Status read = read_object(item, path, kFields, draft); !read) return read;
  if (draft.role != Role::Assistant) {
    draft.messages.push_back(
        {.role = draft.role, .content = draft.take_text(), .media = std::move(draft.media)});
  } else {
    draft.assistant(draft.has_spoken()).content = draft.take_text();
  }
  draft.place("content", member_path(path, "content"));
  return {};
}

template <std::string ToolCall::*kMember>
Status read_member(Json& value, const std::string&, Draft& draft) {
  draft.call.*kMember = std::move(value.get_ref<std::string&>());
  return {};
}

Status read_call(Json& item, const std::string& path, Draft& draft) {
  static const Fields kFields = with_marks(
      {required(Field<Draft>{{"call_id", FieldType::String, kIdBytes}, read_member<&ToolCall::id>}),
       required(Field<Draft>{{"name", FieldType::String, kIdBytes}, read_member<&ToolCall::name>}),
       required(
           Field<Draft>{{"arguments", FieldType::String}, read_member<&ToolCall::arguments>})});
  if (Status read = read_object(item, path, kFields, draft); !read) return read;
  std::vector<ToolCall>& calls = draft.assistant(false).tool_calls;
  draft.place(item_path("tool_calls", calls.size()) + ".arguments", member_path(path, "arguments"));
  calls.push_back(std::move(draft.call));
  return {};
}

Status read_output(Json& item, const std::string& path, Draft& draft) {
  static const Fields kFields = with_marks(
      {required(Field<Draft>{{"call_id", FieldType::String, kIdBytes}, read_member<&ToolCall::id>}),
       required(Field<Draft>{{"output", FieldType::StringOrArray, kParts}, read_content})});
  draft.role = Role::Tool;
  if (Status read = read_object(item, path, kFields, draft); !read) return read;
  draft.messages.push_back(
      {.role = Role::Tool, .content = draft.take_text(), .tool_call_id = std::move(draft.call.id)});
  draft.place("content", member_path(path, "output"));
  return {};
}

Status read_reasoning(Json& item, const std::string& path, Draft& draft) {
  static const Fields kFields =
      with_marks({{{"content", FieldType::Array, {0, 1024}}, read_content},
                  {{"summary", FieldType::Array, {0, 1024}}, take_nothing},
                  ignored_field<Draft>("encrypted_content", FieldType::String, "")});
  draft.role = Role::Assistant;
  if (Status read = read_object(item, path, kFields, draft); !read) return read;
  const std::string thought = draft.take_text();
  if (thought.empty()) return {};
  draft.assistant(draft.has_spoken()).reasoning = thought;
  draft.place("reasoning", member_path(path, "content"));
  return {};
}

Status read_item(Json& item, const std::string& path, Draft draft) {
  if (Status checked = check_object(item, path); !checked) return checked;
  std::string type = "message";
  if (find_member(item, "type") || !find_member(item, "role")) {
    auto given = read_type(item, path);
    if (!given) return fail(std::move(given).error());
    type = *std::move(given);
  }
  if (type == "message") return read_message(item, path, draft);
  if (type == "function_call") return read_call(item, path, draft);
  if (type == "function_call_output") return read_output(item, path, draft);
  if (type == "reasoning") return read_reasoning(item, path, draft);
  return unsupported(path, "items", type);
}

}  // namespace

Result<std::vector<ChatMessage>> read_input(Json& value, const std::string& path,
                                            std::vector<std::string>& warnings, Places& places) {
  std::vector<ChatMessage> messages;
  if (value.is_string()) {
    places.add_whole("messages[0]", path);
    messages.push_back({.role = Role::User, .content = std::move(value.get_ref<std::string&>())});
    return messages;
  }
  for (std::size_t i = 0; i < value.size(); ++i) {
    Status read = read_item(value[i], item_path(path, i), {messages, warnings, places});
    if (!read) return fail(std::move(read).error());
  }
  if (messages.empty()) return fail(ErrorCode::InvalidRequest, path + " has no message", path);
  for (ChatMessage& message : messages) {
    // Somebody who only thought.
    if (!message.content && message.tool_calls.empty()) message.content = "";
  }
  return messages;
}

}  // namespace pcai
