#include "openai/responses/responses_input.h"

#include <algorithm>
#include <array>
#include <utility>

#include "api/fields/media_part.h"
#include "api/fields/tool_images.h"

namespace pcai::openai {
namespace {

constexpr Range kParts{0, 4096};
constexpr Range kNameBytes{1, 256};
// Some servers hide what they thought in a call's id.
constexpr Range kIdBytes{1, 1 << 16};

/// The messages so far, and an item on its way in.
struct Draft {
  std::vector<ChatMessage>& messages;
  bool& completed;
  api::Warnings& warnings;
  api::Places& places;
  api::ToolImages& tool_images;
  const StoredItem& stored_item;
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

Status read_status(api::Json& value, const std::string&, Draft& draft) {
  draft.completed = value == "completed";
  return {};
}

/// What items of an answer carry when they are given back.
Fields with_marks(Fields fields) {
  fields.push_back(api::type_field<Draft>());
  fields.push_back({{"id", api::FieldType::String}, take_nothing});
  fields.push_back({{"status", api::FieldType::String}, read_status});
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
    if (draft.role == Role::Tool) {
      draft.tool_images.add(*std::move(media), path, draft.text);
      return {};
    }
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
    if (draft.role != Role::Assistant) return unsupported(path, "parts", *type);
    draft.warnings.add(path + " is left out: a part of type " + api::quote_text(*type));
    return {};
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

Status read_arguments(api::Json& value, const std::string&, Draft& draft) {
  draft.call.arguments =
      value.is_object() ? api::to_text(value) : std::move(value.get_ref<std::string&>());
  return {};
}

void add_call(Draft& draft, const std::string& arguments_path) {
  if (draft.call.arguments.empty()) draft.call.arguments = "{}";
  std::vector<ToolCall>& calls = draft.assistant(false).tool_calls;
  draft.place(item_path("tool_calls", calls.size()) + ".arguments", arguments_path);
  calls.push_back(std::move(draft.call));
}

Status read_call(api::Json& item, const std::string& path, Draft& draft) {
  static const Fields kFields = with_marks(
      {api::required(api::Field<Draft>{{"call_id", api::FieldType::String, kIdBytes},
                                       read_member<&ToolCall::id>}),
       api::required(api::Field<Draft>{{"name", api::FieldType::String, kNameBytes},
                                       read_member<&ToolCall::name>}),
       api::Field<Draft>{{"arguments", api::FieldType::StringOrObject}, read_arguments}});
  if (Status read = read_object(item, path, kFields, draft); !read) return read;
  add_call(draft, api::member_path(path, "arguments"));
  return {};
}

/// A call of a tool that is no function, such as a shell of the client: what it was called with
/// becomes arguments.
Status read_other_call(api::Json& item, const std::string& path, const std::string& type,
                       Draft& draft) {
  api::Json arguments = api::Json::object();
  draft.call.name = type.substr(0, type.rfind('_'));
  for (auto& [name, value] : item.get_ref<api::Json::object_t&>()) {
    if (value.is_null()) continue;
    const std::string where = api::member_path(path, name);
    if (name == "call_id") {
      Status checked = api::check_field({name, api::FieldType::String, kIdBytes}, value, where);
      if (!checked) return checked;
      draft.call.id = value.get<std::string>();
    } else if (name == "name") {
      Status checked = api::check_field({name, api::FieldType::String, kNameBytes}, value, where);
      if (!checked) return checked;
      draft.call.name = value.get<std::string>();
    } else if (name != "type" && name != "id" && name != "status") {
      arguments.get_ref<api::Json::object_t&>().emplace_back(name, value);
    }
  }
  draft.call.arguments = api::to_text(arguments);
  add_call(draft, path);
  return {};
}

/// A screenshot, or what has no form of its own.
Status read_output_object(api::Json& value, const std::string& path, Draft& draft) {
  if (!value.is_object()) return read_content(value, path, draft);
  if (const api::Json* url = api::find_member(value, "image_url"); url && url->is_string()) {
    auto image = api::media_of_url(url->get_ref<const std::string&>(), MediaKind::Image,
                                   api::member_path(path, "image_url"));
    if (!image) return fail(std::move(image.error()));
    draft.tool_images.add(*std::move(image), path, draft.text);
    return {};
  }
  draft.text = api::to_text(value);
  return {};
}

Status read_output(api::Json& item, const std::string& path, Draft& draft) {
  static const Fields kFields = with_marks(
      {api::required(api::Field<Draft>{{"call_id", api::FieldType::String, kIdBytes},
                                       read_member<&ToolCall::id>}),
       api::required(api::Field<Draft>{{"output", api::FieldType::Any}, read_output_object})});
  if (api::Json* output = api::find_member(item, "output");
      output && !output->is_object() && !output->is_array() && !output->is_string()) {
    const std::string where = api::member_path(path, "output");
    return fail(ErrorCode::InvalidRequest, where + " must be a string, an array or an object",
                where);
  }
  draft.role = Role::Tool;
  if (Status read = read_object(item, path, kFields, draft); !read) return read;
  draft.messages.push_back(
      {.role = Role::Tool, .content = draft.take_text(), .tool_call_id = std::move(draft.call.id)});
  draft.place("content", api::member_path(path, "output"));
  return {};
}

/// What others show of a reasoning that they hide.
Status read_summary(api::Json& value, const std::string& path, Draft& draft) {
  return draft.text ? Status() : read_content(value, path, draft);
}

Status read_reasoning(api::Json& item, const std::string& path, Draft& draft) {
  static const Fields kFields =
      with_marks({{{"content", api::FieldType::StringOrArray, kParts}, read_content},
                  {{"summary", api::FieldType::Array, kParts}, read_summary},
                  api::ignored_field<Draft>("encrypted_content", api::FieldType::String, "")});
  draft.role = Role::Assistant;
  if (Status read = read_object(item, path, kFields, draft); !read) return read;
  const std::string thought = draft.take_text();
  if (thought.empty()) return {};
  draft.assistant(draft.has_spoken()).reasoning = thought;
  draft.place("reasoning", api::member_path(path, "content"));
  return {};
}

/// "message" where a role says so, and an id alone is a reference.
Result<std::string> type_of(api::Json& item, const std::string& path) {
  if (Status checked = api::check_object(item, path); !checked) return fail(checked.error());
  if (!api::find_member(item, "type")) {
    if (api::find_member(item, "role")) return "message";
    if (api::find_member(item, "id")) return "item_reference";
  }
  return api::read_type(item, path);
}

Result<api::Json> find_referenced(api::Json& item, const std::string& path, Draft& draft) {
  static const Fields kFields = {
      api::type_field<Draft>(),
      api::required(
          api::Field<Draft>{{"id", api::FieldType::String, kIdBytes}, read_member<&ToolCall::id>})};
  if (Status read = read_object(item, path, kFields, draft); !read) return fail(read.error());
  const std::string id = std::move(draft.call.id);
  if (draft.stored_item) {
    if (auto found = draft.stored_item(id)) return *std::move(found);
  }
  const std::string where = api::member_path(path, "id");
  return fail(
      ErrorCode::InvalidRequest,
      where + ": no stored response has the item " + api::quote_text(id) + "; send the item itself",
      where);
}

Status read_item(api::Json& item, const std::string& path, Draft draft) {
  const auto type = type_of(item, path);
  if (!type) return fail(type.error());
  if (*type == "item_reference") {
    auto found = find_referenced(item, path, draft);
    // The items of responses are no references.
    if (!found) return fail(found.error());
    return read_item(*found, path, std::move(draft));
  }
  draft.completed = false;
  const bool answers = api::find_member(item, "call_id") != nullptr;
  if (answers && type->ends_with("_output")) return read_output(item, path, draft);
  draft.tool_images.show(draft.messages, draft.places);
  if (*type == "message") return read_message(item, path, draft);
  if (*type == "function_call") return read_call(item, path, draft);
  if (*type == "function_call_output") return read_output(item, path, draft);
  if (*type == "reasoning") return read_reasoning(item, path, draft);
  if (answers && type->ends_with("_call")) return read_other_call(item, path, *type, draft);
  draft.warnings.add(path + " is left out: an item of type " + api::quote_text(*type));
  return {};
}

}  // namespace

Result<ResponsesInput> read_input(api::Json& value, const std::string& path,
                                  const StoredItem& stored_item, api::Warnings& warnings,
                                  api::Places& places) {
  ResponsesInput input;
  std::vector<ChatMessage>& messages = input.messages;
  api::ToolImages tool_images;
  if (value.is_string()) {
    places.add_whole("messages[0]", path);
    messages.push_back({.role = Role::User, .content = std::move(value.get_ref<std::string&>())});
    return input;
  }
  for (std::size_t i = 0; i < value.size(); ++i) {
    Status read =
        read_item(value[i], item_path(path, i),
                  {messages, input.completed, warnings, places, tool_images, stored_item});
    if (!read) return fail(std::move(read).error());
  }
  tool_images.show(messages, places);
  if (messages.empty()) return fail(ErrorCode::InvalidRequest, path + " has no message", path);
  for (ChatMessage& message : messages) {
    // Somebody who only thought.
    if (!message.content && message.tool_calls.empty()) message.content = "";
  }
  return input;
}

}  // namespace pcai::openai
