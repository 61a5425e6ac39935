#include "llama_server/completion_request.h"

#include <utility>

#include "api/api_description.h"
#include "api/fields/sampling_fields.h"
#include "api/json_reader.h"
#include "llama_server/completion_fields.h"
#include "llama_server/dialects.h"
#include "llama_server/samplers.h"

namespace pcai::llama_server {
namespace {

using Request = CompletionRequest;

/// Reads the body's fields: those of both routes, and those of one.
template <class Target>
Status read_body(std::string_view text, const DefaultsOf& defaults_of, Request& request,
                 api::FieldSet<Target> own) {
  Result<api::Json> body = api::read_json(text);
  if (!body) return fail(std::move(body).error());
  request.generate.params.max_tokens = kMaxTokenCount;
  api::start_with_defaults(*body, defaults_of, request.generate.params);
  return api::read_fields(*body, "", request.warnings,
                          api::FieldSet<openai::AnswerRequest>{openai_fields(), request},
                          api::FieldSet<GenerateParams>{sampling_fields(), request.generate.params},
                          api::FieldSet<Request>{shared_fields(), request}, own);
}

/// What depends on more than one field.
Status check_together(const api::Dialect& dialect, Request& request) {
  GenerateParams& params = request.generate.params;
  if (request.samplers) {
    request.samplers = use_samplers(*request.samplers, request.warnings, params);
  }
  // The ids of an answer's tokens come with their probabilities.
  if (request.return_tokens) params.logprobs = true;
  if (request.prompts.size() * request.n > kMaxAnswers) {
    return fail(ErrorCode::InvalidRequest,
                "n_cmpl asks for " + std::to_string(request.prompts.size()) + " times " +
                    std::to_string(request.n) + " answers; at most " + std::to_string(kMaxAnswers) +
                    " are made for one request",
                "n_cmpl");
  }
  for (std::size_t i = 0; i < request.prompts.size(); ++i) {
    api::Places places;
    if (request.lists_prompts) places.add_whole("prompt", request.prompt_path(i));
    const GenerateRequest one{.prompt = request.prompts[i]};
    if (Status checked = api::check_request_in(dialect, one, places); !checked) return checked;
  }
  Status checked = check_params(params);
  if (!checked) return fail(dialect.translate(std::move(checked.error()), request.places));
  return checked;
}

template <class Target>
std::vector<api::FieldInfo> infos_with(std::span<const api::Field<Target>> own) {
  std::vector<api::FieldInfo> infos;
  api::append_infos(infos, own);
  api::append_infos(infos, openai_fields());
  api::append_infos(infos, shared_fields());
  api::append_infos(infos, sampling_fields());
  return infos;
}

}  // namespace

Result<Request> parse_completion(std::string_view text, const DefaultsOf& defaults_of) {
  Request request;
  Status read =
      read_body(text, defaults_of, request, api::FieldSet<Request>{prompt_fields(), request});
  if (read) read = check_together(kLlamaCompletionDialect, request);
  if (!read) return fail(std::move(read).error());
  return request;
}

Result<Request> parse_infill(std::string_view text, const DefaultsOf& defaults_of) {
  Request request;
  Gap gap;
  Status read = read_body(text, defaults_of, request, api::FieldSet<Gap>{infill_fields(), gap});
  if (read) {
    request.prompts.emplace_back(std::move(gap).prompt());
    read = check_together(kLlamaInfillDialect, request);
  }
  if (!read) return fail(std::move(read).error());
  return request;
}

std::vector<api::FieldInfo> completion_field_infos() {
  return infos_with(prompt_fields());
}

std::vector<api::FieldInfo> infill_field_infos() {
  return infos_with(infill_fields());
}

}  // namespace pcai::llama_server
