#include "api/api_description.h"

namespace pcai::api {
namespace {

constexpr std::string_view kStyle = R"(
:root{color-scheme:light dark}
body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}
code{font-family:ui-monospace,monospace}
h2{margin-top:2.5rem;border-top:1px solid #8886;padding-top:1rem}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;padding:.25rem .75rem .25rem 0;border-bottom:1px solid #8883}
.none{opacity:.65}
pre{overflow-x:auto;padding:.5rem .75rem;border:1px solid #8883}
nav{columns:20rem;margin:1.5rem 0}
nav a{display:block}
)";

std::string escaped(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

/// "from 0 to 2", "one of a, b", "".
std::string bounds_of(const FieldInfo& field) {
  const Json schema = field_schema(field);
  std::string text;
  const auto add = [&](const char* key, const char* words) {
    if (!schema.contains(key)) return;
    text += (text.empty() ? "" : ", ") + std::string(words) + " " + to_text(schema[key]);
  };
  add("minimum", "at least");
  add("exclusiveMinimum", "over");
  add("maximum", "at most");
  add("maxItems", "items at most");
  add("maxProperties", "members at most");
  add("maxLength", "bytes at most");
  for (const std::string_view choice : field.choices) {
    text += (text.empty() ? "" : ", ") + std::string(choice);
  }
  return text;
}

std::string row_of(const FieldInfo& field) {
  const bool honoured = field.effect == FieldEffect::Honoured;
  std::string row = honoured ? "<tr>" : "<tr class=\"none\">";
  row += "<td><code>" + escaped(field.name) + "</code>" + (field.required ? " (required)" : "");
  row += "</td><td>" + escaped(to_string(field.type));
  if (const std::string bounds = bounds_of(field); !bounds.empty()) row += "; " + escaped(bounds);
  row += "</td><td>";
  if (field.effect == FieldEffect::Ignored) row += "Has no effect: ";
  if (field.effect == FieldEffect::Unsupported) row += "Not supported: ";
  row += escaped(field.description);
  if (!field.default_json.empty()) {
    row += " <small>(default " + escaped(field.default_json) + ")</small>";
  }
  return row + "</td></tr>\n";
}

/// "post-v1-chat-completions"
std::string anchor_of(const ApiRoute& route) {
  std::string anchor;
  for (const char c : std::string(route.method) + std::string(route.path)) {
    const bool is_letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (c >= 'A' && c <= 'Z') {
      anchor += static_cast<char>(c - 'A' + 'a');
    } else if (is_letter) {
      anchor += c;
    } else if (anchor.empty() || anchor.back() != '-') {
      anchor += '-';
    }
  }
  return anchor;
}

std::string contents_of(std::span<const ApiRoute> routes) {
  std::string list = "<nav aria-label=\"Contents\">\n";
  for (const ApiRoute& route : routes) {
    list += "<a href=\"#" + anchor_of(route) + "\"><code>" + escaped(route.method) + " " +
            escaped(route.path) + "</code></a>\n";
  }
  return list + "</nav>\n";
}

std::string replaced(std::string text, std::string_view from, std::string_view to) {
  for (std::size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size()) {
    text.replace(at, from.size(), to);
  }
  return text;
}

/// A command to paste into a shell.
std::string example_of(const ApiRoute& route, std::string_view host, std::string_view model) {
  const std::string name = Json(model).dump(-1, ' ', true, Json::error_handler_t::replace);
  const std::string body = replaced(std::string(route.example), "\"MODEL\"", name);
  const std::string command = "curl " + std::string(host) + std::string(route.path) +
                              " \\\n  -H 'Content-Type: application/json' \\\n  -d '" +
                              replaced(body, "'", "'\\''") + "'";
  return "<pre><code>" + escaped(command) + "</code></pre>\n";
}

}  // namespace

std::string_view api_page_style() noexcept {
  return kStyle;
}

std::string api_page(std::span<const ApiRoute> routes, std::string_view host,
                     std::string_view model) {
  std::string page =
      "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
      "<meta name=\"viewport\" content=\"width=device-width\"><title>PCAI-Inference: the "
      "API</title>"
      "<style>";
  page += kStyle;
  page +=
      "</style></head><body>\n<h1>PCAI-Inference: the API</h1>\n"
      "<p>For programs: <a href=\"/openapi.json\"><code>/openapi.json</code></a>. A field that is "
      "not listed here is refused by name. One that has no effect is accepted, and the answer "
      "names it in <code>warnings</code>. <code>null</code> always means absent. A server with an "
      "API "
      "key wants <code>-H 'Authorization: Bearer KEY'</code> with each example.</p>\n";
  page += contents_of(routes);
  for (const ApiRoute& route : routes) {
    const ApiOperation& operation = route.operation;
    page += "<h2 id=\"" + anchor_of(route) + "\"><code>" + escaped(route.method) + " " +
            escaped(route.path) + "</code></h2>\n<p>" + escaped(operation.summary) +
            (route.open ? ". Needs no key." : ".") +
            (operation.streams.empty() ? "" : " Streams with <code>stream</code>.") + "</p>\n";
    if (!route.example.empty()) page += example_of(route, host, model);
    if (!operation.fields) continue;
    page += "<table><tr><th>field</th><th>type</th><th></th></tr>\n";
    for (const FieldInfo& field : operation.fields()) page += row_of(field);
    page += "</table>\n";
  }
  return page + "</body></html>\n";
}

}  // namespace pcai::api
