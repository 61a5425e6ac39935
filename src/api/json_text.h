#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace pcai::api {

/// JSON as this room reads and writes it. Ordered, because the order of a tool schema's keys
/// reaches the model's prompt.
using Json = nlohmann::ordered_json;

/// Compact JSON text. Invalid UTF-8 becomes U+FFFD, so the result always is UTF-8.
std::string to_text(const Json& value);

/// Appends `text` as a JSON string with its quotes, under the same rule.
void append_string(std::string& out, std::string_view text);

/// Appends the shortest decimal that reads back as the same number; NaN and infinities become 0.
void append_number(std::string& out, double number);
void append_number(std::string& out, float number);
void append_number(std::string& out, std::int64_t number);

/// The text in quotes for an error message, cut to about 64 bytes between code points.
std::string quote_text(std::string_view text);

}  // namespace pcai::api
