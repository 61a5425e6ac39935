#include "http/routes.h"

#include <array>

namespace pcai {

std::span<const Route> routes() {
  static constexpr std::array kRoutes = {
      Route{{"GET", "/health"}, get_health, true},
      Route{{"GET", "/ready"}, get_ready, true},
      Route{{"GET", "/metrics"}, get_metrics},
      Route{{"GET", "/v1/models"}, get_models},
      Route{{"GET", "/v1/models/{id}"}, get_model},
      Route{{"POST", "/v1/chat/completions"}, post_chat_completions},
      Route{{"POST", "/v1/embeddings"}, post_embeddings},
      Route{{"POST", "/v1/rerank"}, post_rerank},
      Route{{"POST", "/tokenize"}, post_tokenize},
      Route{{"POST", "/detokenize"}, post_detokenize},
      Route{{"POST", "/apply-template"}, post_apply_template},
      Route{{"POST", "/v1/messages"}, post_messages, false, &kAnthropic},
      Route{{"POST", "/v1/messages/count_tokens"}, post_count_tokens, false, &kAnthropic},
  };
  return kRoutes;
}

}  // namespace pcai
