#include "backend/fake/fake_embedder.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <future>
#include <string_view>

#include "backend/fake/fake_script.h"
#include "core/path.h"

namespace pcai::backend::fake {
namespace {

using Vector = std::vector<float>;

std::string_view trimmed(std::string_view word) {
  const std::size_t begin = std::min(word.find_first_not_of(" \n\t\r"), word.size());
  word.remove_prefix(begin);
  return word.substr(0, word.find_last_not_of(" \n\t\r") + 1);
}

/// Adds a direction that depends on the token alone.
void add_direction(Vector& vector, std::int32_t token) {
  std::uint64_t random = static_cast<std::uint64_t>(token) + 1;
  for (float& value : vector) {
    random = random * 6364136223846793005ULL + 1442695040888963407ULL;
    value += (random >> 63) != 0 ? 1.0F : -1.0F;
  }
}

void normalize(Vector& vector) {
  double squares = 0;
  for (const float value : vector) squares += double{value} * value;
  if (squares == 0) {
    vector.front() = 1;
    return;
  }
  for (float& value : vector) value = static_cast<float>(value / std::sqrt(squares));
}

Result<std::vector<std::int32_t>> tokens_of(const EmbedInput& input, const std::string& field) {
  std::vector<std::int32_t> tokens;
  if (const auto* given = std::get_if<TokenPrompt>(&input)) {
    for (const std::int32_t token : given->tokens) {
      if (token >= 0 && token < kFakeVocabularySize) continue;
      return fail(ErrorCode::InvalidRequest,
                  field + ": token " + std::to_string(token) + " is outside the vocabulary of " +
                      std::to_string(kFakeVocabularySize),
                  field);
    }
    return given->tokens;
  }
  for (const std::string_view word : fake_words(std::get<TextPrompt>(input).text)) {
    tokens.push_back(fake_token_id(trimmed(word)));
  }
  return tokens;
}

Status check_length(std::size_t tokens, std::uint32_t most, const std::string& field) {
  if (tokens <= most) return {};
  return fail(
      ErrorCode::ContextOverflow,
      field + " has " + std::to_string(tokens) + " tokens; the model takes " + std::to_string(most),
      field);
}

void wait_for_stop(const std::stop_token& stop) {
  std::promise<void> asked;
  const std::stop_callback on_stop(stop, [&asked] { asked.set_value(); });
  asked.get_future().wait();
}

Status play(std::string_view text, const std::stop_token& stop) {
  if (text == "fake: hang") wait_for_stop(stop);
  if (stop.stop_requested()) return fail(ErrorCode::Cancelled, "the request was cancelled");
  if (text == "fake: fail") return fail(ErrorCode::Internal, "failed as the script says");
  if (text == "fake: crash") std::abort();
  return {};
}

}  // namespace

Result<std::vector<Embedding>> FakeEmbedder::embed(const EmbedRequest& request,
                                                   std::stop_token stop) {
  if (Status status = check_request(request); !status) return fail(std::move(status.error()));
  std::vector<Embedding> embeddings;
  for (std::size_t i = 0; i < request.inputs.size(); ++i) {
    const auto* text = std::get_if<TextPrompt>(&request.inputs[i]);
    Status played = play(text ? text->text : "", stop);
    if (!played) return fail(std::move(played.error()));
    const std::string field = item_path("inputs", i);
    auto tokens = tokens_of(request.inputs[i], field);
    if (!tokens) return fail(std::move(tokens.error()));
    const bool truncated = request.truncate && tokens->size() > max_tokens_;
    if (truncated) tokens->resize(max_tokens_);
    if (Status status = check_length(tokens->size(), max_tokens_, field); !status) {
      return fail(std::move(status.error()));
    }
    Vector vector(kDimension);
    const Pooling pooling = request.pooling.value_or(Pooling::Mean);
    if (pooling == Pooling::Mean) {
      for (const std::int32_t token : *tokens) add_direction(vector, token);
    } else {
      add_direction(vector, pooling == Pooling::Cls ? tokens->front() : tokens->back());
    }
    normalize(vector);
    embeddings.push_back(
        {std::move(vector), static_cast<std::uint32_t>(tokens->size()), truncated});
  }
  return embeddings;
}

Result<std::vector<RankScore>> FakeEmbedder::rank(const RankRequest& request,
                                                  std::stop_token stop) {
  if (Status status = check_request(request); !status) return fail(std::move(status.error()));
  const auto wanted = tokens_of(TextPrompt{request.query}, "query");
  std::vector<RankScore> scores;
  for (std::size_t i = 0; i < request.documents.size(); ++i) {
    const std::string& document = request.documents[i];
    if (Status played = play(document, stop); !played) return fail(std::move(played.error()));
    const auto tokens = tokens_of(TextPrompt{document}, "documents");
    const std::size_t count = wanted->size() + tokens->size();
    if (Status status = check_length(count, max_tokens_, item_path("documents", i)); !status) {
      return fail(std::move(status.error()));
    }
    const auto found = std::count_if(wanted->begin(), wanted->end(), [&](std::int32_t token) {
      return std::find(tokens->begin(), tokens->end(), token) != tokens->end();
    });
    scores.push_back({static_cast<float>(found) / static_cast<float>(wanted->size()),
                      static_cast<std::uint32_t>(count)});
  }
  return scores;
}

}  // namespace pcai::backend::fake
