#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/dialect.h"
#include "api/field.h"
#include "core/embedding.h"

namespace pcai::openai {

/// A parsed body of POST /v1/embeddings.
struct EmbeddingRequest {
  EmbedRequest embed;
  bool base64 = false;
  std::optional<std::uint32_t> dimensions = {};  // of the answer; absent = the model's
  api::Warnings warnings = {};
  api::Places places = {};
  std::optional<std::chrono::milliseconds> stay = {};  // of the model; see read_keep_alive()
};

Result<EmbeddingRequest> parse_embedding_request(std::string_view body);

std::span<const api::Field<EmbeddingRequest>> embedding_fields();

/// A parsed body of POST /v1/rerank, in the shape that Jina's, Cohere's and llama-server's share.
struct RerankRequest {
  RankRequest rank;
  std::optional<std::uint32_t> top_n = {};  // how many of the best; absent = all
  bool return_documents = false;
  api::Warnings warnings = {};
};

Result<RerankRequest> parse_rerank_request(std::string_view body);

std::span<const api::Field<RerankRequest>> rerank_fields();

}  // namespace pcai::openai
