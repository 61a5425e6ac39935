#include "openai/embeddings/embedding_response.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <numeric>

#include "api/base64.h"

namespace pcai::openai {
namespace {

std::string usage(std::uint64_t tokens) {
  const std::string count = std::to_string(tokens);
  return "{\"prompt_tokens\":" + count + ",\"total_tokens\":" + count + "}";
}

std::string little_endian(const std::vector<float>& values) {
  std::string bytes;
  bytes.reserve(values.size() * 4);
  for (const float value : values) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    for (int shift = 0; shift < 32; shift += 8) bytes += static_cast<char>(bits >> shift & 0xFF);
  }
  return bytes;
}

void append_warnings(std::string& out, const std::vector<std::string>& warnings) {
  if (!warnings.empty()) out += ",\"warnings\":" + api::to_text(api::Json(warnings));
}

}  // namespace

Status shorten(std::vector<Embedding>& embeddings, std::uint32_t dimensions) {
  for (Embedding& embedding : embeddings) {
    std::vector<float>& values = embedding.values;
    if (values.size() < dimensions) {
      return fail(ErrorCode::InvalidRequest,
                  "dimensions must be at most " + std::to_string(values.size()) +
                      ", which is what the model gives",
                  "dimensions");
    }
    values.resize(dimensions);
    const double length =
        std::sqrt(std::inner_product(values.begin(), values.end(), values.begin(), 0.0));
    if (length <= 0) continue;
    for (float& value : values) value = static_cast<float>(value / length);
  }
  return {};
}

void append_vector(std::string& out, const std::vector<float>& values) {
  out += '[';
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (i > 0) out += ',';
    api::append_number(out, values[i]);
  }
  out += ']';
}

std::string embedding_body(std::string_view model, const std::vector<Embedding>& embeddings,
                           bool base64, const std::vector<std::string>& warnings) {
  std::string out = "{\"object\":\"list\",\"data\":[";
  std::uint64_t tokens = 0;
  for (std::size_t i = 0; i < embeddings.size(); ++i) {
    tokens += embeddings[i].tokens;
    if (i > 0) out += ',';
    out += "{\"object\":\"embedding\",\"index\":" + std::to_string(i) + ",\"embedding\":";
    if (base64) {
      out += '"';
      api::append_base64(out, little_endian(embeddings[i].values));
      out += '"';
    } else {
      append_vector(out, embeddings[i].values);
    }
    out += '}';
  }
  out += "],\"model\":";
  api::append_string(out, model);
  out += ",\"usage\":" + usage(tokens);
  append_warnings(out, warnings);
  return out + "}";
}

std::string rerank_body(std::string_view model, const RerankRequest& request,
                        const std::vector<RankScore>& scores) {
  std::vector<std::size_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return scores[a].score > scores[b].score; });
  if (request.top_n && *request.top_n < order.size()) order.resize(*request.top_n);
  std::uint64_t tokens = 0;
  for (const RankScore& score : scores) tokens += score.tokens;
  std::string out = "{\"object\":\"list\",\"model\":";
  api::append_string(out, model);
  out += ",\"results\":[";
  for (const std::size_t index : order) {
    if (out.back() == '}') out += ',';
    out += "{\"index\":" + std::to_string(index) + ",\"relevance_score\":";
    api::append_number(out, scores[index].score);
    if (request.return_documents) {
      out += ",\"document\":{\"text\":";
      api::append_string(out, request.rank.documents[index]);
      out += '}';
    }
    out += '}';
  }
  out += "],\"usage\":" + usage(tokens);
  append_warnings(out, request.warnings.lines());
  return out + "}";
}

}  // namespace pcai::openai
