#include "backend/mistralrs/bridge_embedder.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <utility>

#include "backend/answer/prompt/prompt_check.h"
#include "backend/answer/prompt/prompt_limit.h"

namespace pcai::backend::mistralrs {
namespace {

Error too_long(std::uint64_t size, const char* unit, std::uint32_t context_length) {
  return {ErrorCode::ContextOverflow, "has " + std::to_string(size) + " " + unit +
                                          "; the model accepts at most " +
                                          std::to_string(context_length) + " tokens; shorten it"};
}

void scale_to_one(std::vector<float>& values) {
  const double sum = std::inner_product(values.begin(), values.end(), values.begin(), 0.0);
  if (sum <= 0) return;
  const auto factor = static_cast<float>(1 / std::sqrt(sum));
  for (float& value : values) value *= factor;
}

}  // namespace

Result<std::vector<Embedding>> BridgeEmbedder::embed(const EmbedRequest& request,
                                                     std::stop_token stop) {
  if (Status status = check_request(request); !status) return fail(std::move(status.error()));
  if (request.pooling) {
    return fail(ErrorCode::Unsupported,
                "pooling: mistral.rs always uses the pooling in the model's files; leave it out",
                "pooling");
  }
  std::vector<Embedding> embeddings;
  for (std::size_t i = 0; i < request.inputs.size(); ++i) {
    if (stop.stop_requested()) return fail(ErrorCode::Cancelled, "the request was cancelled");
    auto embedding = embed(request.inputs[i], request.truncate);
    if (!embedding) {
      Error error = std::move(embedding.error());
      if (error.code != ErrorCode::Internal) {
        error.field = "inputs[" + std::to_string(i) + "]";
        error.message = error.field + ": " + error.message;
      }
      return fail(std::move(error));
    }
    embeddings.push_back(std::move(*embedding));
  }
  return embeddings;
}

Result<std::vector<std::int32_t>> BridgeEmbedder::tokens_of(const EmbedInput& input,
                                                            bool truncate) const {
  if (const auto* tokens = std::get_if<TokenPrompt>(&input)) {
    Status status = answer::check_tokens(tokens->tokens, tokenizer_->size(), "input");
    if (!status) return fail(std::move(status.error()));
    return tokens->tokens;
  }
  std::string_view text = std::get<TextPrompt>(input).text;
  if (truncate) text = answer::beginning(text, context_length_);
  if (answer::far_exceeds(text.size(), context_length_)) {
    return fail(too_long(text.size(), "bytes", context_length_));
  }
  return tokenizer_->tokenize(text, true, false);
}

Result<Embedding> BridgeEmbedder::embed(const EmbedInput& input, bool truncate) const {
  auto tokens = tokens_of(input, truncate);
  if (!tokens) return fail(tokens.error());
  const bool truncated = truncate && answer::truncate(*tokens, context_length_, *tokenizer_);
  if (tokens->size() > context_length_) {
    return fail(too_long(tokens->size(), "tokens", context_length_));
  }
  // Its engine panics at one alone.
  if (tokens->size() == 1) {
    return fail(ErrorCode::InvalidRequest,
                "has one token; mistral.rs needs at least two to embed a text");
  }
  BridgeAnswer answer(bridge_);
  const auto status = bridge_.embed(&model_, reinterpret_cast<const std::uint32_t*>(tokens->data()),
                                    tokens->size(), answer.out());
  if (status != PCAI_MRS_OK) return fail(answer.error(status));
  Embedding embedding{.values = std::vector<float>(answer.text().size() / sizeof(float)),
                      .tokens = static_cast<std::uint32_t>(tokens->size()),
                      .truncated = truncated};
  if (!embedding.values.empty()) {
    std::memcpy(embedding.values.data(), answer.text().data(),
                embedding.values.size() * sizeof(float));
  }
  if (!std::all_of(embedding.values.begin(), embedding.values.end(),
                   [](float value) { return std::isfinite(value); })) {
    return fail(ErrorCode::Internal, "the model computed a value that is not a number (NaN)");
  }
  scale_to_one(embedding.values);
  return embedding;
}

}  // namespace pcai::backend::mistralrs
