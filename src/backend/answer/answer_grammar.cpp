#include "backend/answer/answer_grammar.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "core/path.h"

namespace pcai::backend::answer {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kAnything = R"(/(.|\n)*/)";
constexpr std::size_t kLongestPlace = 300;  // bytes
constexpr const char* kNoArguments =
    R"({"type":"object","properties":{},"additionalProperties":false})";

std::string quote(std::string_view text) {
  return Json(text).dump();
}

/// Writes the main grammar, in Lark. The others are referred to as @answer and @arguments0, ….
class AnswerWriter {
 public:
  AnswerWriter(const AnswerFormat& format, const ToolOptions& tools,
               const std::function<bool(std::string_view)>& is_token)
      : format_(format), tools_(tools), is_token_(is_token) {}

  std::string write(bool has_text, const std::vector<std::size_t>& callable) {
    std::string lark = "start: " + reasoning() + "body\n";
    const bool free = !has_text && tools_.choice != ToolChoice::Required;
    if (callable.empty()) {
      lark += "body: @answer\n";
    } else if (tools_.choice == ToolChoice::Required) {
      lark += "body: " + mark(kCallBegin) + " calls\n";
    } else if (!free) {
      lark += "body: @answer | " + mark(kCallBegin) + " calls\n";
    } else if (is_token_(kCallBegin)) {
      lark +=
          std::string("body: text (") + mark(kCallBegin) + " calls)?\ntext: " + kAnything + "\n";
    } else {
      lark += "body: text | lead calls\n";
      lark += std::string("text: ") + kAnything + "\n";
      lark += std::string("lead[lazy]: ") + kAnything + " " + quote(kCallBegin) + "\n";
    }
    if (!format_.reasoning_begin.empty()) lark += thought();
    if (!callable.empty()) lark += calls(callable);
    return lark;
  }

 private:
  std::string mark(std::string_view text) const {
    return is_token_(text) ? std::string(text) : quote(text);
  }

  std::string reasoning() const {
    if (format_.reasoning_begin.empty()) return "";
    if (format_.begins_in_reasoning) return "thought ";
    return "(" + mark(format_.reasoning_begin) + " thought)? ";
  }

  std::string thought() const {
    const std::string& end = format_.reasoning_end;
    std::string lark = "thought: thinking blanks?\nblanks: /[ \\n\\t]{1,8}/\n";
    if (is_token_(end)) return lark + "thinking: " + kAnything + " " + end + "\n";
    return lark + "thinking[lazy]: " + kAnything + " " + quote(end) + "\n";
  }

  std::string calls(const std::vector<std::size_t>& callable) const {
    const std::string again =
        tools_.parallel ? " (\"\\n\" " + mark(kCallBegin) + " call){0,15}" : "";
    std::string lark = "calls: call" + again + "\ncall: (";
    for (std::size_t i = 0; i < callable.size(); ++i) {
      std::string head(kCallHead);
      head += tools_.definitions[callable[i]].name;
      head += kCallMiddle;
      lark += (i == 0 ? "" : " | ") + quote(head) + " @arguments" + std::to_string(i);
    }
    return lark + ") \"}\\n\" " + mark(kCallEnd) + "\n";
  }

