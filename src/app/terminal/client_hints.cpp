#include "app/terminal/client_hints.h"

#include <fmt/core.h>

#include "app/terminal/terminal.h"

namespace pcai::app {

std::string client_hints(const std::string& url, const std::string& model, bool needs_key) {
  const std::string key = needs_key ? " -H \"Authorization: Bearer $KEY\"" : "";
  return fmt::format(
      "try it: curl {}/v1/chat/completions{} -H 'Content-Type: application/json' -d "
      "'{{\"messages\": [{{\"role\": \"user\", \"content\": \"Hello\"}}]}}'\n"
      "clients: base URL {}/v1, API key {}, model {}\n",
      url, key, url, needs_key ? "one of this server's" : "any text", terminal_safe(model));
}

}  // namespace pcai::app
