#include <openssl/evp.h>

#include "anthropic/api_schemas.h"
#include "api/api_description.h"
#include "http/routes/examples.h"
#include "http/routes/routes.h"
#include "llama_server/api_schemas.h"
#include "ollama/api_schemas.h"
#include "openai/field_infos.h"

namespace pcai::http {
namespace {

std::vector<api::ApiRoute> described_routes() {
  std::vector<api::ApiRoute> described;
  for (const Route& route : routes()) {
    const bool has_body = route.pattern.method == "POST";
    described.push_back({route.pattern.method, route.pattern.path, route.open, route.api,
                         has_body ? example_body(route.pattern.path) : ""});
  }
  return described;
}

/// The page may apply its own style, and nothing else.
std::string content_security_policy() {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  const std::string_view style = api::api_page_style();
  EVP_Digest(style.data(), style.size(), digest, &size, EVP_sha256(), nullptr);
  unsigned char base64[2 * EVP_MAX_MD_SIZE];
  const int length = EVP_EncodeBlock(base64, digest, static_cast<int>(size));
  return "default-src 'none'; style-src 'sha256-" + std::string(base64, base64 + length) +
         "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}

}  // namespace

Task<void> get_openapi(Exchange& exchange) {
  static const std::string kDocument = [] {
    const std::string ours = api::to_text(openai::api_schemas());
    const std::string_view schemas[] = {ours, anthropic::anthropic_schemas(),
                                        ollama::ollama_schemas(),
                                        llama_server::llama_server_schemas()};
    return api::openapi_document(described_routes(), schemas);
  }();
  co_await exchange.reply(json_response(kDocument));
}

Task<void> get_docs(Exchange& exchange) {
  static const std::string kPolicy = content_security_policy();
  const auto model = exchange.engine().model("");
  const std::string_view host = exchange.request.header("Host");
  HttpResponse page{.body = api::api_page(described_routes(), host.empty() ? "127.0.0.1" : host,
                                          model ? model->id : "MODEL"),
                    .content_type = "text/html; charset=utf-8"};
  page.headers.push_back({"Content-Security-Policy", kPolicy});
  page.headers.push_back({"X-Content-Type-Options", "nosniff"});
  page.headers.push_back({"Referrer-Policy", "no-referrer"});
  co_await exchange.reply(std::move(page));
}

}  // namespace pcai::http
