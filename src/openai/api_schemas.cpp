#include "openai/chat/messages.h"
#include "openai/field_infos.h"
#include "openai/tool_fields.h"

namespace pcai::openai {
namespace {

// What is no plain table. Null equals absent in requests.
constexpr const char* kSchemas = R"json({
"Error": {"type":"object","required":["error"],"properties":{"error":{"type":"object",
  "required":["message","type","param","code"],"properties":{"message":{"type":"string"},
  "type":{"type":"string"},"param":{"type":["string","null"]},"code":{"type":["string","null"]}}}}},
"Usage": {"type":"object","required":["prompt_tokens","completion_tokens","total_tokens"],
  "properties":{"prompt_tokens":{"type":"integer"},"completion_tokens":{"type":"integer"},
  "total_tokens":{"type":"integer"},"prompt_tokens_details":{"type":"object"},
  "completion_tokens_details":{"type":"object"}}},
"Messages": {"type":"array","minItems":1,"maxItems":4096,
  "items":{"$ref":"#/components/schemas/Message"}},
"ServiceTool": {"description":"Left out, because a service runs it","type":"object",
  "required":["type"],"properties":{"type":{"type":"string","not":{"const":"function"}}}},
"Tools": {"type":["array","null"],"maxItems":128,"items":{"oneOf":[{"type":"object",
  "required":["function"],"properties":{"type":{"enum":["function",null]},
  "function":{"$ref":"#/components/schemas/Function"}}},
  {"$ref":"#/components/schemas/ServiceTool"}]}},
"FunctionName": {"type":"object","required":["name"],"properties":{"name":{"type":"string"}}},
"NamedTool": {"type":"object","required":["type","function"],"properties":{"type":{"const":"function"},
  "function":{"$ref":"#/components/schemas/FunctionName"}}},
"ToolChoice": {"oneOf":[{"enum":["none","auto","required",null]},
  {"$ref":"#/components/schemas/NamedTool"},
  {"type":"object","required":["type","allowed_tools"],"properties":{
  "type":{"const":"allowed_tools"},"allowed_tools":{"type":"object","required":["mode","tools"],
  "properties":{"mode":{"enum":["auto","required"]},
  "tools":{"type":"array","minItems":1,"maxItems":128,
  "items":{"$ref":"#/components/schemas/NamedTool"}}}}}}]},
"FlatTools": {"type":["array","null"],"maxItems":128,"items":{"oneOf":[
  {"$ref":"#/components/schemas/FlatFunction"},{"$ref":"#/components/schemas/ServiceTool"}]}},
"FlatNamedTool": {"type":"object","required":["type","name"],"properties":{"type":{"const":"function"},"name":{"type":"string"}}},
"FlatToolChoice": {"oneOf":[{"enum":["none","auto","required",null]},
  {"$ref":"#/components/schemas/FlatNamedTool"},
  {"type":"object","required":["type","mode","tools"],"properties":{
  "type":{"const":"allowed_tools"},"mode":{"enum":["auto","required"]},
  "tools":{"type":"array","minItems":1,"maxItems":128,
  "items":{"$ref":"#/components/schemas/FlatNamedTool"}}}}]},
"JsonSchemaFormat": {"type":"object","required":["name","schema"],
  "properties":{"name":{"type":"string","pattern":"^[A-Za-z0-9_-]{1,64}$"},
  "description":{"type":["string","null"]},"schema":{"type":"object"},
  "strict":{"type":["boolean","null"]}}},
"ResponseFormat": {"oneOf":[{"type":"null"},
  {"type":"object","required":["type"],"properties":{"type":{"const":"text"}}},
  {"type":"object","required":["type"],"properties":{"type":{"const":"json_object"},"schema":{"type":["object","null"]}}},
  {"type":"object","required":["type","json_schema"],"properties":{"type":{"const":"json_schema"},
  "json_schema":{"$ref":"#/components/schemas/JsonSchemaFormat"}}},
  {"$ref":"#/components/schemas/RegexFormat"},{"$ref":"#/components/schemas/LarkFormat"}]},
"RegexFormat": {"type":"object","required":["type","regex"],"properties":{"type":{"const":"regex"},"regex":{"type":"string","minLength":1,
  "maxLength":65536}}},
"LarkFormat": {"type":"object","required":["type","lark"],"properties":{"type":{"const":"lark"},"lark":{"type":"string","minLength":1,
  "maxLength":65536}}},
"StreamOptions": {"type":["object","null"],"properties":{
  "include_usage":{"type":["boolean","null"]},"include_obfuscation":{"type":["boolean","null"]}}},
"Lora": {"type":["array","null"],"maxItems":64,"items":{"type":"object",
  "required":["id","scale"],"properties":{
  "id":{"type":"integer","minimum":0,"maximum":2147483647},
  "scale":{"type":"number","minimum":-1000000,"maximum":1000000}}}},
"CompletionPrompt": {"oneOf":[{"type":"string","minLength":1},
  {"type":"array","minItems":1,"items":{"type":"integer","minimum":0,"maximum":2147483647}},
  {"type":"array","minItems":1,"maxItems":128,"items":{"oneOf":[{"type":"string","minLength":1},
  {"type":"array","minItems":1,
  "items":{"type":"integer","minimum":0,"maximum":2147483647}}]}}]},
"ResponseInput": {"oneOf":[{"type":"string"},{"type":"array","minItems":1,"maxItems":4096,
  "items":{"type":"object","properties":{"type":{"type":["string","null"]}}}}]},
"ResponseText": {"type":["object","null"],"properties":{
  "format":{"oneOf":[{"type":"null"},
  {"type":"object","required":["type"],"properties":{"type":{"enum":["text","json_object"]}}},
  {"type":"object","required":["type","name","schema"],"properties":{"type":{"const":"json_schema"},
  "name":{"type":"string","pattern":"^[A-Za-z0-9_-]{1,64}$"},
  "description":{"type":["string","null"]},"schema":{"type":"object"},
  "strict":{"type":["boolean","null"]}}},
  {"$ref":"#/components/schemas/RegexFormat"},{"$ref":"#/components/schemas/LarkFormat"}]},
  "verbosity":{"type":["string","null"]}}},
"ResponseReasoning": {"type":["object","null"],"properties":{
  "effort":{"enum":["none","minimal","low","medium","high","xhigh","max",null]},
  "summary":{"type":["string","null"]},"generate_summary":{"type":["string","null"]}}},
"ChatCompletion": {"type":"object","required":["id","object","created","model","choices","usage"],
  "properties":{"id":{"type":"string"},"object":{"const":"chat.completion"},
  "created":{"type":"integer"},"model":{"type":"string"},
  "choices":{"type":"array","items":{"type":"object",
  "required":["index","message","logprobs","finish_reason"],"properties":{
  "index":{"type":"integer"},"message":{"type":"object"},"logprobs":{"type":["object","null"]},
  "finish_reason":{"enum":["stop","length","tool_calls","function_call"]}}}},
  "usage":{"$ref":"#/components/schemas/Usage"},
  "prompt_logprobs":{"type":"array","items":{"type":["object","null"]}},
  "warnings":{"type":"array","items":{"type":"string"}}}},
"Completion": {"type":"object","required":["id","object","created","model","choices","usage"],
  "properties":{"id":{"type":"string"},"object":{"const":"text_completion"},
  "created":{"type":"integer"},"model":{"type":"string"},
  "choices":{"type":"array","items":{"type":"object",
  "required":["index","text","logprobs","finish_reason"],"properties":{
  "index":{"type":"integer"},"text":{"type":"string"},"logprobs":{"type":["object","null"]},
  "prompt_logprobs":{"type":"array","items":{"type":["object","null"]}},
  "finish_reason":{"enum":["stop","length"]}}}},
  "usage":{"$ref":"#/components/schemas/Usage"},
  "warnings":{"type":"array","items":{"type":"string"}}}},
"Response": {"type":"object","required":["id","object","created_at","status","error",
  "incomplete_details","instructions","model","output","parallel_tool_calls","tool_choice","tools",
  "metadata","temperature","top_p"],"properties":{"id":{"type":"string"},
  "object":{"const":"response"},"created_at":{"type":"integer"},
  "status":{"enum":["in_progress","completed","incomplete","cancelled"]},
  "output":{"type":"array","items":{"type":"object","required":["id","type","status"],
  "properties":{"type":{"enum":["message","reasoning","function_call"]}}}},
  "usage":{"type":["object","null"]},"warnings":{"type":"array","items":{"type":"string"}}}},
"DeletedResponse": {"type":"object","required":["id","object","deleted"],"properties":{
  "id":{"type":"string"},"object":{"const":"response"},"deleted":{"const":true}}},
"Model": {"type":"object","required":["id","object","created","owned_by","state"],"properties":{
  "id":{"type":"string"},"object":{"const":"model"},"created":{"type":"integer"},
  "owned_by":{"type":"string"},
  "state":{"enum":["unloaded","loading","ready","failed"]}}},
"PulledModel": {"type":"object","required":["model","status"],"properties":{
  "model":{"type":"string"},"status":{"enum":["waiting","downloading","done"]},
  "done_bytes":{"type":"integer"},"total_bytes":{"type":"integer"}}},
"ModelList": {"type":"object","required":["object","data"],"properties":{"object":{"const":"list"},
  "data":{"type":"array","items":{"$ref":"#/components/schemas/Model"}}}},
"InputTokens": {"type":"object","required":["object","input_tokens"],"properties":{
  "object":{"type":"string"},"input_tokens":{"type":"integer"}}},
"TokenIds": {"type":"array","maxItems":1048576,
  "items":{"type":"integer","minimum":0,"maximum":2147483647}},
"EmbeddingInput": {"oneOf":[{"type":"string","minLength":1},
  {"type":"array","minItems":1,"maxItems":1048576,
  "items":{"type":"integer","minimum":0,"maximum":2147483647}},
  {"type":"array","minItems":1,"maxItems":2048,"items":{"oneOf":[{"type":"string","minLength":1},
  {"type":"array","minItems":1,"maxItems":1048576,
  "items":{"type":"integer","minimum":0,"maximum":2147483647}}]}}]},
"RerankDocuments": {"type":"array","minItems":1,"maxItems":2048,"items":{"oneOf":[
  {"type":"string","minLength":1},{"type":"object","required":["text"],
  "properties":{"text":{"type":"string","minLength":1}}}]}},
"PromptUsage": {"type":"object","required":["prompt_tokens","total_tokens"],"properties":{
  "prompt_tokens":{"type":"integer"},"total_tokens":{"type":"integer"}}},
"Embeddings": {"type":"object","required":["object","data","model","usage"],"properties":{
  "object":{"const":"list"},"model":{"type":"string"},"data":{"type":"array","items":{
  "type":"object","required":["object","index","embedding"],"properties":{
  "object":{"const":"embedding"},"index":{"type":"integer"},"embedding":{"oneOf":[
  {"type":"string"},{"type":"array","items":{"type":"number"}}]}}}},
  "usage":{"$ref":"#/components/schemas/PromptUsage"},
  "warnings":{"type":"array","items":{"type":"string"}}}},
"Ranking": {"type":"object","required":["object","model","results","usage"],"properties":{
  "object":{"const":"list"},"model":{"type":"string"},"results":{"type":"array","items":{
  "type":"object","required":["index","relevance_score"],"properties":{"index":{"type":"integer"},
  "relevance_score":{"type":"number"},"document":{"type":"object"}}}},
  "usage":{"$ref":"#/components/schemas/PromptUsage"},
  "warnings":{"type":"array","items":{"type":"string"}}}},
"Tokens": {"type":"object","required":["tokens"],"properties":{"tokens":{"type":"array",
  "items":{"oneOf":[{"type":"integer"},{"type":"object","required":["id","piece"],"properties":{
  "id":{"type":"integer"},"piece":{"oneOf":[{"type":"string"},{"type":"array",
  "items":{"type":"integer"}}]}}}]}}}},
"Content": {"type":"object","required":["content"],"properties":{"content":{"type":"string"}}},
"RenderedPrompt": {"type":"object","required":["prompt"],
  "properties":{"prompt":{"type":"string"}}},
"OpenApi": {"type":"object","required":["openapi","info","paths"]}
})json";

}  // namespace

api::Json api_schemas() {
  api::Json schemas = api::Json::parse(kSchemas);
  std::vector<api::FieldInfo> function;
  append_infos(function, function_fields());
  schemas["Function"] = object_schema(function);
  api::Json flat = object_schema(function);
  flat["properties"]["type"] = {{"enum", {"function", nullptr}}};
  schemas["FlatFunction"] = std::move(flat);
  schemas["Message"] = object_schema(message_field_infos());
  return schemas;
}

}  // namespace pcai::openai
