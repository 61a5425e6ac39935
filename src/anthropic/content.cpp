#include "anthropic/content.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "api/fields/media_part.h"

namespace pcai::anthropic {
namespace {

constexpr Range kBlocks{0, 4096};
constexpr Range kNameBytes{1, 256};
// Some servers hide what they thought in a call's id.
constexpr Range kIdBytes{1, 1 << 16};

/// A turn on its way in: what a block adds to it, and the paths of blocks.
struct Turn {
  std::optional<std::string> text = {};
  std::vector<Media> media = {};
  std::vector<std::string> media_paths = {};
  std::string reasoning = {};
  std::vector<ToolCall> calls = {};
  std::vector<std::string> call_paths = {};
  std::vector<ChatMessage> results = {};
  std::vector<std::string> result_paths = {};
};

void append_line(std::optional<std::string>& text, std::string_view line) {
  if (text) {
    *text += "\n";
    *text += line;
  } else {
    text = line;
  }
}

std::string left_out(const std::string& path, const std::string& type) {
  return path + " is left out: a block of type " + api::quote_text(type);
}

Status unsupported_block(const std::string& path, const std::string& type, std::string_view those) {
  const std::string where = api::member_path(path, "type");
  return fail(ErrorCode::Unsupported,
              where + ": blocks of type " + api::quote_text(type) +
                  " are not supported here, only " + std::string(those),
              where);
}

template <class Target>
api::Field<Target> known_field(std::string_view name) {
  return {{name, api::FieldType::Any},
          [](api::Json&, const std::string&, Target&) -> Status { return {}; }};
}

Status read_text_block(api::Json& block, const std::string& path, api::Warnings& warnings,
                       std::string& text) {
  using T = std::string;
  static const std::vector<api::Field<T>> kFields = {
      api::type_field<T>(),
      api::required(api::Field<T>{{"text", api::FieldType::String},
                                  [](api::Json& value, const std::string&, T& out) -> Status {
                                    out = std::move(value.get_ref<std::string&>());
                                    return {};
                                  }}),
      api::ignored_field<T>("cache_control", api::FieldType::Object, "Prefixes are cached anyway"),
      api::ignored_field<T>("citations", api::FieldType::Any, "The model cites nothing"),
  };
  return api::read_fields(block, path, warnings, api::FieldSet<T>{kFields, text});
}

Status read_thinking_block(api::Json& block, const std::string& path, api::Warnings& warnings,
                           Turn& turn) {
  static const std::vector<api::Field<Turn>> kFields = {
      api::type_field<Turn>(),
      api::required(api::Field<Turn>{{"thinking", api::FieldType::String},
                                     [](api::Json& value, const std::string&, Turn& out) -> Status {
                                       out.reasoning += value.get_ref<const std::string&>();
                                       return {};
                                     }}),
      known_field<Turn>("signature"),  // ours are empty
  };
  return api::read_fields(block, path, warnings, api::FieldSet<Turn>{kFields, turn});
}

Status read_tool_use_block(api::Json& block, const std::string& path, api::Warnings& warnings,
                           Turn& turn) {
  using T = ToolCall;
  static const std::vector<api::Field<T>> kFields = {
      api::type_field<T>(),
      api::required(api::field<&T::id>("id", kIdBytes, "")),
      api::required(api::field<&T::name>("name", kNameBytes, "")),
      {{"input", api::FieldType::StringOrObject},
       [](api::Json& value, const std::string&, T& call) -> Status {
         call.arguments = value.is_object() ? api::to_text(value) : value.get<std::string>();
         return {};
       }},
      api::ignored_field<T>("cache_control", api::FieldType::Object, "Prefixes are cached anyway"),
      api::ignored_field<T>("caller", api::FieldType::Object, "Only the model calls tools here"),
  };
  turn.call_paths.push_back(path);
  T& call = turn.calls.emplace_back();
  Status read = api::read_fields(block, path, warnings, api::FieldSet<T>{kFields, call});
  if (call.arguments.empty()) call.arguments = "{}";  // it was cut before its input
  return read;
}

struct ToolResult {
  ChatMessage message = {.role = Role::Tool};
  bool is_error = false;
  std::vector<std::pair<Media, std::string>> images = {};  // and their paths
};

Status read_image(api::Json& block, const std::string& path, api::Warnings& warnings, Media& image);

/// A text, or blocks of which images and what has a text is kept.
Status read_result_content(api::Json& value, const std::string& path, ToolResult& result,
                           api::Warnings& warnings) {
  std::optional<std::string>& text = result.message.content;
  if (value.is_string()) {
    text = std::move(value.get_ref<std::string&>());
    return {};
  }
  text.reset();
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string where = item_path(path, i);
    const Result<std::string> type = api::read_type(value[i], where);
    if (!type) return fail(type.error());
    if (*type == "text") {
      std::string one;
      Status read = read_text_block(value[i], where, warnings, one);
      if (!read) return read;
      append_line(text, one);
    } else if (*type == "image") {
      Media image;
      Status read = read_image(value[i], where, warnings, image);
      if (!read) return read;
      append_line(text, "[image]");
      result.images.emplace_back(std::move(image), where);
    } else if (*type == "document") {
      return unsupported_block(where, *type, "text and image");
    } else {
      warnings.add(left_out(where, *type));
    }
  }
  if (!text) text.emplace();
  return {};
}

Status read_tool_result_block(api::Json& block, const std::string& path, api::Warnings& warnings,
                              Turn& turn) {
  using T = ToolResult;
  static const std::vector<api::Field<T>> kFields = {
      api::type_field<T>(),
      api::required(api::Field<T>{{"tool_use_id", api::FieldType::String, kIdBytes},
                                  [](api::Json& value, const std::string&, T& result) -> Status {
                                    result.message.tool_call_id = value.get<std::string>();
                                    return {};
                                  }}),
      api::telling<T>({"content", api::FieldType::StringOrArray, kBlocks}, read_result_content),
      {{"is_error", api::FieldType::Boolean},
       [](api::Json& value, const std::string&, T& result) -> Status {
         result.is_error = value.get<bool>();
         return {};
       }},
      api::ignored_field<T>("cache_control", api::FieldType::Object, "Prefixes are cached anyway"),
  };
  ToolResult result;
  result.message.content.emplace();
  Status read = api::read_fields(block, path, warnings, api::FieldSet<T>{kFields, result});
  if (!read) return read;
  // Templates have no word for it, and the model is to know.
  if (result.is_error) result.message.content->insert(0, "Error: ");
  turn.results.push_back(std::move(result.message));
  turn.result_paths.push_back(path);
  for (auto& [image, where] : result.images) {
    api::append_media(turn.text, turn.media, std::move(image));
    turn.media_paths.push_back(where);
  }
  return {};
}

/// Where an image comes from: {"type": "base64", "media_type", "data"} or {"type": "url", "url"}.
struct ImageSource {
  std::string type = {};
  std::string media_type = {};
  std::string data = {};
  std::string url = {};
};

Status read_source(api::Json& value, const std::string& path, Media& image,
                   api::Warnings& warnings) {
  using T = ImageSource;
  static constexpr std::string_view kSources[] = {"base64", "url"};
  static constexpr std::string_view kTypes[] = {"image/jpeg", "image/png", "image/gif",
                                                "image/webp", "image/bmp"};
  static const std::vector<api::Field<T>> kBase64 = {
      api::type_field<T>(),
      api::required(api::with_choices(api::field<&T::media_type>("media_type", {}, ""), kTypes)),
      api::required(api::field<&T::data>("data", {}, ""))};
  static const std::vector<api::Field<T>> kUrl = {
      api::type_field<T>(), api::required(api::field<&T::url>("url", {}, ""))};
  static const std::vector<api::Field<T>> kType = {
      api::required(api::with_choices(api::field<&T::type>("type", {}, ""), kSources))};
  const Result<std::string> type = api::read_type(value, path);
  if (!type) return fail(type.error());
  api::Json name = {{"type", *type}};
  ImageSource source;
  Status read = api::read_fields(name, path, warnings, api::FieldSet<T>{kType, source});
  const bool url = source.type == "url";
  if (read)
    read = api::read_fields(value, path, warnings, api::FieldSet<T>{url ? kUrl : kBase64, source});
  if (!read) return read;
  auto media = url ? api::media_of_url(source.url, MediaKind::Image, api::member_path(path, "url"))
                   : api::media_of_base64(source.data, MediaKind::Image,
                                          api::format_of_type(source.media_type),
                                          api::member_path(path, "data"));
  if (!media) return fail(std::move(media.error()));
  image = *std::move(media);
  return {};
}

Status read_image(api::Json& block, const std::string& path, api::Warnings& warnings,
                  Media& image) {
  static const std::vector<api::Field<Media>> kFields = {
      api::type_field<Media>(),
      api::required(api::telling<Media>({"source", api::FieldType::Object}, read_source)),
      api::ignored_field<Media>("cache_control", api::FieldType::Object,
                                "Prefixes are cached anyway")};
  return api::read_fields(block, path, warnings, api::FieldSet<Media>{kFields, image});
}

Status read_image_block(api::Json& block, const std::string& path, api::Warnings& warnings,
                        Turn& turn) {
  Media image;
  Status read = read_image(block, path, warnings, image);
  if (!read) return read;
  api::append_media(turn.text, turn.media, std::move(image));
  turn.media_paths.push_back(path);
  return read;
}

Status read_block(api::Json& block, const std::string& path, Role role, api::Warnings& warnings,
                  Turn& turn) {
  const Result<std::string> type = api::read_type(block, path);
  if (!type) return fail(type.error());
  if (*type == "text") {
    std::string text;
    Status read = read_text_block(block, path, warnings, text);
    if (read) api::append_text(turn.text, turn.media, text);
    return read;
  }
  if (role == Role::User && *type == "image") return read_image_block(block, path, warnings, turn);
  if (role == Role::User && *type == "tool_result") {
    return read_tool_result_block(block, path, warnings, turn);
  }
  if (role == Role::Assistant && *type == "tool_use") {
    return read_tool_use_block(block, path, warnings, turn);
  }
  if (role == Role::Assistant && *type == "thinking") {
    return read_thinking_block(block, path, warnings, turn);
  }
  if (role != Role::Assistant) {
    return unsupported_block(path, *type,
                             role == Role::User ? "text, image and tool_result" : "text");
  }
  // Another provider's, such as reasoning that is not shown or a search of its own.
  warnings.add(left_out(path, *type));
  return {};
}

struct Draft {
  Role role = Role::User;
  Turn turn = {};
  api::Warnings& warnings;
};

Status read_role(api::Json& value, const std::string& path, Draft& draft) {
  const std::string& name = value.get_ref<const std::string&>();
  if (name != "user" && name != "assistant" && name != "system") {
    return fail(ErrorCode::InvalidRequest,
                path + " must be user, assistant or system, not " + api::quote_text(name), path);
  }
  draft.role = name == "user" ? Role::User : name == "system" ? Role::System : Role::Assistant;
  return {};
}

Status read_content(api::Json& value, const std::string& path, Draft& draft) {
  if (value.is_string()) {
    draft.turn.text = std::move(value.get_ref<std::string&>());
    return {};
  }
  for (std::size_t i = 0; i < value.size(); ++i) {
    Status read = read_block(value[i], item_path(path, i), draft.role, draft.warnings, draft.turn);
    if (!read) return read;
  }
  return {};
}

std::span<const api::Field<Draft>> turn_fields() {
  static const std::vector<api::Field<Draft>> kFields = {
      api::required(api::Field<Draft>{{"role", api::FieldType::String}, read_role}),
      api::required(
          api::Field<Draft>{{"content", api::FieldType::StringOrArray, kBlocks}, read_content}),
  };
  return kFields;
}

/// Gives a result the name of the call that it answers, which templates want.
Status name_result(ChatMessage& result, const std::vector<ChatMessage>& messages,
                   const std::string& path) {
  for (auto message = messages.rbegin(); message != messages.rend(); ++message) {
    for (const ToolCall& call : message->tool_calls) {
      if (call.id != result.tool_call_id) continue;
      result.name = call.name;
      return {};
    }
  }
  return fail(ErrorCode::InvalidRequest,
              path + ": no tool_use before it has the id " + api::quote_text(result.tool_call_id),
              path);
}

/// The chat so far, and where it came from.
struct Chat {
  std::vector<ChatMessage> messages = {};
  std::size_t first;  // the core's index of the first message
  api::Places& places;

