#include "anthropic/api_schemas.h"

#include "anthropic/messages_request.h"
#include "api/api_description.h"

namespace pcai::anthropic {
namespace {

constexpr std::string_view kSchemas = R"json({
"AnthropicError": {"type":"object","required":["type","error"],"properties":{
  "type":{"const":"error"},"error":{"type":"object","required":["type","message"],
  "properties":{"type":{"type":"string"},"message":{"type":"string"}}},
  "request_id":{"type":"string"}}},
"AnthropicMessages": {"type":"array","minItems":1,"maxItems":4096,"items":{"type":"object",
  "required":["role","content"],"properties":{
  "role":{"enum":["user","assistant","system"]},"content":{"oneOf":[{"type":"string"},
  {"type":"array","items":{"type":"object","required":["type"],"properties":{
  "type":{"type":"string"}}}}]}}}},
"AnthropicSystem": {"oneOf":[{"type":["string","null"]},{"type":"array","maxItems":1024,
  "items":{"type":"object","required":["type","text"],"properties":{"type":{"const":"text"},
  "text":{"type":"string"}}}}]},
"AnthropicTools": {"type":["array","null"],"maxItems":128,"items":{"oneOf":[{"type":"object",
  "required":["name","input_schema"],"properties":{"type":{"enum":["custom","function",null]},
  "name":{"type":"string","pattern":"^[A-Za-z0-9_.:/-]{1,128}$"},
  "description":{"type":["string","null"]},"input_schema":{"type":"object"}}},
  {"description":"Left out, because a service runs it","type":"object","required":["type"],
  "properties":{"type":{"type":"string","not":{"enum":["custom","function"]}}}}]}},
"AnthropicToolChoice": {"type":["object","null"],"required":["type"],"properties":{"type":{"enum":["auto","any","tool","none"]},"name":{"type":["string","null"]},
  "disable_parallel_tool_use":{"type":["boolean","null"]}}},
"AnthropicThinking": {"type":["object","null"],"required":["type"],"properties":{"type":{"enum":["enabled","adaptive","disabled"]},
  "budget_tokens":{"type":["integer","null"],"minimum":1},"display":{"type":["string","null"]}}},
"AnthropicFormat": {"type":["object","null"],"required":["type","schema"],
  "properties":{"type":{"const":"json_schema"},
  "schema":{"type":"object"}}},
"AnthropicOutput": {"type":["object","null"],"properties":{
  "format":{"$ref":"#/components/schemas/AnthropicFormat"},"effort":{"type":["string","null"]}}},
"AnthropicUsage": {"type":"object","required":["input_tokens","cache_creation_input_tokens",
  "cache_read_input_tokens","output_tokens"],"properties":{"input_tokens":{"type":"integer"},
  "cache_creation_input_tokens":{"type":"integer"},"cache_read_input_tokens":{"type":"integer"},
  "output_tokens":{"type":"integer"}}},
"AnthropicMessage": {"type":"object","required":["id","type","role","model","content","stop_reason",
  "stop_sequence","usage"],"properties":{"id":{"type":"string"},"type":{"const":"message"},
  "role":{"const":"assistant"},"model":{"type":"string"},"content":{"type":"array",
  "items":{"type":"object","required":["type"],
  "properties":{"type":{"enum":["text","thinking","tool_use"]}}}},
  "stop_reason":{"enum":["end_turn","max_tokens","stop_sequence","tool_use"]},
  "stop_sequence":{"type":["string","null"]},
  "usage":{"$ref":"#/components/schemas/AnthropicUsage"},
  "warnings":{"type":"array","items":{"type":"string"}}}},
"AnthropicTokens": {"type":"object","required":["input_tokens"],
  "properties":{"input_tokens":{"type":"integer"}}}
})json";

}  // namespace

std::vector<api::FieldInfo> messages_field_infos() {
  std::vector<api::FieldInfo> infos;
  api::append_infos(infos, messages_fields());
  return infos;
}

std::string_view anthropic_schemas() noexcept {
  return kSchemas;
}

}  // namespace pcai::anthropic
