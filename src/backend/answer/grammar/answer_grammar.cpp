#include "backend/answer/grammar/answer_grammar.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "backend/answer/grammar/arguments_grammar.h"
#include "backend/answer/grammar/harmony_grammar.h"
#include "backend/answer/grammar/lead_grammar.h"
#include "backend/answer/grammar/marked_grammar.h"
#include "backend/answer/marked/family_marks.h"
#include "core/path.h"
#include "grammar/gbnf/gbnf.h"

namespace pcai::backend::answer {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLongestPlace = 300;  // bytes
constexpr const char* kNoArguments =
    R"({"type":"object","properties":{},"additionalProperties":false})";

/// Writes the main grammar, in Lark. The others are referred to as @answer and @arguments0, ….
class AnswerWriter {
 public:
  AnswerWriter(const AnswerFormat& format, const ToolOptions& tools, const TokenOf& token_of)
      : format_(format), tools_(tools), token_of_(token_of) {}

  std::string write(bool has_text, const std::vector<std::size_t>& callable) {
    std::string lark = "start: " + reasoning() + "body\n";
    const bool free = !has_text && tools_.choice != ToolChoice::Required;
    if (callable.empty()) {
      lark += "body: @answer\n";
    } else if (tools_.choice == ToolChoice::Required) {
      lark += "body: " + mark(kCallBegin) + " calls\n";
    } else if (!free) {
      lark += "body: @answer | " + mark(kCallBegin) + " calls\n";
    } else if (token_of_(kCallBegin)) {
      lark += std::string("body: text (") + mark(kCallBegin) + " calls)?\ntext: " + kAnyText + "\n";
    } else {
      lark += "body: text | lead calls\n";
      lark += std::string("text: ") + kAnyText + "\n";
      lark += std::string("lead[lazy]: ") + kAnyText + " " + lark_string(kCallBegin) + "\n";
    }
    lark += lark_thought(format_, token_of_);
    if (!callable.empty()) lark += calls(callable);
    return lark;
  }

 private:
  std::string mark(std::string_view text) const { return lark_mark(text, token_of_); }

  std::string reasoning() const { return lark_reasoning(format_, token_of_); }

  /// A new line does not oblige to another call: many models write one at the end.
  std::string calls(const std::vector<std::size_t>& callable) const {
    const std::string again =
        tools_.parallel ? " (\"\\n\" " + mark(kCallBegin) + " call){0,15} \"\\n\"?" : "";
    std::string lark = "calls: call" + again + "\ncall: (";
    for (std::size_t i = 0; i < callable.size(); ++i) {
      std::string head(kCallHead);
      head += tools_.definitions[callable[i]].name;
      head += kCallMiddle;
      lark += (i == 0 ? "" : " | ") + lark_string(head) + " @arguments" + std::to_string(i);
    }
    return lark + ") \"}\\n\" " + mark(kCallEnd) + "\n";
  }

  const AnswerFormat& format_;
  const ToolOptions& tools_;
  const TokenOf& token_of_;
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

std::string write_main(const AnswerFormat& format, const ToolOptions& tools,
                       const TokenOf& token_of, bool has_text,
                       const std::vector<std::size_t>& callable) {
  const bool has_family = format.family != nullptr;
  if (!format.harmony && !has_family) {
    return AnswerWriter(format, tools, token_of).write(has_text, callable);
  }
  std::vector<std::string> names;
  for (const std::size_t index : callable) names.push_back(tools.definitions[index].name);
  if (has_family) {
    const bool json = format.family->arguments == ArgumentSyntax::Json;
    std::vector<std::string> arguments;
    for (std::size_t i = 0; i < names.size(); ++i) {
      arguments.push_back((json ? "@arguments" : "arguments") + std::to_string(i));
    }
    return marked_grammar({.format = format,
                           .has_text = has_text,
                           .required = tools.choice == ToolChoice::Required,
                           .functions = std::move(names),
                           .arguments = std::move(arguments)},
                          token_of);
  }
  return harmony_grammar({.begun = format.begun,
                          .has_text = has_text,
                          .required = tools.choice == ToolChoice::Required,
                          .functions = std::move(names)},
                         token_of);
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
  if (grammar.kind != GrammarKind::Regex) return {{"name", name}, {"lark_grammar", prepared}};
  std::string escaped;
  for (const char c : prepared) escaped += c == '/' ? "\\/" : c == '\n' ? "\\n" : std::string(1, c);
  return {{"name", name}, {"lark_grammar", "start: /" + escaped + "/"}};
}

}  // namespace

Result<AnswerGrammar> compile_answer(grammar::GrammarCompiler& compiler, const AnswerFormat& format,
                                     const ToolOptions& tools, const std::optional<Grammar>& text,
                                     const TokenOf& token_of) {
  const std::vector<std::size_t> callable = callable_of(tools);
  if (!text && callable.empty()) return AnswerGrammar();
  AnswerGrammar answer;
  if (text) {  // also where it is only a part: the error is then about it alone
    auto matcher = compiler.compile(*text);
    if (!matcher) return fail(at_path(std::move(matcher.error()), "grammar"));
    if (callable.empty() && format.reasoning_begin.empty() && format.family == nullptr) {
      answer.matcher = std::move(*matcher);
      return answer;
    }
  }
  std::string main = write_main(format, tools, token_of, text.has_value(), callable);
  Json grammars = Json::array();
  if (text) {
    std::string prepared = text->source;
    if (text->kind == GrammarKind::JsonSchema) prepared = compiler.prepare(prepared, false)->text;
    if (text->kind == GrammarKind::Gbnf) prepared = *grammar::lark_of_gbnf(prepared);
    grammars.push_back(named_grammar("answer", *text, prepared));
  }
  for (std::size_t i = 0; i < callable.size(); ++i) {
    const auto schema =
        arguments_schema(compiler, tools.definitions[callable[i]], callable[i], answer.warnings);
    if (!schema) return fail(schema.error());
    const std::string name = "arguments" + std::to_string(i);
    if (format.family != nullptr && format.family->arguments != ArgumentSyntax::Json) {
      ArgumentsGrammar written =
          arguments_grammar(*format.family, name, Json::parse(*schema), token_of);
      main += written.rules;
      grammars.insert(grammars.end(), written.grammars.begin(), written.grammars.end());
    } else {
      grammars.push_back(named_grammar(name, {GrammarKind::JsonSchema, ""}, *schema));
    }
  }
  grammars.insert(grammars.begin(), Json{{"name", "main"}, {"lark_grammar", std::move(main)}});
  auto matcher = compiler.compile_list(Json{{"grammars", std::move(grammars)}}.dump());
  if (!matcher) return fail(at_path(std::move(matcher.error()), "tools"));
  answer.matcher = std::move(*matcher);
  return answer;
}

}  // namespace pcai::backend::answer
