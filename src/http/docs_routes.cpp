#include <openssl/evp.h>

#include "anthropic/api_schemas.h"
#include "http/routes.h"
#include "ollama/api_schemas.h"
#include "openai/api_description.h"

namespace pcai {
namespace {

std::vector<ApiRoute> described_routes() {
  std::vector<ApiRoute> described;
  for (const Route& route : routes()) {
    described.push_back({route.pattern.method, route.pattern.path, route.open, route.api});
  }
  return described;
}

/// The page may apply its own style, and nothing else.
std::string content_security_policy() {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  const std::string_view style = api_page_style();
  EVP_Digest(style.data(), style.size(), digest, &size, EVP_sha256(), nullptr);
  unsigned char base64[2 * EVP_MAX_MD_SIZE];
  const int length = EVP_EncodeBlock(base64, digest, static_cast<int>(size));
  return "default-src 'none'; style-src 'sha256-" + std::string(base64, base64 + length) +
         "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";
}

}  // namespace

Task<void> get_openapi(Exchange& exchange) {
  static const std::string kDocument = [] {
    const std::string_view more[] = {anthropic_schemas(), ollama_schemas()};
    return openapi_document(described_routes(), more);
  }();
  co_await exchange.reply(json_response(kDocument));
}

Task<void> get_docs(Exchange& exchange) {
  static const std::string kPage = api_page(described_routes());
  static const std::string kPolicy = content_security_policy();
  HttpResponse page{.body = kPage, .content_type = "text/html; charset=utf-8"};
  page.headers.push_back({"Content-Security-Policy", kPolicy});
  page.headers.push_back({"X-Content-Type-Options", "nosniff"});
  page.headers.push_back({"Referrer-Policy", "no-referrer"});
  co_await exchange.reply(std::move(page));
}

}  // namespace pcai
