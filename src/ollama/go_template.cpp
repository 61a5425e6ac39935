#include "ollama/go_template.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "api/json_text.h"

namespace pcai::ollama {
namespace {

constexpr std::size_t kMaxDepth = 16;
constexpr std::array<std::string_view, 4> kFields = {"System", "Prompt", "Suffix", "Response"};

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t\r\n");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t\r\n") - first + 1);
}

/// The first word, which it takes away.
std::string_view take_word(std::string_view& text) {
  text = trim(text);
  const std::string_view word = text.substr(0, text.find_first_of(" \t\r\n"));
  text.remove_prefix(word.size());
  return word;
}

std::string_view value_of(const GoTemplate::Turn& turn, std::string_view field) {
  if (field == "System") return turn.system;
  if (field == "Prompt") return turn.prompt;
  return field == "Suffix" ? turn.suffix : std::string_view();
}

}  // namespace

class GoTemplate::Parser {
 public:
  Parser(std::string_view text, std::string_view field) : rest_(text), field_(field) {}

  Result<std::vector<Node>> parse() {
    std::vector<Node> nodes;
    Status status = parse_nodes(nodes, 0);
    if (status && !end_.empty()) status = damaged("has '" + end_ + "' without 'if'");
    if (!status) return fail(status.error());
    return nodes;
  }

 private:
  tl::unexpected<Error> damaged(const std::string& why) const {
    return fail(ErrorCode::InvalidRequest, field_ + " " + why, field_);
  }

  tl::unexpected<Error> unknown(std::string_view action) const {
    return fail(ErrorCode::Unsupported,
                field_ + " has " + api::quote_text(action) +
                    ", which is not supported here; use .System, .Prompt, .Suffix, .Response, if, "
                    "else and end",
                field_);
  }

  /// Reads up to the end, or to an 'else' or 'end', which end_ then says.
  Status parse_nodes(std::vector<Node>& nodes, std::size_t depth) {
    if (depth > kMaxDepth) return damaged("is nested too deeply");
    end_.clear();
    while (!rest_.empty()) {
      const std::size_t open = rest_.find("{{");
      std::string_view text = rest_.substr(0, open);
      rest_.remove_prefix(text.size());
      const bool trims = rest_.starts_with("{{-");
      if (std::exchange(trims_next_, false)) text = left_trimmed(text);
      if (trims) text = right_trimmed(text);
      if (!text.empty()) nodes.push_back({.kind = Kind::Text, .text = std::string(text)});
      if (rest_.empty()) break;
      const std::size_t close = rest_.find("}}");
      if (close == std::string_view::npos) return damaged("has '{{' without '}}'");
      std::string_view action = rest_.substr(trims ? 3 : 2, close - (trims ? 3 : 2));
      rest_.remove_prefix(close + 2);
      if (action.ends_with('-')) {
        trims_next_ = true;
        action.remove_suffix(1);
      }
      action = trim(action);
      if (action == "end" || action.starts_with("else")) {
        end_ = action;
        return {};
      }
      if (Status status = parse_action(action, nodes, depth); !status) return status;
    }
    return {};
  }

  Status parse_action(std::string_view action, std::vector<Node>& nodes, std::size_t depth) {
    if (action.starts_with("/*")) return {};
    std::string_view rest = action;
    if (take_word(rest) == "if") return parse_if(rest, action, nodes, depth);
    const auto field = field_of(action);
    if (!field) return unknown(action);
    nodes.push_back({.kind = Kind::Field, .text = *field});
    return {};
  }

  Status parse_if(std::string_view condition, std::string_view action, std::vector<Node>& nodes,
                  std::size_t depth) {
    Node node{.kind = Kind::If};
    std::string_view words = condition;
    const std::string_view test = take_word(words);
    if (test == "or") {
      node.test = Test::Any;
    } else if (test == "not") {
      node.test = Test::None;
    } else if (test != "and") {
      words = condition;
    }
    while (!trim(words).empty()) {
      const auto field = field_of(take_word(words));
      if (!field) return unknown(action);
      node.fields.push_back(*field);
    }
    if (node.fields.empty()) return unknown(action);
    if (Status status = parse_nodes(node.then, depth + 1); !status) return status;
    if (end_.starts_with("else")) {
      std::string branch = std::exchange(end_, {});
      std::string_view rest = branch;
      rest.remove_prefix(4);
      rest = trim(rest);
      if (rest.empty()) {
        if (Status status = parse_nodes(node.otherwise, depth + 1); !status) return status;
      } else {
        // "else if" ends with the same 'end'.
        if (take_word(rest) != "if") return unknown(branch);
        if (Status status = parse_if(rest, branch, node.otherwise, depth + 1); !status) {
          return status;
        }
        end_ = "end";
      }
    }
    if (end_ != "end") return damaged("has 'if' without 'end'");
    end_.clear();
    nodes.push_back(std::move(node));
    return {};
  }