  /// A member of the last message came from `path`.
  void place(std::string_view member, std::string path) {
    const std::string message = item_path("messages", first + messages.size() - 1);
    places.add_whole(api::member_path(message, member), std::move(path));
  }
};

void append_turn(Chat& chat, Role role, Turn turn, const std::string& path) {
  std::vector<ChatMessage>& messages = chat.messages;
  const bool empty = !turn.text && turn.calls.empty() && turn.reasoning.empty();
  if (empty && !turn.results.empty()) return;
  ChatMessage* last = messages.empty() || !turn.results.empty() ? nullptr : &messages.back();
  if (last == nullptr || last->role != role) {
    messages.push_back({.role = role});
    last = &messages.back();
  }
  if (turn.text) {
    append_line(last->content, *turn.text);
    const std::size_t begin = last->content->size() - turn.text->size();
    chat.place("content", path + ".content");
    for (std::size_t i = 0; i < turn.media.size(); ++i) {
      chat.place(item_path("media", last->media.size()), turn.media_paths[i]);
      turn.media[i].position += begin;
      last->media.push_back(std::move(turn.media[i]));
    }
  }
  if (!turn.reasoning.empty()) chat.place("reasoning", path + ".content");
  last->reasoning += turn.reasoning;
  for (std::size_t i = 0; i < turn.calls.size(); ++i) {
    chat.place(item_path("tool_calls", last->tool_calls.size()) + ".arguments",
               turn.call_paths[i] + ".input");
    last->tool_calls.push_back(std::move(turn.calls[i]));
  }
  if (!last->content && last->tool_calls.empty()) last->content.emplace();
}

}  // namespace

