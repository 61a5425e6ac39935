#include "llama_server/completion_answer.h"

#include <algorithm>
#include <utility>

#include "llama_server/samplers.h"
#include "llama_server/settings_json.h"
#include "openai/error_body.h"
#include "openai/response_parts.h"

namespace pcai::llama_server {
namespace {

double share(double amount, double by) {
  return by > 0 ? amount / by : 0;
}

api::Json timings_json(const Timings& timings, const Usage& usage) {
  const std::uint32_t computed = usage.prompt_tokens - usage.cached_tokens;
  const std::uint32_t written = usage.completion_tokens;
  return {{"cache_n", usage.cached_tokens},
          {"prompt_n", computed},
          {"prompt_ms", timings.prefill_ms},
          {"prompt_per_token_ms", share(timings.prefill_ms, computed)},
          {"prompt_per_second", share(1000.0 * computed, timings.prefill_ms)},
          {"predicted_n", written},
          {"predicted_ms", timings.decode_ms},
          {"predicted_per_token_ms", share(timings.decode_ms, written)},
          {"predicted_per_second", share(1000.0 * written, timings.decode_ms)}};
}

/// As OpenAI's `logprobs.content`, with the ids.
api::Json probabilities_json(const std::vector<TokenLogprobs>& tokens) {
  std::string text;
  openai::append_logprobs(text, tokens);
  api::Json list = api::Json::parse("[" + text + "]", nullptr, false);
  for (std::size_t i = 0; i < tokens.size() && i < list.size(); ++i) {
    list[i]["id"] = tokens[i].chosen.token;
    api::Json& top = list[i]["top_logprobs"];
    for (std::size_t j = 0; j < tokens[i].top.size() && j < top.size(); ++j) {
      top[j]["id"] = tokens[i].top[j].token;
    }
  }
  return list;
}

/// The member that a path such as "timings/prompt_n" leads to; null if there is none.
const api::Json* member_at(const api::Json& json, std::string_view path) {
  const api::Json* at = &json;
  while (at != nullptr && !path.empty()) {
    const std::size_t end = std::min(path.find('/'), path.size());
    const auto found = at->is_object() ? at->find(std::string(path.substr(0, end))) : at->end();
    at = found == at->end() ? nullptr : &*found;
    path.remove_prefix(std::min(end + 1, path.size()));
  }
  return at;
}

/// The members that are wanted, each under the name that asked for it. Warnings always stay.
api::Json chosen(api::Json json, const std::optional<std::vector<std::string>>& names) {
  if (!names) return json;
  api::Json some = api::Json::object();
  for (const std::string& name : *names) {
    if (const api::Json* const member = member_at(json, name)) some[name] = *member;
  }
  if (json.contains("warnings")) some["warnings"] = std::move(json["warnings"]);
  return some;
}

std::string frame(const api::Json& json) {
  return "data: " + api::to_text(json) + "\n\n";
}

std::vector<Completion> answers_of(const CompletionHead& head) {
  std::vector<Completion> answers;
  const auto count = static_cast<std::uint32_t>(head.prompts.size()) * head.n;
  for (std::uint32_t i = 0; i < count; ++i) answers.emplace_back(head, i);
  return answers;
}

void add_warnings(CompletionHead& head, const GenerateEvent& event) {
  const auto* const warned = std::get_if<Warned>(&event);
  if (warned == nullptr) return;
  head.warnings.insert(head.warnings.end(), warned->warnings.begin(), warned->warnings.end());
}

}  // namespace

CompletionHead head_of(const CompletionRequest& request, std::string model,
                       std::vector<std::string> warnings) {
  CompletionHead head{.model = std::move(model), .warnings = std::move(warnings)};
  for (const Prompt& prompt : request.prompts) {
    const auto* const text = std::get_if<TextPrompt>(&prompt);
    head.prompts.push_back(text != nullptr ? text->text : "");
  }
  head.n = request.n;
  head.is_list = request.lists_prompts || request.n > 1;
  head.stream = request.stream;
  head.prompt_only = request.prompt_only;
  head.return_tokens = request.return_tokens;
  head.probabilities = request.probabilities.has_value();
  head.cuts = request.cuts;
  head.response_fields = request.response_fields;
  head.settings =
      settings_json(request.generate.params, request.samplers.value_or(sampler_names()));
  head.settings["stream"] = request.stream;
  return head;
}

Completion::Completion(const CompletionHead& head, std::uint32_t generation)
    : head_(&head), generation_(generation), writing_(head.cuts) {}

void Completion::end(const Usage& usage, const Timings& timings, std::string stop_type,
                     std::string word) {
  ended_ = true;
  usage_ = usage;
  timings_ = timings;
  stop_type_ = std::move(stop_type);
  stopping_word_ = std::move(word);
  if (head_->prompt_only) {
    usage_.completion_tokens = 0;
    stop_type_ = "limit";
    stopping_word_.clear();
  }
}

Completion::Piece Completion::add(const GenerateEvent& event) {
  if (ended_ || error_) return {};
  if (const auto* const finished = std::get_if<Finished>(&event)) {
    const bool word = !finished->stop_sequence.empty();
    const bool limit = writing_.cut() || finished->reason == FinishReason::Length;
    end(finished->usage, finished->timings, limit ? "limit" : (word ? "word" : "eos"),
        limit ? "" : finished->stop_sequence);
    return {};
  }
  if (const auto* const failed = std::get_if<Failed>(&event)) {
    if (stopped_ && failed->error.code == ErrorCode::Cancelled) {
      end(failed->usage, failed->timings, "limit", "");
    } else {
      error_ = failed->error;
    }
    return {};
  }
  Piece piece;
  if (const auto* const delta = std::get_if<TextDelta>(&event)) {
    if (writing_.cut() || head_->prompt_only) return {};
    piece = {std::string(writing_.take(delta->text)), delta->logprobs};
  } else if (const auto* const reasoning = std::get_if<ReasoningDelta>(&event)) {
    if (writing_.cut() || head_->prompt_only) return {};
    piece.text = writing_.take(reasoning->text);
  }
  if (writing_.cut() && !stopped_) {
    stopped_ = true;
    if (head_->stop) head_->stop(generation_);
  }
  if (!head_->stream) {
    all_.text += piece.text;
    all_.tokens.insert(all_.tokens.end(), piece.tokens.begin(), piece.tokens.end());
  }
  return piece;
}

void Completion::add_tokens(api::Json& json, const std::vector<TokenLogprobs>& tokens) const {
  json["tokens"] = api::Json::array();
  if (head_->return_tokens) {
    for (const TokenLogprobs& token : tokens) json["tokens"].push_back(token.chosen.token);
  }
  if (head_->probabilities) json["completion_probabilities"] = probabilities_json(tokens);
}

api::Json Completion::part(const Piece& piece) const {
  api::Json json = {{"index", generation_}, {"content", piece.text}};
  add_tokens(json, piece.tokens);
  json["id_slot"] = -1;
  json["stop"] = false;
  return json;
}

api::Json Completion::body(bool with_text) const {
  api::Json json = {{"index", generation_}, {"content", with_text ? all_.text : ""}};
  add_tokens(json, with_text ? all_.tokens : std::vector<TokenLogprobs>());
  json["id_slot"] = -1;
  json["stop"] = true;
  json["model"] = head_->model;
  json["tokens_predicted"] = usage_.completion_tokens;
  json["tokens_evaluated"] = usage_.prompt_tokens;
  json["tokens_cached"] = usage_.cached_tokens;
  json["generation_settings"] = head_->settings;
  json["prompt"] = head_->prompts[generation_ / head_->n];
  json["has_new_line"] = writing_.has_new_line();
  json["truncated"] = false;
  json["stop_type"] = stop_type_;
  json["stopping_word"] = stopping_word_;
  json["timings"] = timings_json(timings_, usage_);
  if (!head_->warnings.empty()) json["warnings"] = head_->warnings;
  return chosen(std::move(json), head_->response_fields);
}

CompletionBuilder::CompletionBuilder(CompletionHead head)
    : head_(std::make_shared<CompletionHead>(std::move(head))), answers_(answers_of(*head_)) {}

void CompletionBuilder::add(std::uint32_t generation, const GenerateEvent& event) {
  if (error_ || generation >= answers_.size()) return;
  add_warnings(*head_, event);
  answers_[generation].add(event);
  error_ = answers_[generation].error();
}

bool CompletionBuilder::done() const {
  return std::ranges::all_of(answers_, &Completion::done);
}

std::string CompletionBuilder::json() {
  if (!head_->is_list) return api::to_text(answers_.front().body(true));
  api::Json list = api::Json::array();
  for (const Completion& answer : answers_) list.push_back(answer.body(true));
  return api::to_text(list);
}

CompletionStream::CompletionStream(CompletionHead head)
    : head_(std::make_shared<CompletionHead>(std::move(head))), answers_(answers_of(*head_)) {}

std::string CompletionStream::add(std::uint32_t generation, const GenerateEvent& event) {
  if (failed_ || generation >= answers_.size()) return {};
  Completion& answer = answers_[generation];
  if (answer.done()) return {};
  add_warnings(*head_, event);
  const Completion::Piece piece = answer.add(event);
  if (answer.error()) {
    failed_ = true;
    return "data: " + openai::error_body(*answer.error()) + "\n\n";
  }
  if (answer.done()) return frame(answer.body(false));
  const bool shows_tokens = !piece.tokens.empty() && (head_->return_tokens || head_->probabilities);
  return piece.text.empty() && !shows_tokens ? "" : frame(answer.part(piece));
}

bool CompletionStream::done() const {
  return failed_ || std::ranges::all_of(answers_, &Completion::done);
}

}  // namespace pcai::llama_server
