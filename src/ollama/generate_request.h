#pragma once

#include <chrono>
#include <optional>
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
  std::optional<std::chrono::milliseconds> stay = {};  // of the model; see read_keep_alive()

  /// Nothing is asked but that the model leaves.
  bool unloads() const noexcept { return only_load && stay && stay->count() == 0; }
};

/// Parses and checks the body. An error names the field ("options.temperature").
Result<OllamaRequest> parse_ollama_chat(std::string_view body, const DefaultsOf& defaults_of = {});
Result<OllamaRequest> parse_ollama_generate(std::string_view body,
                                            const DefaultsOf& defaults_of = {});

/// Reads `options`. num_predict -1, its default, means as many tokens as the context leaves.
Status read_options(api::Json& object, const std::string& path, api::Warnings& warnings,
                    GenerateParams& params);

}  // namespace pcai::ollama
