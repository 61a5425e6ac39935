#include "backend/llamacpp/text_embedder.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <exception>
#include <string>
#include <utility>

#include "backend/answer/prompt/prompt_check.h"
#include "backend/answer/prompt/prompt_limit.h"
#include "backend/llamacpp/load/first_step.h"
#include "backend/llamacpp/load/ggml_assertions.h"
#include "backend/llamacpp/load/llama_log.h"
#include "backend/llamacpp/load/thread_count.h"
#include "core/path.h"

namespace pcai::backend::llamacpp {
namespace {

constexpr std::uint32_t kMaxTokens = 2048;
constexpr std::uint32_t kMinTokens = 128;
constexpr std::uint32_t kMaxSequences = 32;  // in one batch
// llama.cpp reserves a row of logits for every token, whether anybody wants them or not.
constexpr std::uint64_t kMaxLogitBytes = std::uint64_t{512} << 20;

enum : int { kDecoded = 0, kAborted = 2 };  // what llama_decode returns

using Kind = TextEmbedder::Kind;

/// The pooling that the model's file names.
LlamaPooling pooling_of(const llama_model& model) {
  std::array<char, 128> architecture{};
  llama_model_meta_val_str(&model, "general.architecture", architecture.data(),
                           architecture.size());
  const std::string key = std::string(architecture.data()) + ".pooling_type";
  std::array<char, 16> value{};
  if (llama_model_meta_val_str(&model, key.c_str(), value.data(), value.size()) < 0) {
    // Encoders that were cut off a model that also decodes say nothing.
    return llama_model_has_encoder(&model) ? LLAMA_POOLING_TYPE_MEAN : LLAMA_POOLING_TYPE_NONE;
  }
  switch (value[0]) {
    case '1': return LLAMA_POOLING_TYPE_MEAN;
    case '2': return LLAMA_POOLING_TYPE_CLS;
    case '3': return LLAMA_POOLING_TYPE_LAST;
    case '4': return LLAMA_POOLING_TYPE_RANK;
    default: return LLAMA_POOLING_TYPE_NONE;
  }
}

Kind kind_of(const llama_model& model) {
  switch (pooling_of(model)) {
    case LLAMA_POOLING_TYPE_RANK: return Kind::Ranks;
    case LLAMA_POOLING_TYPE_NONE: return Kind::OnRequest;
    default: return Kind::Embeds;
  }
}

std::uint32_t most_tokens_of(const llama_model& model, const ModelConfig& config) {
  const auto trained = static_cast<std::uint32_t>(std::max(1, llama_model_n_ctx_train(&model)));
  const auto words =
      static_cast<std::uint64_t>(llama_vocab_n_tokens(llama_model_get_vocab(&model)));
  const std::uint64_t logits = kMaxLogitBytes / sizeof(float) / std::max<std::uint64_t>(words, 1);
  const std::uint64_t most = std::clamp<std::uint64_t>(logits, kMinTokens, kMaxTokens);
  const std::uint64_t asked = config.context_length.value_or(kMaxTokens);
  return static_cast<std::uint32_t>(std::min({std::uint64_t{trained}, most, asked}));
}

LlamaPooling to_llama(Pooling pooling) {
  switch (pooling) {
    case Pooling::Mean: return LLAMA_POOLING_TYPE_MEAN;
    case Pooling::Cls: return LLAMA_POOLING_TYPE_CLS;
    case Pooling::Last: return LLAMA_POOLING_TYPE_LAST;
  }
  return LLAMA_POOLING_TYPE_MEAN;
}

bool should_abort(void* stop) {
  return static_cast<const std::stop_token*>(stop)->stop_requested();
}

tl::unexpected<Error> cancelled() {
  return fail(ErrorCode::Cancelled, "the request was cancelled");
}

void normalize(std::vector<float>& vector) {
  double squares = 0;
  for (const float value : vector) squares += double{value} * value;
  const double length = std::sqrt(squares);
  if (length <= 0) return;
  for (float& value : vector) value = static_cast<float>(value / length);
}

bool is_finite(const std::vector<float>& vector) {
  return std::all_of(vector.begin(), vector.end(),
                     [](float value) { return std::isfinite(value); });
}

/// A reranker's template with its two places filled. What is put there is not looked at again.
std::string filled(std::string_view pattern, const std::string& query,
                   const std::string& document) {
  constexpr std::string_view kQuery = "{query}";
  constexpr std::string_view kDocument = "{document}";
  std::string text;
  while (!pattern.empty()) {
    if (pattern.starts_with(kQuery)) {
      text += query;
      pattern.remove_prefix(kQuery.size());
    } else if (pattern.starts_with(kDocument)) {
      text += document;
      pattern.remove_prefix(kDocument.size());
    } else {
      text += pattern.front();
      pattern.remove_prefix(1);
    }
  }
  return text;
}

}  // namespace

TextEmbedder::TextEmbedder(llama_model& weights, const Tokenizer& tokenizer,
                           const ModelConfig& config)
    : weights_(weights),
      tokenizer_(tokenizer),
      threads_(thread_count(config)),
      most_tokens_(most_tokens_of(weights, config)),
      kind_(kind_of(weights)) {}

Status TextEmbedder::check_length(std::size_t tokens, const std::string& field) const {
  if (tokens <= most_tokens_) return {};
  return fail(ErrorCode::ContextOverflow,
              field + " has " + std::to_string(tokens) + " tokens; the model can embed up to " +
                  std::to_string(most_tokens_) + "; shorten it",
              field);
}

Result<TextEmbedder::Sequence> TextEmbedder::tokens_of(const EmbedInput& input,
                                                       const std::string& field,
                                                       bool* truncated) const {
  Sequence tokens;
  if (const auto* given = std::get_if<TokenPrompt>(&input)) {
    if (Status status = answer::check_tokens(given->tokens, tokenizer_.size(), field); !status) {
      return fail(ErrorCode::InvalidRequest, field + ": " + status.error().message, field);
    }
    tokens = given->tokens;
  } else {
    const std::string_view text = std::get<TextPrompt>(input).text;
    const std::string_view used = truncated ? answer::beginning(text, most_tokens_) : text;
    auto read = tokenizer_.tokenize(used);
    if (!read) return fail(read.error().code, field + ": " + read.error().message, field);
    tokens = std::move(*read);
    if (tokens.empty()) return fail(ErrorCode::InvalidRequest, field + " has no tokens", field);
  }
  if (truncated) *truncated = answer::truncate(tokens, most_tokens_, tokenizer_);
  if (Status status = check_length(tokens.size(), field); !status) return fail(status.error());
  return tokens;
}

Result<std::vector<Embedding>> TextEmbedder::embed(const EmbedRequest& request,
                                                   std::stop_token stop) {
  if (Status status = check_request(request); !status) return fail(std::move(status.error()));
  if (!request.pooling && kind_ == Kind::OnRequest) {
    return fail(ErrorCode::InvalidRequest,
                "the model was made for generating and has no pooling; set 'pooling' to mean, cls "
                "or last, or use an embedding model",
                "pooling");
  }
  std::vector<Sequence> sequences;
  std::vector<Embedding> embeddings(request.inputs.size());
  for (std::size_t i = 0; i < request.inputs.size(); ++i) {
    if (stop.stop_requested()) return cancelled();
    auto tokens = tokens_of(request.inputs[i], item_path("inputs", i),
                            request.truncate ? &embeddings[i].truncated : nullptr);
    if (!tokens) return fail(std::move(tokens.error()));
    embeddings[i].tokens = static_cast<std::uint32_t>(tokens->size());
    sequences.push_back(std::move(*tokens));
  }
  const MutexLock lock(mutex_);
  Status ready = prepare(request.pooling ? to_llama(*request.pooling) : pooling_of(weights_));
  if (!ready) return fail(std::move(ready.error()));
  auto vectors = compute(sequences, stop);
  if (!vectors) return fail(std::move(vectors.error()));
  for (std::size_t i = 0; i < vectors->size(); ++i) {
    normalize((*vectors)[i]);
    embeddings[i].values = std::move((*vectors)[i]);
  }
  return embeddings;
}

Result<TextEmbedder::Sequence> TextEmbedder::tokens_of(const std::string& query,
                                                       const std::string& document) const {
  if (const char* pattern = llama_model_chat_template(&weights_, "rerank")) {
    return tokenizer_.tokenize(filled(pattern, query, document), false, true);
  }
  const llama_vocab* vocab = tokenizer_.vocab();
  Sequence tokens;
  const auto add_text = [&](const std::string& text) -> Status {
    auto more = tokenizer_.tokenize(text, false, false);
    if (!more) return fail(std::move(more.error()));
    tokens.insert(tokens.end(), more->begin(), more->end());
    return {};
  };
  const llama_token separator = llama_vocab_sep(vocab);
  const llama_token eos = llama_vocab_eos(vocab);
  const llama_token end = eos == LLAMA_TOKEN_NULL ? separator : eos;
  if (llama_vocab_get_add_bos(vocab)) tokens.push_back(llama_vocab_bos(vocab));
  if (Status status = add_text(query); !status) return fail(std::move(status.error()));
  if (llama_vocab_get_add_eos(vocab)) tokens.push_back(end);
  if (llama_vocab_get_add_sep(vocab)) tokens.push_back(separator);
  if (Status status = add_text(document); !status) return fail(std::move(status.error()));
  if (llama_vocab_get_add_eos(vocab)) tokens.push_back(end);
  return tokens;
}

Result<std::vector<RankScore>> TextEmbedder::rank(const RankRequest& request,
                                                  std::stop_token stop) {
  if (Status status = check_request(request); !status) return fail(std::move(status.error()));
  std::vector<Sequence> sequences;
  for (std::size_t i = 0; i < request.documents.size(); ++i) {
    if (stop.stop_requested()) return cancelled();
    auto tokens = tokens_of(request.query, request.documents[i]);
    if (!tokens) return fail(std::move(tokens.error()));
    Status fits = check_length(tokens->size(), item_path("documents", i));
    if (!fits) return fail(std::move(fits.error()));
    sequences.push_back(std::move(*tokens));
  }
  const MutexLock lock(mutex_);
  Status ready = prepare(LLAMA_POOLING_TYPE_RANK);
  if (!ready) return fail(std::move(ready.error()));
  auto scores = compute(sequences, stop);
  if (!scores) return fail(std::move(scores.error()));
  std::vector<RankScore> ranked;
  for (std::size_t i = 0; i < scores->size(); ++i) {
    ranked.push_back({(*scores)[i].front(), static_cast<std::uint32_t>(sequences[i].size())});
  }
  return ranked;
}

Status TextEmbedder::prepare(LlamaPooling pooling) {
  if (context_ && pooling_ == pooling) return {};
  context_.reset();
  llama_context_params params = llama_context_default_params();
  // A text is pooled where it is computed, so it must not be split.
  params.n_ctx = params.n_batch = params.n_ubatch = most_tokens_;
  params.n_seq_max = std::min(kMaxSequences, most_tokens_);
  params.n_threads = params.n_threads_batch = threads_;
  params.pooling_type = pooling;
  params.embeddings = true;
  params.kv_unified = true;
  params.no_perf = true;
  take_llama_errors();
  try {
    const AssertionsThrow while_it_builds;
    context_.reset(llama_init_from_model(&weights_, params));
  } catch (const std::exception& exception) {
    return fail(ErrorCode::Internal,
                std::string("cannot create a context for embedding: ") + exception.what());
  }
  if (context_ && adapters_ != nullptr) {
    if (Status status = adapters_->apply(*context_, adapters_->as_loaded()); !status) {
      context_.reset();
      return status;
    }
  }
  if (!context_) {
    return fail(ErrorCode::Internal,
                "llama.cpp could not create a context for embedding: " + take_llama_errors());
  }
  if (Status first = compute_first_step(*context_); !first) {
    context_.reset();
    return first;
  }
  pooling_ = pooling;
  return {};
}

Result<std::vector<std::vector<float>>> TextEmbedder::compute(
    const std::vector<Sequence>& sequences, const std::stop_token& stop) {
  const std::size_t width = pooling_ == LLAMA_POOLING_TYPE_RANK
                                ? 1
                                : static_cast<std::size_t>(llama_model_n_embd_out(&weights_));
  const std::size_t most_sequences = std::min(kMaxSequences, most_tokens_);
  std::vector<std::vector<float>> vectors;
  std::size_t begin = 0;
  while (begin < sequences.size()) {
    std::size_t end = begin;
    std::size_t tokens = 0;
    while (end < sequences.size() && end - begin < most_sequences &&
           tokens + sequences[end].size() <= most_tokens_) {
      tokens += sequences[end++].size();
    }
    const std::span batch(sequences.data() + begin, end - begin);
    if (Status status = compute_batch(batch, stop); !status) return fail(status.error());
    for (std::size_t i = 0; i < batch.size(); ++i) {
      const float* vector = llama_get_embeddings_seq(context_.get(), static_cast<llama_seq_id>(i));
      if (vector == nullptr) return fail(ErrorCode::Internal, "llama.cpp returned no vector");
      vectors.emplace_back(vector, vector + width);
      if (!is_finite(vectors.back())) {
        return fail(ErrorCode::Internal, "the model computed a vector with NaN or infinity");
      }
    }
    begin = end;
  }
  return vectors;
}

Status TextEmbedder::compute_batch(std::span<const Sequence> sequences,
                                   const std::stop_token& stop) {
  if (stop.stop_requested()) return cancelled();
  llama_context* context = context_.get();
  llama_batch batch = llama_batch_init(static_cast<std::int32_t>(most_tokens_), 0, 1);
  for (std::size_t i = 0; i < sequences.size(); ++i) {
    for (std::size_t position = 0; position < sequences[i].size(); ++position) {
      const std::int32_t at = batch.n_tokens++;
      batch.token[at] = sequences[i][position];
      batch.pos[at] = static_cast<llama_pos>(position);
      batch.n_seq_id[at] = 1;
      batch.seq_id[at][0] = static_cast<llama_seq_id>(i);
      batch.logits[at] = 1;
    }
  }
  // Encoders have no memory to clear.
  if (llama_memory_t memory = llama_get_memory(context)) llama_memory_clear(memory, true);
  std::stop_token watched = stop;
  llama_set_abort_callback(context, should_abort, &watched);
  take_llama_errors();
  const int result = llama_model_has_encoder(&weights_) ? llama_encode(context, batch)
                                                        : llama_decode(context, batch);
  llama_set_abort_callback(context, nullptr, nullptr);
  llama_batch_free(batch);
  if (result == kDecoded) return {};
  if (result == kAborted || stop.stop_requested()) return cancelled();
  return fail(ErrorCode::Internal,
              "llama.cpp failed (" + std::to_string(result) + ") " + take_llama_errors());
}

}  // namespace pcai::backend::llamacpp
