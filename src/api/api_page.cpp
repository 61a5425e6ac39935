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

}  // namespace

std::string_view api_page_style() noexcept {
  return kStyle;
}

std::string api_page(std::span<const ApiRoute> routes) {
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
      "names it in <code>warnings</code>. <code>null</code> always means absent.</p>\n";
  for (const ApiRoute& route : routes) {
    const ApiOperation& operation = route.operation;
    page += "<h2><code>" + escaped(route.method) + " " + escaped(route.path) + "</code></h2>\n<p>" +
            escaped(operation.summary) + (route.open ? ". Needs no key." : ".") +
            (operation.streams.empty() ? "" : " Streams with <code>stream</code>.") + "</p>\n";
    if (!operation.fields) continue;
    page += "<table><tr><th>field</th><th>type</th><th></th></tr>\n";
    for (const FieldInfo& field : operation.fields()) page += row_of(field);
    page += "</table>\n";
  }
  return page + "</body></html>\n";
}

}  // namespace pcai::api
