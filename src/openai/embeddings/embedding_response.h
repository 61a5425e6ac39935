#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/embedding.h"
#include "openai/embeddings/embedding_request.h"

namespace pcai::openai {

/// Cuts the vectors to `dimensions` numbers and scales their length to 1 again. Fails with
/// InvalidRequest, which names `dimensions`, if they have fewer.
Status shorten(std::vector<Embedding>& embeddings, std::uint32_t dimensions);

/// The body of an answer to POST /v1/embeddings.
std::string embedding_body(std::string_view model, const std::vector<Embedding>& embeddings,
                           bool base64, const std::vector<std::string>& warnings);

/// The body of an answer to POST /v1/rerank: best first.
std::string rerank_body(std::string_view model, const RerankRequest& request,
                        const std::vector<RankScore>& scores);

/// `[0.1,0.2,…]`
void append_vector(std::string& out, const std::vector<float>& values);

}  // namespace pcai::openai
