#include "http/routes.h"

#include <array>

namespace pcai {

std::span<const Route> routes() {
  static constexpr std::array kRoutes = {
      Route{{"GET", "/health"}, get_health, true, {"OK while the server runs"}},
      Route{{"GET", "/ready"}, get_ready, true, {"OK once the default model is loaded"}},
      Route{{"GET", "/metrics"}, get_metrics},
      Route{{"GET", "/openapi.json"}, get_openapi, false, {"This description", {}, "OpenApi"}},
      Route{{"GET", "/docs"}, get_docs},
      Route{{"GET", "/v1/models"}, get_models, false, {"All models", {}, "ModelList"}},
      Route{{"GET", "/v1/models/{id}"}, get_model, false, {"One model", {}, "Model"}},
      Route{{"POST", "/v1/chat/completions"},
            post_chat_completions,
            false,
            {"Answers a chat", chat_field_infos, "ChatCompletion", true}},
      Route{{"POST", "/v1/chat/completions/input_tokens"},
            post_chat_input_tokens,
            false,
            {"Counts the tokens of a chat's prompt", chat_field_infos, "InputTokens"}},
      Route{{"POST", "/v1/completions"},
            post_completions,
            false,
            {"Goes on with a text", completion_field_infos, "Completion", true}},
      Route{{"POST", "/v1/responses"},
            post_responses,
            false,
            {"Answers a chat, and keeps the response", responses_field_infos, "Response", true}},
      Route{{"POST", "/v1/responses/input_tokens"},
            post_responses_input_tokens,
            false,
            {"Counts the tokens of a response's prompt", responses_field_infos, "InputTokens"}},
      Route{{"POST", "/v1/responses/{id}/cancel"},
            cancel_response,
            false,
            {"Ends a response that runs", {}, "Response"}},
      Route{{"GET", "/v1/responses/{id}"},
            get_response,
            false,
            {"A response that runs or is kept", {}, "Response"}},
      Route{{"DELETE", "/v1/responses/{id}"},
            delete_response,
            false,
            {"Forgets a response", {}, "DeletedResponse"}},
      Route{{"POST", "/v1/embeddings"}, post_embeddings},
      Route{{"POST", "/v1/rerank"}, post_rerank},
      Route{{"POST", "/tokenize"}, post_tokenize},
      Route{{"POST", "/detokenize"}, post_detokenize},
      Route{{"POST", "/apply-template"}, post_apply_template},
      Route{{"POST", "/v1/messages"}, post_messages, false, {}, &kAnthropic},
      Route{{"POST", "/v1/messages/count_tokens"}, post_count_tokens, false, {}, &kAnthropic},
      Route{{"POST", "/api/chat"}, post_ollama_chat, false, {}, &kOllama},
      Route{{"POST", "/api/generate"}, post_ollama_generate, false, {}, &kOllama},
      Route{{"POST", "/api/embed"}, post_ollama_embed, false, {}, &kOllama},
      Route{{"POST", "/api/embeddings"}, post_ollama_embeddings, false, {}, &kOllama},
      Route{{"GET", "/api/tags"}, get_ollama_tags, false, {}, &kOllama},
      Route{{"GET", "/api/ps"}, get_ollama_ps, false, {}, &kOllama},
      Route{{"POST", "/api/show"}, post_ollama_show, false, {}, &kOllama},
      Route{{"GET", "/api/version"}, get_ollama_version, false, {}, &kOllama},
  };
  return kRoutes;
}

}  // namespace pcai
