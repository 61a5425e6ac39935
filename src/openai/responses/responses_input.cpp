#include "openai/responses/responses_input.h"

#include <algorithm>
#include <array>
#include <utility>

#include "api/media_part.h"

namespace pcai::openai {
namespace {

constexpr Range kParts{1, 1024};
constexpr Range kIdBytes{1, 256};

/// The messages so far, and an item on its way in.
struct Draft {
  std::vector<ChatMessage>& messages;
  std::vector<std::string>& warnings;
  api::Places& places;
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
    places.add_whole(api::member_path(item_path("messages", messages.size() - 1), member),
                     std::move(path));
  }
};

using Fields = std::vector<api::Field<Draft>>;

Status read_object(api::Json& object, const std::string& path, const Fields& fields, Draft& draft) {
  return api::read_fields(object, path, draft.warnings, api::FieldSet<Draft>{fields, draft});
}

tl::unexpected<Error> unsupported(const std::string& path, const char* what,
                                  const std::string& type) {
  const std::string where = api::member_path(path, "type");
  return fail(ErrorCode::Unsupported,
              where + ": " + what + " of type " + api::quote_text(type) + " are not supported here",
              where);
}

Status take_nothing(api::Json&, const std::string&, Draft&) {
  return {};
}

/// What items of an answer carry when they are given back.
Fields with_marks(Fields fields) {
  fields.push_back(api::type_field<Draft>());
  fields.push_back({{"id", api::FieldType::String}, take_nothing});
  fields.push_back({{"status", api::FieldType::String}, take_nothing});
  fields.push_back({{"phase", api::FieldType::String}, take_nothing});
  return fields;
}

Status add_text(api::Json& value, const std::string&, Draft& draft) {
  api::append_text(draft.text, draft.media, value.get_ref<const std::string&>());
  return {};
}

Status read_part(api::Json& part, const std::string& path, Draft& draft) {
  static const Fields kText = {
      api::type_field<Draft>(),
      api::required(api::Field<Draft>{{"text", api::FieldType::String}, add_text}),
      {{"annotations", api::FieldType::Array}, take_nothing},
      {{"logprobs", api::FieldType::Array}, take_nothing}};
  static const Fields kRefusal = {
      api::type_field<Draft>(),
      api::required(api::Field<Draft>{{"refusal", api::FieldType::String}, add_text})};
  constexpr std::array<std::string_view, 5> kTexts = {"input_text", "output_text", "text",
                                                      "reasoning_text", "summary_text"};
  const auto type = api::read_type(part, path);
  if (!type) return fail(type.error());
  if (*type == "refusal") return read_object(part, path, kRefusal, draft);
  if (api::is_media_part(*type) && *type != "image_url") {
    auto media = api::read_media_part(part, *type, path, draft.warnings);
    if (!media) return fail(std::move(media.error()));
    if (draft.role != Role::User) {
      return fail(ErrorCode::Unsupported,
                  path + ": images and audio are taken in the user's messages only", path);
    }
    // The message to come.
    draft.places.add_whole(api::media_path(draft.messages.size(), draft.media.size()), path);
    api::append_media(draft.text, draft.media, *std::move(media));
    return {};
  }
  if (std::find(kTexts.begin(), kTexts.end(), *type) == kTexts.end()) {
    return unsupported(path, "parts", *type);
  }
  return read_object(part, path, kText, draft);
}

Status read_content(api::Json& value, const std::string& path, Draft& draft) {
  if (value.is_string()) return add_text(value, path, draft);
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (Status read = read_part(value[i], item_path(path, i), draft); !read) return read;
  }
  return {};
}

Status read_role(api::Json& value, const std::string&, Draft& draft) {
  draft.role = value == "user" ? Role::User : value == "assistant" ? Role::Assistant : Role::System;
  return {};
}

Status read_message(api::Json& item, const std::string& path, Draft& draft) {
  static constexpr std::string_view kRoles[] = {"user", "assistant", "system", "developer"};
  static const Fields kFields =
      with_marks({api::required(api::with_choices(
                      api::Field<Draft>{{"role", api::FieldType::String}, read_role}, kRoles)),
                  api::required(api::Field<Draft>{
                      {"content", api::FieldType::StringOrArray, kParts}, read_content})});
  if (Status read = read_object(item, path, kFields, draft); !read) return read;
  if (draft.role != Role::Assistant) {
    draft.messages.push_back(
        {.role = draft.role, .content = draft.take_text(), .media = std::move(draft.media)});
  } else {
    draft.assistant(draft.has_spoken()).content = draft.take_text();
  }
  draft.place("content", api::member_path(path, "content"));
  return {};
}

template <std::string ToolCall::*kMember>
Status read_member(api::Json& value, const std::string&, Draft& draft) {
  draft.call.*kMember = std::move(value.get_ref<std::string&>());
  return {};
}

Status read_call(api::Json& item, const std::string& path, Draft& draft) {
  static const Fields kFields =
      with_marks({api::required(api::Field<Draft>{{"call_id", api::FieldType::String, kIdBytes},
                                                  read_member<&ToolCall::id>}),
                  api::required(api::Field<Draft>{{"name", api::FieldType::String, kIdBytes},
                                                  read_member<&ToolCall::name>}),
                  api::required(api::Field<Draft>{{"arguments", api::FieldType::String},
                                                  read_member<&ToolCall::arguments>})});
  if (Status read = read_object(item, path, kFields, draft); !read) return read;
  std::vector<ToolCall>& calls = draft.assistant(false).tool_calls;
  draft.place(item_path("tool_calls", calls.size()) + ".arguments",
              api::member_path(path, "arguments"));
  calls.push_back(std::move(draft.call));
  return {};
}

Status read_output(api::Json& item, const std::string& path, Draft& draft) {
  static const Fields kFields =
      with_marks({api::required(api::Field<Draft>{{"call_id", api::FieldType::String, kIdBytes},
                                                  read_member<&ToolCall::id>}),
                  api::required(api::Field<Draft>{{"output", api::FieldType::StringOrArray, kParts},
                                                  read_content})});
  draft.role = Role::Tool;
  if (Status read = read_object(item, path, kFields, draft); !read) return read;
  draft.messages.push_back(
      {.role = Role::Tool, .content = draft.take_text(), .tool_call_id = std::move(draft.call.id)});
  draft.place("content", api::member_path(path, "output"));
  return {};
}

Status read_reasoning(api::Json& item, const std::string& path, Draft& draft) {
  static const Fields kFields =
      with_marks({{{"content", api::FieldType::Array, {0, 1024}}, read_content},
                  {{"summary", api::FieldType::Array, {0, 1024}}, take_nothing},
                  api::ignored_field<Draft>("encrypted_content", api::FieldType::String, "")});
  draft.role = Role::Assistant;
  if (Status read = read_object(item, path, kFields, draft); !read) return read;
  const std::string thought = draft.take_text();
  if (thought.empty()) return {};
  draft.assistant(draft.has_spoken()).reasoning = thought;
  draft.place("reasoning", api::member_path(path, "content"));
  return {};
}

Status read_item(api::Json& item, const std::string& path, Draft draft) {
  if (Status checked = api::check_object(item, path); !checked) return checked;
  std::string type = "message";
  if (api::find_member(item, "type") || !api::find_member(item, "role")) {
    auto given = api::read_type(item, path);
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

Result<std::vector<ChatMessage>> read_input(api::Json& value, const std::string& path,
                                            std::vector<std::string>& warnings,
                                            api::Places& places) {
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

}  // namespace pcai::openai
