#include "http/routes/routes.h"

#include <array>

#include "anthropic/api_schemas.h"
#include "anthropic/dialect.h"
#include "llama_server/completion_request.h"
#include "llama_server/dialects.h"
#include "ollama/api_schemas.h"
#include "ollama/dialects.h"
#include "ollama/model_requests.h"
#include "openai/embeddings/embedding_request.h"
#include "openai/field_infos.h"
#include "openai/models/model_request.h"
#include "openai/token_request.h"

namespace pcai::http {
namespace {

constexpr std::string_view kEvents = "text/event-stream";
constexpr std::string_view kLines = "application/x-ndjson";

using Handler = Task<void> (*)(Exchange&);

constexpr Route anthropic(std::string_view path, Handler handler, api::ApiOperation api) {
  api.error = "AnthropicError";
  return {{"POST", path}, handler, false, api, &anthropic::kAnthropicDialect};
}

constexpr Route ollama(RoutePattern pattern, Handler handler, api::ApiOperation api,
                       const api::Dialect& dialect = ollama::kOllamaDialect) {
  api.error = "OllamaError";
  return {pattern, handler, false, api, &dialect};
}

// Of an uploaded model.
constexpr std::uint64_t kMaxBlobBytes = 256ULL << 30;

constexpr Route blob(Route route) {
  route.max_body_bytes = kMaxBlobBytes;
  return route;
}

/// True for the path itself and all below it.
bool is_below(std::string_view path, std::string_view folder) {
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

}  // namespace

const api::Dialect& dialect_of(std::string_view target) noexcept {
  const std::string path = target_path(target);
  if (is_below(path, "/api")) return ollama::kOllamaDialect;
  if (is_below(path, "/v1/messages")) return anthropic::kAnthropicDialect;
  return openai::kPlainDialect;
}

std::span<const Route> routes() {
  static constexpr std::array kRoutes = {
      Route{{"GET", "/"}, get_root, true, {"Says that the server runs, in Ollama's words"}},
      Route{{"GET", "/health"}, get_health, true, {"OK while the server runs"}},
      Route{{"GET", "/ready"}, get_ready, true, {"OK once the default model is loaded"}},
      Route{{"GET", "/metrics"}, get_metrics, false, {"Counters for Prometheus"}},
      Route{{"GET", "/openapi.json"}, get_openapi, false, {"This description", {}, "OpenApi"}},
      Route{{"GET", "/docs"},
            get_docs,
            false,
            {"This description as a page", {}, {}, {}, "text/html"}},
      Route{{"GET", "/v1/models"}, get_models, false, {"All models", {}, "ModelList"}},
      Route{{"POST", "/v1/models/load"},
            post_load_model,
            false,
            {"Loads a model; needs a server with a key",
             api::infos_of<openai::model_request_fields>, "Model", kEvents}},
      Route{{"POST", "/v1/models/unload"},
            post_unload_model,
            false,
            {"Unloads a model; needs a server with a key",
             api::infos_of<openai::model_request_fields>, "Model", kEvents}},
      Route{{"POST", "/v1/models/pull"},
            post_pull_model,
            false,
            {"Downloads a model; needs a server with a key",
             api::infos_of<openai::model_request_fields>, "PulledModel", kEvents}},
      Route{{"GET", "/v1/models/{id}"}, get_model, false, {"One model", {}, "Model"}},
      Route{{"POST", "/v1/chat/completions"},
            post_chat_completions,
            false,
            {"Answers a chat", openai::chat_field_infos, "ChatCompletion", kEvents},
            &openai::kChatDialect},
      Route{{"POST", "/v1/chat/completions/input_tokens"},
            post_chat_input_tokens,
            false,
            {"Counts the tokens of a chat's prompt", openai::chat_field_infos, "InputTokens"},
            &openai::kChatDialect},
      Route{{"POST", "/v1/completions"},
            post_completions,
            false,
            {"Continues a text", openai::completion_field_infos, "Completion", kEvents},
            &openai::kCompletionDialect},
      Route{{"POST", "/v1/responses"},
            post_responses,
            false,
            {"Answers a chat and stores the response", openai::responses_field_infos, "Response",
             kEvents},
            &openai::kResponsesDialect},
      Route{{"POST", "/v1/responses/input_tokens"},
            post_responses_input_tokens,
            false,
            {"Counts the tokens of a response's prompt", openai::responses_field_infos,
             "InputTokens"},
            &openai::kResponsesDialect},
      Route{{"POST", "/v1/responses/{id}/cancel"},
            cancel_response,
            false,
            {"Cancels a running response", {}, "Response"}},
      Route{{"GET", "/v1/responses/{id}"},
            get_response,
            false,
            {"A running or stored response", {}, "Response"}},
      Route{{"DELETE", "/v1/responses/{id}"},
            delete_response,
            false,
            {"Deletes a response", {}, "DeletedResponse"}},
      Route{{"POST", "/v1/embeddings"},
            post_embeddings,
            false,
            {"Turns texts into vectors", api::infos_of<openai::embedding_fields>, "Embeddings"},
            &openai::kEmbeddingDialect},
      Route{{"POST", "/v1/rerank"},
            post_rerank,
            false,
            {"Ranks documents by relevance to a query", api::infos_of<openai::rerank_fields>,
             "Ranking"},
            &openai::kRerankDialect},
      Route{{"POST", "/tokenize"},
            post_tokenize,
            false,
            {"A text's tokens", api::infos_of<openai::tokenize_fields>, "Tokens"},
            &openai::kTokenizeDialect},
      Route{{"POST", "/detokenize"},
            post_detokenize,
            false,
            {"The text of tokens", api::infos_of<openai::detokenize_fields>, "Content"},
            &openai::kDetokenizeDialect},
      Route{{"POST", "/apply-template"},
            post_apply_template,
            false,
            {"A chat as the model reads it", openai::chat_field_infos, "RenderedPrompt"},
            &openai::kChatDialect},
      Route{{"POST", "/completion"},
            post_llama_completion,
            false,
            {"Continues a text, as llama-server does", llama_server::completion_field_infos,
             "LlamaCompletion", kEvents},
            &llama_server::kLlamaCompletionDialect},
      Route{{"POST", "/infill"},
            post_llama_infill,
            false,
            {"Does fill-in-the-middle, as llama-server does", llama_server::infill_field_infos,
             "LlamaCompletion", kEvents},
            &llama_server::kLlamaInfillDialect},
      Route{{"GET", "/props"},
            get_llama_props,
            false,
            {"The default model as llama-server tells it; ?model=ID = another one",
             {},
             "LlamaProps"}},
      Route{{"GET", "/slots"},
            get_llama_slots,
            false,
            {"How many requests run, as llama-server tells it", {}, "LlamaSlots"}},
      anthropic("/v1/messages", post_messages,
                {"Answers a chat", anthropic::messages_field_infos, "AnthropicMessage", kEvents}),
      anthropic("/v1/messages/count_tokens", post_count_tokens,
                {"Counts the tokens of a chat's prompt", anthropic::messages_field_infos,
                 "AnthropicTokens"}),
      ollama({"POST", "/api/chat"}, post_ollama_chat,
             {"Answers a chat", ollama::ollama_chat_field_infos, "OllamaAnswer", kLines},
             ollama::kOllamaChatDialect),
      ollama({"POST", "/api/generate"}, post_ollama_generate,
             {"Answers a prompt", ollama::ollama_generate_field_infos, "OllamaAnswer", kLines},
             ollama::kOllamaGenerateDialect),
      ollama({"POST", "/api/embed"}, post_ollama_embed,
             {"Turns texts into vectors", ollama::ollama_embed_field_infos, "OllamaVectors"},
             ollama::kOllamaEmbedDialect),
      ollama({"POST", "/api/embeddings"}, post_ollama_embeddings,
             {"Turns a text into a vector", ollama::ollama_embeddings_field_infos, "OllamaVector"},
             ollama::kOllamaEmbeddingsDialect),
      ollama({"GET", "/api/tags"}, get_ollama_tags, {"All models", {}, "OllamaModels"}),
      ollama({"GET", "/api/ps"}, get_ollama_ps, {"The loaded models", {}, "OllamaModels"}),
      ollama({"POST", "/api/show"}, post_ollama_show,
             {"One model", ollama::ollama_show_field_infos, "OllamaShow"}),
      ollama({"GET", "/api/version"}, get_ollama_version,
             {"The release whose API this is", {}, "OllamaVersion"}),
      ollama({"POST", "/api/pull"}, post_ollama_pull,
             {"Downloads a model; see manage_models", ollama::ollama_pull_field_infos,
              "OllamaProgress", kLines}),
      ollama(
          {"POST", "/api/push"}, post_ollama_push,
          {"Refused: models are not published", ollama::ollama_pull_field_infos, "OllamaProgress"}),
      ollama({"POST", "/api/create"}, post_ollama_create,
             {"Makes a model of another one; see manage_models", ollama::ollama_create_field_infos,
              "OllamaProgress", kLines}),
      ollama({"POST", "/api/copy"}, post_ollama_copy,
             {"Gives a model another name; see manage_models", ollama::ollama_copy_field_infos}),
      ollama({"DELETE", "/api/delete"}, delete_ollama_model,
             {"Removes a model; see manage_models", ollama::ollama_delete_field_infos}),
      ollama({"GET", "/api/blobs/{id}"}, get_ollama_blob,
             {"Whether a file was uploaded; see manage_models"}),
      blob(ollama({"POST", "/api/blobs/{id}"}, post_ollama_blob,
                  {"Uploads a GGUF file; see manage_models"})),
  };
  return kRoutes;
}

}  // namespace pcai::http
