#include "backend/llamacpp/decoding_request.h"

#include <algorithm>
#include <utility>

#include "backend/llamacpp/tokens/token_logprobs.h"

namespace pcai::backend::llamacpp {

DecodingRequest::DecodingRequest(RequestId id, const GenerateRequest& request,
                                 PreparedPrompt prompt, std::uint32_t most_tokens,
                                 const Tokenizer& tokenizer, std::shared_ptr<EventSink> sink)
    : id_(id),
      prompt_(std::move(prompt.tokens)),
      media_(std::move(prompt.media)),
      cache_scope_(request.cache_scope),
      adapters_(std::move(prompt.adapters)),
      most_tokens_(most_tokens),
      reasoning_budget_(request.params.reasoning_budget),
      reasoning_end_(std::move(prompt.reasoning_end)),
      wants_logprobs_(request.params.logprobs),
      top_logprobs_(request.params.top_logprobs),
      prompt_logprobs_(request.params.prompt_logprobs),
      tokenizer_(tokenizer),
      marks_(std::move(prompt.marks)),
      sampler_(tokenizer, request.params, prompt_, std::move(prompt.constraint)),
      answer_(request.params, std::move(prompt.stop_sequences), std::move(prompt.reader),
              std::move(sink)) {
  answer_.usage().prompt_tokens = static_cast<std::uint32_t>(prompt_.size());
  find_special_stops(request.params.stop_sequences);
  end_long_reasoning();
}

/// Special tokens have no text, so stop sequences that have their names in them are looked for by
/// token: where the name is all of it the token ends the answer, else the name counts as text for
/// the comparison alone. A mark of the format means what it means in the format.
void DecodingRequest::find_special_stops(const std::vector<std::string>& stops) {
  std::vector<std::string> names;
  for (const std::string& stop : stops) {
    for (const Token token :
         tokenizer_.tokenize(stop, false, true).value_or(std::vector<Token>{})) {
      if (!tokenizer_.piece(token).empty()) continue;
      std::string name = tokenizer_.name(token);
      if (name.empty() || std::find(marks_.begin(), marks_.end(), name) != marks_.end()) continue;
      if (name == stop) {
        stops_.emplace_back(token, std::move(name));
      } else if (stop.find(name) != std::string::npos) {
        names.push_back(std::move(name));
      }
    }
  }
  marks_.insert(marks_.end(), names.begin(), names.end());
  answer_.hide(std::move(names));
}

std::vector<MediaSpan> DecodingRequest::spans() const {
  std::vector<MediaSpan> spans;
  spans.reserve(media_.size());
  for (const auto& media : media_) spans.push_back(media->span);
  return spans;
}

void DecodingRequest::add_prompt_logprobs(std::span<const float> logits, std::uint32_t index) {
  prompt_scores_.push_back(
      token_logprobs(logits, prompt_[index], prompt_logprobs_.value_or(0), tokenizer_));
}

void DecodingRequest::send_prompt_logprobs() {
  if (prompt_sent_ == 0) {
    const Token first = prompt_.front();
    TokenLogprobs begin{{first, tokenizer_.name(first), 0}, {}};
    prompt_scores_.insert(prompt_scores_.begin(), std::move(begin));
  }
  prompt_sent_ += static_cast<std::uint32_t>(prompt_scores_.size());
  answer_.send_prompt(std::exchange(prompt_scores_, {}));
}

std::vector<Token> DecodingRequest::advance(std::span<const float> logits) {
  if (prompt_logprobs_ && prompt_sent_ == 0) send_prompt_logprobs();  // of a single token
  answer_.note_first_token();
  const std::optional<Token> token = sampler_.sample(logits);
  if (!token) {
    fail_with(sampler_.error());
    return {};
  }
  if (wants_logprobs_ && !tokenizer_.ends(*token)) {
    answer_.add_logprobs(token_logprobs(logits, *token, top_logprobs_, tokenizer_));
  }
  if (!take(*token)) return {};
  std::vector<Token> tokens{*token};
  if (wants_logprobs_) {
    sampler_.queue_forced();  // each gets its own step, whose logits tell its probability
  } else {
    for (const Token forced : sampler_.take_forced()) {
      if (!take(forced)) return {};
      tokens.push_back(forced);
    }
  }
  if (sampler_.complete()) {
    answer_.finish(FinishReason::Stop);
    return {};
  }
  return tokens;
}

/// False when the token ended the request.
bool DecodingRequest::take(Token token) {
  const auto stop = std::find_if(stops_.begin(), stops_.end(),
                                 [token](const auto& one) { return one.first == token; });
  if (stop != stops_.end()) {
    answer_.finish_at(stop->second);
    return false;
  }
  if (tokenizer_.ends(token) || answer_.add(bytes_of(token))) {
    answer_.finish(FinishReason::Stop);
    return false;
  }
  if (generated() >= most_tokens_) {
    answer_.finish(FinishReason::Length);
    return false;
  }
  end_long_reasoning();
  return true;
}

/// What a template's parser goes on to call reasoning after its end is not ended again.
void DecodingRequest::end_long_reasoning() {
  if (!reasoning_budget_ || answer_.usage().reasoning_tokens < *reasoning_budget_) return;
  if (!answer_.reasons()) return;
  sampler_.force(std::move(reasoning_end_));
  reasoning_budget_.reset();
}

/// Special tokens have no text, but the marks of the format are looked for.
std::string DecodingRequest::bytes_of(Token token) const {
  std::string bytes = tokenizer_.piece(token);
  if (!bytes.empty() || marks_.empty()) return bytes;
  std::string name = tokenizer_.name(token);
  return std::find(marks_.begin(), marks_.end(), name) != marks_.end() ? name : bytes;
}

}  // namespace pcai::backend::llamacpp
