#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace pcai {

/// A call that the model made. `arguments` is JSON text.
struct ToolCall {
  std::string id;
  std::string name;
  std::string arguments;
};

/// A function that the model may call. `parameters` is a JSON schema's text; "" = no arguments.
struct ToolDefinition {
  std::string name;
  std::string description = {};
  std::string parameters = {};
};

/// Auto: the model decides. Required: at least one call. None: the model sees no tools.
enum class ToolChoice : std::uint8_t { Auto, None, Required };

/// The functions that a request offers. Calls are held to them by constrained decoding: only names
/// that are callable, only arguments that match the schema.
struct ToolOptions {
  std::vector<ToolDefinition> definitions = {};  // as the model sees them; empty = no tools
  ToolChoice choice = ToolChoice::Auto;
  std::vector<std::string> allowed = {};  // names of those that it may call; empty = all
  bool parallel = true;                   // false: at most one call

  /// True where the model may call something.
  bool enabled() const noexcept { return !definitions.empty() && choice != ToolChoice::None; }
};

}  // namespace pcai
