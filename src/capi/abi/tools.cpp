#include "capi/abi/tools.h"

#include <string>

#include "api/field.h"
#include "api/json_reader.h"
#include "capi/abi/text.h"
#include "openai/tool_fields.h"

namespace pcai::capi {
namespace {

Result<api::Json> read_member(pcai_text text, const char* field) {
  const auto view = read_text(text, field);
  if (!view) return fail(view.error());
  Result<api::Json> json = api::read_json(*view);
  if (!json) {
    return fail(ErrorCode::InvalidRequest, std::string(field) + ": " + json.error().message, field);
  }
  return json;
}

/// One of the three words may come without quotes.
Result<api::Json> read_choice(pcai_text text) {
  const auto view = read_text(text, "tool_choice");
  if (!view) return fail(view.error());
  for (const std::string_view word : {"auto", "none", "required"}) {
    if (*view == word) return api::Json(word);
  }
  return read_member(text, "tool_choice");
}

/// There is no answer that could tell of them.
Status refuse_any(const api::Warnings& warnings, const char* field) {
  if (warnings.empty()) return {};
  return fail(ErrorCode::Unsupported, warnings.lines().front(), field);
}

}  // namespace

Status read_tools(const pcai_request& from, GenerateRequest& to) {
  auto* const chat = std::get_if<ChatPrompt>(&to.prompt);
  if (chat == nullptr && (given(from.tools) || given(from.tool_choice))) {
    return fail(ErrorCode::InvalidRequest,
                "tools: they need messages instead of a prompt or tokens", "tools");
  }
  if (given(from.tools)) {
    Result<api::Json> tools = read_member(from.tools, "tools");
    if (!tools) return fail(tools.error());
    Status status = api::check_field({"tools", api::FieldType::Array}, *tools, "tools");
    api::Warnings warnings;
    if (status) {
      status =
          openai::read_tools(*tools, "tools", openai::ToolShape::Nested, chat->tools, warnings);
    }
    if (status) status = refuse_any(warnings, "tools");
    if (!status) return status;
  }
  if (given(from.tool_choice)) {
    Result<api::Json> choice = read_choice(from.tool_choice);
    if (!choice) return fail(choice.error());
    Status status =
        api::check_field({"tool_choice", api::FieldType::StringOrObject}, *choice, "tool_choice");
    api::Warnings warnings;
    if (status) {
      status = openai::read_tool_choice(*choice, "tool_choice", openai::ToolShape::Nested,
                                        chat->tools, warnings);
    }
    if (status) status = refuse_any(warnings, "tool_choice");
    if (!status) return status;
  }
  if (given(from.json_schema)) {
    const Result<api::Json> schema = read_member(from.json_schema, "json_schema");
    if (!schema) return fail(schema.error());
    if (!schema->is_object()) {
      return fail(ErrorCode::InvalidRequest, "json_schema: must be a JSON object", "json_schema");
    }
    to.params.grammar = Grammar{GrammarKind::JsonSchema, api::to_text(*schema)};
  }
  return {};
}

}  // namespace pcai::capi