  const AnswerFormat& format_;
  const ToolOptions& tools_;
  const std::function<bool(std::string_view)>& is_token_;
};

/// A place in a client's schema, whose names may be anything, as part of a path.
std::string printable_place(std::string_view place) {
  std::string text(place.substr(0, kLongestPlace));
  if (place.size() > text.size()) text += "...";
  for (char& c : text) {
    if (static_cast<unsigned char>(c) <= ' ' || c == '\x7F') c = '_';
  }
  return text;
}

/// Indices of the functions that may be called.
std::vector<std::size_t> callable_of(const ToolOptions& tools) {
  std::vector<std::size_t> callable;
  if (!tools.enabled()) return callable;
  for (std::size_t i = 0; i < tools.definitions.size(); ++i) {
    const auto& allowed = tools.allowed;
    if (allowed.empty() ||
        std::find(allowed.begin(), allowed.end(), tools.definitions[i].name) != allowed.end()) {
      callable.push_back(i);
    }
  }
  return callable;
}

/// A compiler's error, which speaks of the grammar alone, as the request's at `path`.
Error at_path(Error error, const std::string& path) {
  if (error.code != ErrorCode::InvalidRequest) return error;
  error.field = path + printable_place(error.field);
  error.message = error.field + ": " + error.message;
  return error;
}

/// The schema of a function's arguments, which are always an object.
Result<std::string> arguments_schema(grammar::GrammarCompiler& compiler, const ToolDefinition& tool,
                                     std::size_t index, std::vector<std::string>& warnings) {
  const std::string path = item_path("tools", index) + ".parameters";
  Json schema =
      Json::parse(tool.parameters.empty() ? kNoArguments : tool.parameters, nullptr, false);
  if (!schema.is_object()) return refuse(path, "must be a JSON schema of an object");
  if (!schema.contains("type")) schema["type"] = "object";
  if (schema["type"] != "object") return refuse(path, "must have the type 'object'");
  const std::string source = schema.dump(-1, ' ', false, Json::error_handler_t::replace);
  auto prepared = compiler.prepare(source, true);
  if (!prepared) return fail(at_path(std::move(prepared.error()), path));
  for (const grammar::SchemaFault& fault : prepared->left_out) {
    warnings.push_back(path + printable_place(fault.place) + ": not enforced: " + fault.reason);
  }
  return std::move(prepared->text);
}

Json named_grammar(const std::string& name, const Grammar& grammar, const std::string& prepared) {
  if (grammar.kind == GrammarKind::JsonSchema) {
    return {{"name", name}, {"json_schema", Json::parse(prepared)}};
  }
  if (grammar.kind == GrammarKind::Lark) return {{"name", name}, {"lark_grammar", prepared}};
  std::string escaped;
  for (const char c : prepared) escaped += c == '/' ? "\\/" : c == '\n' ? "\\n" : std::string(1, c);
  return {{"name", name}, {"lark_grammar", "start: /" + escaped + "/"}};
}

}  // namespace

Result<AnswerGrammar> compile_answer(grammar::GrammarCompiler& compiler, const AnswerFormat& format,
                                     const ToolOptions& tools, const std::optional<Grammar>& text,
                                     const std::function<bool(std::string_view)>& is_token) {
  const std::vector<std::size_t> callable = callable_of(tools);
  if (!text && callable.empty()) return AnswerGrammar();
  AnswerGrammar answer;
  if (text) {  // also where it is only a part: the error is then about it alone
    auto matcher = compiler.compile(*text);
    if (!matcher) return fail(at_path(std::move(matcher.error()), "grammar"));
    if (callable.empty() && format.reasoning_begin.empty()) {
      answer.matcher = std::move(*matcher);
      return answer;
    }
  }
  Json grammars = Json::array();
  grammars.push_back(
      {{"name", "main"},
       {"lark_grammar", AnswerWriter(format, tools, is_token).write(text.has_value(), callable)}});
  if (text) {
    std::string prepared = text->source;
    if (text->kind == GrammarKind::JsonSchema) prepared = compiler.prepare(prepared, false)->text;
    grammars.push_back(named_grammar("answer", *text, prepared));
  }
  for (std::size_t i = 0; i < callable.size(); ++i) {
    const auto schema =
        arguments_schema(compiler, tools.definitions[callable[i]], callable[i], answer.warnings);
    if (!schema) return fail(schema.error());
    grammars.push_back(
        named_grammar("arguments" + std::to_string(i), {GrammarKind::JsonSchema, ""}, *schema));
  }
  auto matcher = compiler.compile_list(Json{{"grammars", std::move(grammars)}}.dump());
  if (!matcher) return fail(at_path(std::move(matcher.error()), "tools"));
  answer.matcher = std::move(*matcher);
  return answer;
}

}  // namespace pcai::backend::answer
