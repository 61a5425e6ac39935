#pragma once

#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/dialect.h"
#include "api/warnings.h"
#include "core/embedding.h"
#include "core/result.h"

namespace pcai::ollama {

/// A parsed body of POST /api/embed or the older /api/embeddings.
struct OllamaEmbedRequest {
  EmbedRequest embed;
  std::optional<std::uint32_t> dimensions = {};
  api::Warnings warnings = {};
  api::Places places = {};
  std::optional<std::chrono::milliseconds> stay = {};  // of the model; see read_keep_alive()
};

Result<OllamaEmbedRequest> parse_ollama_embed(std::string_view body);
Result<OllamaEmbedRequest> parse_ollama_embeddings(std::string_view body);

/// Adds a line for each text that was cut.
void tell_truncated(const std::vector<Embedding>& embeddings, api::Warnings& warnings);

/// {"model","embeddings":[[…]],…}
std::string ollama_embed_body(std::string_view model, const std::vector<Embedding>& embeddings,
                              double milliseconds, const std::vector<std::string>& warnings);

/// {"embedding":[…]}
std::string ollama_embeddings_body(const std::vector<Embedding>& embeddings);

}  // namespace pcai::ollama
