#include "capi/tools.h"

#include <string>

#include "capi/text.h"
#include "openai/field.h"
#include "openai/json_reader.h"
#include "openai/tool_fields.h"

namespace pcai {
namespace {

Result<Json> read_member(pcai_text text, const char* field) {
  const auto view = read_text(text, field);
  if (!view) return fail(view.error());
  Result<Json> json = read_json(*view);
  if (!json) {
    return fail(ErrorCode::InvalidRequest, std::string(field) + ": " + json.error().message, field);
  }
  return json;
}

/// One of the three words may come without quotes.
Result<Json> read_choice(pcai_text text) {
  const auto view = read_text(text, "tool_choice");
  if (!view) return fail(view.error());
  for (const std::string_view word : {"auto", "none", "required"}) {
    if (*view == word) return Json(word);
  }
  return read_member(text, "tool_choice");
}

}  // namespace

Status read_tools(const pcai_request& from, GenerateRequest& to) {
  auto* const chat = std::get_if<ChatPrompt>(&to.prompt);
  if (chat == nullptr && (given(from.tools) || given(from.tool_choice))) {
    return fail(ErrorCode::InvalidRequest,
                "tools: they need messages instead of a prompt or tokens", "tools");
  }
  if (given(from.tools)) {
    Result<Json> tools = read_member(from.tools, "tools");
    if (!tools) return fail(tools.error());
    Status status = check_field({"tools", FieldType::Array}, *tools, "tools");
    if (status) status = read_tools(*tools, "tools", ToolShape::Nested, chat->tools);
    if (!status) return status;
  }
  if (given(from.tool_choice)) {
    Result<Json> choice = read_choice(from.tool_choice);
    if (!choice) return fail(choice.error());
    Status status = check_field({"tool_choice", FieldType::StringOrObject}, *choice, "tool_choice");
    if (status) status = read_tool_choice(*choice, "tool_choice", ToolShape::Nested, chat->tools);
    if (!status) return status;
  }
  if (given(from.json_schema)) {
    const Result<Json> schema = read_member(from.json_schema, "json_schema");
    if (!schema) return fail(schema.error());
    if (!schema->is_object()) {
      return fail(ErrorCode::InvalidRequest, "json_schema: must be a JSON object", "json_schema");
    }
    to.params.grammar = Grammar{GrammarKind::JsonSchema, to_text(*schema)};
  }
  return {};
}

}  // namespace pcai