Status read_text(api::Json& value, const std::string& path, api::Warnings& warnings,
                 std::string& text) {
  if (value.is_string()) {
    text = std::move(value.get_ref<std::string&>());
    return {};
  }
  std::optional<std::string> joined;
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string where = item_path(path, i);
    const Result<std::string> type = api::read_type(value[i], where);
    if (!type) return fail(type.error());
    if (*type != "text") {
      const std::string at = api::member_path(where, "type");
      return fail(
          ErrorCode::Unsupported,
          at + ": blocks of type " + api::quote_text(*type) + " are not supported here, only text",
          at);
    }
    std::string one;
    if (Status read = read_text_block(value[i], where, warnings, one); !read) return read;
    append_line(joined, one);
  }
  text = joined.value_or("");
  return {};
}

Result<std::vector<ChatMessage>> read_turns(api::Json& array, const std::string& path,
                                            std::size_t first, api::Warnings& warnings,
                                            api::Places& places) {
  Chat chat{.first = first, .places = places};
  std::vector<ChatMessage>& messages = chat.messages;
  for (std::size_t i = 0; i < array.size(); ++i) {
    const std::string where = item_path(path, i);
    Draft draft{.warnings = warnings};
    Status read =
        api::read_fields(array[i], where, warnings, api::FieldSet<Draft>{turn_fields(), draft});
    if (!read) return fail(read.error());
    for (std::size_t r = 0; r < draft.turn.results.size(); ++r) {
      ChatMessage& result = draft.turn.results[r];
      if (Status named = name_result(result, messages, where); !named) return fail(named.error());
      messages.push_back(std::move(result));
      chat.place("content", draft.turn.result_paths[r] + ".content");
    }
    append_turn(chat, draft.role, std::move(draft.turn), where);
  }
  if (messages.back().role == Role::Assistant && !messages.back().tool_calls.empty()) {
    const std::string where = item_path(path, array.size() - 1);
    return fail(ErrorCode::InvalidRequest,
                where + ": a tool_use needs a tool_result in the next message", where);
  }
  return std::move(chat.messages);
}

}  // namespace pcai::anthropic
