#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/dialect.h"
#include "api/field.h"
#include "core/parameters/defaults.h"
#include "core/request.h"

namespace pcai::ollama {

/// A parsed body of POST /api/chat or /api/generate.
struct OllamaRequest {
  GenerateRequest generate;
  bool stream = true;
  bool only_load = false;       // there is no message or prompt: only load the model
  api::Warnings warnings = {};  // fields that were accepted and have no effect here
  api::Places places = {};
};

/// Parses and checks the body. An error names the field ("options.temperature").
Result<OllamaRequest> parse_ollama_chat(std::string_view body, const DefaultsOf& defaults_of = {});
Result<OllamaRequest> parse_ollama_generate(std::string_view body,
                                            const DefaultsOf& defaults_of = {});

/// Reads `options`. num_predict -1, its default, means as many tokens as the context leaves.
Status read_options(api::Json& object, const std::string& path, api::Warnings& warnings,
                    GenerateParams& params);

}  // namespace pcai::ollama
