#include "ollama/api_schemas.h"

namespace pcai::ollama {
namespace {

constexpr std::string_view kSchemas = R"json({
"OllamaError": {"type":"object","required":["error"],"properties":{"error":{"type":"string"}}},
"OllamaMessages": {"type":["array","null"],"maxItems":4096,"items":{"type":"object",
  "required":["role"],"properties":{"role":{"enum":["system","user","assistant","tool"]},
  "content":{"type":["string","null"]}}}},
"OllamaFormat": {"oneOf":[{"enum":["json","",null]},{"type":"object"}]},
"OllamaThink": {"enum":[true,false,"high","medium","low",null]},
"OllamaTexts": {"oneOf":[{"type":"string"},{"type":"array","minItems":1,"maxItems":2048,
  "items":{"type":"string"}}]},
"OllamaAnswer": {"type":"object","required":["model","created_at","done","done_reason"],
  "properties":{"model":{"type":"string"},"created_at":{"type":"string"},"done":{"const":true},
  "done_reason":{"enum":["stop","length","load","unload"]},"response":{"type":"string"},
  "thinking":{"type":"string"},"message":{"type":"object","required":["role","content"],
  "properties":{"role":{"const":"assistant"},"content":{"type":"string"},
  "thinking":{"type":"string"},"tool_calls":{"type":"array"}}},
  "total_duration":{"type":"integer"},"load_duration":{"type":"integer"},
  "prompt_eval_count":{"type":"integer"},"prompt_eval_duration":{"type":"integer"},
  "eval_count":{"type":"integer"},"eval_duration":{"type":"integer"},
  "logprobs":{"type":"array"},"warnings":{"type":"array","items":{"type":"string"}}}},
"OllamaVectors": {"type":"object","required":["model","embeddings","total_duration","load_duration",
  "prompt_eval_count"],"properties":{"model":{"type":"string"},"embeddings":{"type":"array",
  "items":{"type":"array","items":{"type":"number"}}},"total_duration":{"type":"integer"},
  "load_duration":{"type":"integer"},"prompt_eval_count":{"type":"integer"}}},
"OllamaVector": {"type":"object","required":["embedding"],"properties":{
  "embedding":{"type":"array","items":{"type":"number"}}}},
"OllamaModel": {"type":"object","required":["name","model","size","digest","details"],
  "properties":{"name":{"type":"string"},"model":{"type":"string"},"size":{"type":"integer"},
  "digest":{"type":"string"},"details":{"type":"object"},"modified_at":{"type":"string"},
  "expires_at":{"type":"string"},"size_vram":{"type":"integer"},
  "context_length":{"type":"integer"}}},
"OllamaModels": {"type":"object","required":["models"],"properties":{"models":{"type":"array",
  "items":{"$ref":"#/components/schemas/OllamaModel"}}}},
"OllamaShow": {"type":"object","required":["details","model_info","capabilities","modified_at"],
  "properties":{"details":{"type":"object"},"model_info":{"type":"object"},
  "capabilities":{"type":"array","items":{"type":"string"}},"modified_at":{"type":"string"}}},
"OllamaProgress": {"type":"object","required":["status"],"properties":{
  "status":{"type":"string"},"digest":{"type":"string"},"total":{"type":"integer"},
  "completed":{"type":"integer"},"warnings":{"type":"array","items":{"type":"string"}}}},
"OllamaVersion": {"type":"object","required":["version"],
  "properties":{"version":{"type":"string"}}}
})json";

}  // namespace

std::string_view ollama_schemas() noexcept {
  return kSchemas;
}

}  // namespace pcai::ollama
