#include "llama_server/api_schemas.h"

namespace pcai::llama_server {
namespace {

constexpr std::string_view kSchemas = R"json({
"LlamaText": {"oneOf":[{"type":"string","minLength":1},
  {"type":"array","minItems":1,"items":{"type":"integer","minimum":0,"maximum":2147483647}},
  {"type":"object","required":["prompt_string"],"properties":{
  "prompt_string":{"type":"string","minLength":1}}}]},
"LlamaPrompt": {"oneOf":[{"$ref":"#/components/schemas/LlamaText"},
  {"type":"array","minItems":1,"maxItems":128,"items":{"$ref":"#/components/schemas/LlamaText"}}]},
"LlamaLogitBias": {"oneOf":[{"type":"null"},{"type":"object"},{"type":"array","items":{
  "type":"array","minItems":2,"maxItems":2}}]},
"LlamaNames": {"type":["array","null"],"maxItems":64,"items":{"type":"string","minLength":1,
  "maxLength":256}},
"LlamaSamplers": {"oneOf":[{"type":["string","null"],"maxLength":64},{"type":"array",
  "maxItems":64,"items":{"type":"string","minLength":1,"maxLength":256}}]},
"LlamaExtra": {"type":["array","null"],"maxItems":4096,"items":{"type":"object",
  "required":["text"],"properties":{"text":{"type":"string"},
  "filename":{"type":["string","null"]}}}},
"LlamaCompletion": {"oneOf":[{"$ref":"#/components/schemas/LlamaAnswer"},{"type":"array",
  "items":{"$ref":"#/components/schemas/LlamaAnswer"}}]},
"LlamaAnswer": {"type":"object","properties":{"index":{"type":"integer"},
  "content":{"type":"string"},"tokens":{"type":"array","items":{"type":"integer"}},
  "stop":{"type":"boolean"},"stop_type":{"enum":["eos","limit","word"]},
  "stopping_word":{"type":"string"},"timings":{"type":"object"},
  "tokens_predicted":{"type":"integer"},"tokens_evaluated":{"type":"integer"},
  "tokens_cached":{"type":"integer"},"truncated":{"type":"boolean"},
  "warnings":{"type":"array","items":{"type":"string"}}}},
"LlamaProps": {"type":"object","required":["default_generation_settings","total_slots"],
  "properties":{"default_generation_settings":{"type":"object"},"total_slots":{"type":"integer"},
  "model_path":{"type":"string"},"chat_template":{"type":"string"},
  "modalities":{"type":"object"},"build_info":{"type":"string"}}},
"LlamaSlots": {"type":"array","items":{"type":"object","required":["id","n_ctx","is_processing"],
  "properties":{"id":{"type":"integer"},"n_ctx":{"type":"integer"},
  "is_processing":{"type":"boolean"}}}}
})json";

}  // namespace

std::string_view llama_server_schemas() noexcept {
  return kSchemas;
}

}  // namespace pcai::llama_server
