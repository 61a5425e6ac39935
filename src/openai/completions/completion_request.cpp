#include "openai/completions/completion_request.h"

#include <algorithm>
#include <utility>

#include "api/fields/sampling_fields.h"
#include "api/json_reader.h"
#include "openai/dialects.h"

namespace pcai::openai {
namespace {

constexpr std::uint32_t kDefaultMaxTokens = 16;

/// Makes the prompts what stands before a gap.
Status add_suffix(CompletionRequest& request) {
  if (request.suffix.empty()) return {};
  for (Prompt& prompt : request.prompts) {
    auto* const text = std::get_if<TextPrompt>(&prompt);
    if (text == nullptr) return refuse("suffix", "needs a prompt that is text, not token ids");
    prompt = InfillPrompt{std::move(text->text), request.suffix};
  }
  return {};
}

/// What depends on more than one field.
Status check_together(api::Json& body, CompletionRequest& request) {
  if (Status checked = check_answer_fields(body, request); !checked) return checked;
  if (!api::find_member(body, "best_of")) request.best_of = request.n;
  if (request.best_of < request.n) {
    return refuse("best_of", "must be at least n, which is " + std::to_string(request.n));
  }
  if (request.stream && request.best_of > request.n) {
    return refuse("best_of", "must be n in a stream: the best is known at the end");
  }
  if (request.prompts.size() * request.best_of > kMaxCompletions) {
    return refuse("prompt", "asks for " + std::to_string(request.prompts.size()) + " times " +
                                std::to_string(request.best_of) + " answers; at most " +
                                std::to_string(kMaxCompletions) + " are made for one request");
  }
  if (request.shows_prompt_logprobs() && !request.suffix.empty()) {
    return refuse("suffix", "cannot be used with echo and logprobs: the model reads it, too");
  }
  if (Status added = add_suffix(request); !added) return added;
  for (std::size_t i = 0; i < request.prompts.size(); ++i) {
    api::Places places;
    places.add_whole("prompt", request.prompt_path(i));
    const GenerateRequest one{.prompt = request.prompts[i]};
    Status checked = api::check_request_in(kCompletionDialect, one, places);
    if (!checked) return checked;
  }
  GenerateParams& params = request.generate.params;
  if (request.shows_prompt_logprobs()) {
    params.prompt_logprobs = std::max(params.prompt_logprobs.value_or(0), params.top_logprobs);
    if (!request.prompt_logprobs) request.places.add_whole("prompt_logprobs", "echo");
  }
  Status checked = check_params(params);
  if (!checked) return fail(kCompletionDialect.translate(std::move(checked.error())));
  return checked;
}

}  // namespace

Result<CompletionRequest> parse_completion_request(std::string_view text,
                                                   const DefaultsOf& defaults_of) {
  Result<api::Json> body = api::read_json(text);
  if (!body) return fail(std::move(body).error());
  CompletionRequest request;
  request.generate.params.max_tokens = kDefaultMaxTokens;
  api::start_with_defaults(*body, defaults_of, request.generate.params);
  Status read = api::read_fields(
      *body, "", request.warnings, api::FieldSet<AnswerRequest>{answer_fields(), request},
      api::FieldSet<CompletionRequest>{completion_fields(), request},
      api::FieldSet<GenerateParams>{api::sampling_fields(), request.generate.params});
  if (read) read = check_together(*body, request);
  if (!read) return fail(std::move(read).error());
  return request;
}

}  // namespace pcai::openai
