#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"

namespace pcai::ollama {

/// A template in Go's language, as far as one turn needs it: texts, the fields .System, .Prompt,
/// .Suffix and .Response, and conditions. Ollama's older templates are of this kind.
class GoTemplate {
 public:
  /// Fails with Unsupported for a template that needs more, and with InvalidRequest for a damaged
  /// one.
  static Result<GoTemplate> parse(std::string_view text, std::string_view field);

  struct Turn {
    std::string system = {};
    std::string prompt = {};
    std::string suffix = {};
  };

  /// The prompt of one turn: what stands before .Response.
  std::string render(const Turn& turn) const;

  /// A chat template in Jinja that writes every turn of a chat by this one.
  std::string jinja() const;

 private:
  enum class Kind : std::uint8_t { Text, Field, If };
  enum class Test : std::uint8_t { All, Any, None };

  struct Node {
    Kind kind = Kind::Text;
    std::string text = {};                 // of a text; a field's name
    Test test = Test::All;                 // of a condition
    std::vector<std::string> fields = {};  // that it looks at
    std::vector<Node> then = {};
    std::vector<Node> otherwise = {};
  };

  class Parser;

  static bool render_nodes(const std::vector<Node>& nodes, const Turn& turn, std::string& out);
  static bool write_jinja(const std::vector<Node>& nodes, bool open, std::string& out);

  std::vector<Node> nodes_;
};

}  // namespace pcai::ollama