  static std::optional<std::string> field_of(std::string_view text) {
    if (text.starts_with('$')) text.remove_prefix(1);
    if (!text.starts_with('.')) return std::nullopt;
    text.remove_prefix(1);
    const bool is_known = std::find(kFields.begin(), kFields.end(), text) != kFields.end();
    return is_known ? std::optional<std::string>(text) : std::nullopt;
  }

  static std::string_view left_trimmed(std::string_view text) {
    const std::size_t first = text.find_first_not_of(" \t\r\n");
    return first == std::string_view::npos ? std::string_view() : text.substr(first);
  }

  static std::string_view right_trimmed(std::string_view text) {
    return text.substr(0, text.find_last_not_of(" \t\r\n") + 1);
  }

  std::string_view rest_;
  std::string field_;
  std::string end_;          // the action that ended the nodes; "" = the text's end
  bool trims_next_ = false;  // blanks before the next text
};

Result<GoTemplate> GoTemplate::parse(std::string_view text, std::string_view field) {
  auto nodes = Parser(text, field).parse();
  if (!nodes) return fail(nodes.error());
  GoTemplate parsed;
  parsed.nodes_ = *std::move(nodes);
  return parsed;
}

/// False once .Response has come.
bool GoTemplate::render_nodes(const std::vector<Node>& nodes, const Turn& turn, std::string& out) {
  for (const Node& node : nodes) {
    if (node.kind == Kind::Text) {
      out += node.text;
    } else if (node.kind == Kind::Field) {
      if (node.text == "Response") return false;
      out += value_of(turn, node.text);
    } else {
      const auto is_set = [&turn](const std::string& field) {
        return !value_of(turn, field).empty();
      };
      const bool any = std::any_of(node.fields.begin(), node.fields.end(), is_set);
      const bool all = std::all_of(node.fields.begin(), node.fields.end(), is_set);
      const bool holds = node.test == Test::All ? all : node.test == Test::Any ? any : !any;
      if (!render_nodes(holds ? node.then : node.otherwise, turn, out)) return false;
    }
  }
  return true;
}

std::string GoTemplate::render(const Turn& turn) const {
  std::string out;
  render_nodes(nodes_, turn, out);
  return out;
}

/// `open`: stops at .Response, and then returns false.
bool GoTemplate::write_jinja(const std::vector<Node>& nodes, bool open, std::string& out) {
  for (const Node& node : nodes) {
    if (node.kind == Kind::Text) {
      // As a literal, so that no rule about blanks between blocks touches it.
      out += "{{ " + api::to_text(api::Json(node.text)) + " }}";
    } else if (node.kind == Kind::Field) {
      if (open && node.text == "Response") return false;
      if (node.text != "Suffix") out += "{{ " + node.text + " }}";
    } else {
      std::string test;
      for (const std::string& field : node.fields) {
        test += test.empty() ? "" : node.test == Test::All ? " and " : " or ";
        test += field == "Suffix" ? "false" : field;
      }
      if (node.test == Test::None) test = "not (" + test + ")";
      out += "{% if " + test + " %}";
      const bool goes_on = write_jinja(node.then, open, out);
      bool also = true;
      if (!node.otherwise.empty()) {
        out += "{% else %}";
        also = write_jinja(node.otherwise, open, out);
      }
      out += "{% endif %}";
      if (!goes_on || !also) return false;
    }
  }
  return true;
}

std::string GoTemplate::jinja() const {
  const std::string turn = "{{ turn(ns.system, ns.prompt, ns.response) }}";
  const std::string begin =
      "{% set ns.system = '' %}{% set ns.prompt = '' %}{% set ns.response = '' %}";
  std::string out = "{% macro turn(System, Prompt, Response) %}";
  write_jinja(nodes_, false, out);
  out += "{% endmacro %}{% macro opened(System, Prompt, Response) %}";
  write_jinja(nodes_, true, out);
  out += "{% endmacro %}{% set ns = namespace(system='', prompt='', response='') %}";
  out += "{% for message in messages %}{% if message.role == 'system' %}";
  out += "{% if ns.prompt or ns.response %}" + turn + begin + "{% endif %}";
  out += "{% if ns.system %}{% set ns.system = ns.system + '\\n\\n' + message.content %}";
  out += "{% else %}{% set ns.system = message.content %}{% endif %}";
  out += "{% elif message.role == 'assistant' %}";
  out += "{% set ns.response = ns.response + message.content %}{% else %}";
  out += "{% if ns.response %}" + turn + begin + "{% endif %}";
  out += "{% if ns.prompt %}{% set ns.prompt = ns.prompt + '\\n\\n' + message.content %}";
  out += "{% else %}{% set ns.prompt = message.content %}{% endif %}{% endif %}{% endfor %}";
  out += "{% if ns.response and not add_generation_prompt %}" + turn;
  out += "{% else %}{{ opened(ns.system, ns.prompt, '') }}{{ ns.response }}{% endif %}";
  return out;
}

}  // namespace pcai::ollama
