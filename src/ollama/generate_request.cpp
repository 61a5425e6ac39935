#include "ollama/generate_request.h"

#include <utility>

#include "api/api_description.h"
#include "api/fields/continuation.h"
#include "api/fields/keep_alive_field.h"
#include "api/fields/media_part.h"
#include "api/fields/parameter_field.h"
#include "api/fields/sampling_fields.h"
#include "api/fields/schema_text.h"
#include "api/json_reader.h"
#include "ollama/api_schemas.h"
#include "ollama/chat_messages.h"
#include "ollama/dialects.h"
#include "ollama/go_template.h"
#include "openai/tool_fields.h"

namespace pcai::ollama {
namespace {

using Request = OllamaRequest;

constexpr Range kModelBytes{1, kMaxModelNameBytes};

ChatPrompt& chat_of(Request& request) {
  return std::get<ChatPrompt>(request.generate.prompt);
}

Status read_model(api::Json& value, const std::string&, Request& request) {
  request.generate.model = std::move(value.get_ref<std::string&>());
  return {};
}

/// "json", a JSON schema, or "" for any text.
Status read_format(api::Json& value, const std::string& path, Request& request) {
  std::optional<Grammar>& grammar = request.generate.params.grammar;
  if (value.is_object()) {
    auto text = api::schema_text(value, path);
    if (!text) return fail(std::move(text).error());
    grammar = Grammar{GrammarKind::JsonSchema, *std::move(text)};
    return {};
  }
  const std::string& name = value.get_ref<const std::string&>();
  if (name.empty()) return {};
  if (name != "json") {
    return fail(ErrorCode::InvalidRequest,
                path + " must be 'json' or a JSON schema, not " + api::quote_text(name), path);
  }
  grammar = Grammar{GrammarKind::JsonSchema, R"({"type":"object"})"};
  return {};
}

Status read_think(api::Json& value, const std::string& path, Request& request) {
  if (value.is_boolean()) {
    chat_of(request).reasoning = value.get<bool>();
    return {};
  }
  if (value == "high" || value == "medium" || value == "low") {
    chat_of(request).reasoning = true;
    chat_of(request).template_arguments.push_back({"reasoning_effort", api::to_text(value)});
    return {};
  }
  return fail(ErrorCode::InvalidRequest,
              path + " must be a boolean, or high, medium or low, not " + api::to_text(value),
              path);
}

Status read_options_field(api::Json& value, const std::string& path, Request& request) {
  return read_options(value, path, request.warnings, request.generate.params);
}

Status read_tools_field(api::Json& value, const std::string& path, Request& request) {
  return openai::read_tools(value, path, openai::ToolShape::Nested, chat_of(request).tools,
                            request.warnings);
}

/// Comes after the tools. Ollama has no such field, but its clients for several APIs send it.
Status read_choice_field(api::Json& value, const std::string& path, Request& request) {
  return openai::read_tool_choice(value, path, openai::ToolShape::Nested, chat_of(request).tools,
                                  request.warnings);
}

Status read_messages_field(api::Json& value, const std::string& path, Request& request) {
  auto messages = read_chat_messages(value, path, request.warnings);
  if (!messages) return fail(std::move(messages).error());
  chat_of(request).messages = *std::move(messages);
  return {};
}

std::span<const api::Field<Request>> shared_fields() {
  using enum api::FieldType;
  static const std::vector<api::Field<Request>> kFields = {
      api::required(
          api::Field<Request>{{"model", String, kModelBytes, "", "The model's id"}, read_model}),
      api::field<&Request::stream>("stream", {}, "Stream the answer"),
      api::with_schema(
          api::Field<Request>{
              {"format", StringOrObject, {}, "", "json, or a JSON schema of the answer"},
              read_format},
          "OllamaFormat"),
      {{"options", Object, {}, "", "How to sample"}, read_options_field},
      api::with_schema(
          api::Field<Request>{{"think", Any, {}, "", "Whether the model reasons first"},
                              read_think},
          "OllamaThink"),
      api::parameter_field<&GenerateParams::logprobs, Request>(),
      api::parameter_field<&GenerateParams::top_logprobs, Request>(),
      api::keep_alive_field<Request>("keep_alive"),
      api::ignored_field<Request>("truncate", Boolean,
                                  "Nothing is cut; a prompt that is too long is refused"),
      api::ignored_field<Request>("shift", Boolean,
                                  "Nothing is cut; the answer ends with the context"),
      api::unsupported_field<Request>("_debug_render_only", Boolean, "use /apply-template"),
  };
  return kFields;
}

std::span<const api::Field<Request>> chat_fields() {
  using enum api::FieldType;
  static const std::vector<api::Field<Request>> kFields = {
      api::with_schema(
          api::Field<Request>{
              {"messages", Array, {0, kMaxMessages}, "", "The chat so far; none = load the model"},
              read_messages_field},
          "OllamaMessages"),
      api::with_schema(
          api::Field<Request>{{"tools", Array, {0, kMaxTools}, "", "What the model may call"},
                              read_tools_field},
          "Tools"),
      api::with_schema(
          api::Field<Request>{{"tool_choice", StringOrObject, {}, "", "Which tools may be called"},
                              read_choice_field},
          "ToolChoice"),
  };
  return kFields;
}

/// What only /api/generate has.
struct Completion {
  std::string prompt;
  std::string suffix;
  std::string system;
  bool raw = false;
  std::string prompt_template = {};  // in Go's language; "" = the model's own
  std::vector<Media> images = {};
};

std::span<const api::Field<Completion>> completion_fields() {
  using enum api::FieldType;
  using C = Completion;
  static const std::vector<api::Field<C>> kFields = {
      api::field<&C::prompt>("prompt", {}, "The user's text; none = load the model"),
      api::field<&C::suffix>("suffix", {},
                             "Text after the answer; for models with fill-in-the-middle"),
      api::field<&C::system>("system", {}, "System prompt"),
      api::field<&C::raw>("raw", {}, "The prompt as it stands, without the model's template"),
      {{"images", Array, {0, kMaxMedia}, "", "Images that precede the prompt, in base64"},
       [](api::Json& value, const std::string& path, C& completion) -> Status {
         return read_images(value, path, completion.images);
       }},
      api::ignored_field<C>("context", Array, "Send the chat to /api/chat"),
      api::field<&C::prompt_template>("template", {0, 64 << 10},
                                      "Instead of the model's: Go's .System, .Prompt, .Suffix, if"),
  };
  return kFields;
}

Request begin(api::Json& body, const DefaultsOf& defaults_of) {
  Request request;
  request.generate.params.max_tokens = 2147483647;  // as num_predict's default
  api::start_with_defaults(body, defaults_of, request.generate.params);
  request.generate.prompt = ChatPrompt{};
  return request;
}

Status check(const api::Dialect& dialect, const Request& request) {
  Status status =
      request.only_load ? check_params(request.generate.params) : check_request(request.generate);
  if (!status) return fail(dialect.translate(std::move(status.error()), request.places));
  return status;
}

/// Makes a chat of the prompt, the system's text and the pictures.
void add_messages(Completion completion, Request& request) {
  std::vector<ChatMessage>& messages = chat_of(request).messages;
  if (!completion.system.empty()) {
    request.places.add_whole("messages[0]", "system");
    messages.push_back({.role = Role::System, .content = std::move(completion.system)});
  }
  const std::size_t user = messages.size();
  request.places.add_whole(item_path("messages", user), "prompt");
  for (std::size_t i = 0; i < completion.images.size(); ++i) {
    request.places.add_whole(api::media_path(user, i), item_path("images", i));
  }
  messages.push_back({.role = Role::User,
                      .content = std::move(completion.prompt),
                      .media = std::move(completion.images)});
}

/// The prompt as the request's own template writes it.
Status use_template(Completion completion, Request& request) {
  constexpr const char* kField = "template";
  if (!completion.images.empty()) {
    return fail(ErrorCode::Unsupported, "images are not supported with template; send a chat",
                "images");
  }
  const std::string& text = completion.prompt_template;
  if (text.find("{%") != std::string::npos) {
    return fail(ErrorCode::Unsupported,
                "template must be in Go's template language; Jinja templates come from the model "
                "or the server",
                kField);
  }
  const auto parsed = GoTemplate::parse(text, kField);
  if (!parsed) return fail(parsed.error());
  request.places.add_whole("prompt", "prompt");
  request.generate.prompt = TextPrompt{parsed->render({.system = std::move(completion.system),
                                                       .prompt = std::move(completion.prompt),
                                                       .suffix = std::move(completion.suffix)})};
  return {};
}

}  // namespace

std::vector<api::FieldInfo> ollama_chat_field_infos() {
  std::vector<api::FieldInfo> infos;
  api::append_infos(infos, shared_fields());
  api::append_infos(infos, chat_fields());
  return infos;
}

std::vector<api::FieldInfo> ollama_generate_field_infos() {
  std::vector<api::FieldInfo> infos;
  api::append_infos(infos, shared_fields());
  api::append_infos(infos, completion_fields());
  return infos;
}

Result<OllamaRequest> parse_ollama_chat(std::string_view text, const DefaultsOf& defaults_of) {
  Result<api::Json> body = api::read_json(text);
  if (!body) return fail(std::move(body).error());
  Request request = begin(*body, defaults_of);
  Status read = api::read_fields(*body, "", request.warnings,
                                 api::FieldSet<Request>{shared_fields(), request},
                                 api::FieldSet<Request>{chat_fields(), request});
  request.only_load = chat_of(request).messages.empty();
  if (read) read = api::set_continuation(request.generate, {});
  if (read) read = check(kOllamaChatDialect, request);
  if (!read) return fail(std::move(read).error());
  return request;
}

Result<OllamaRequest> parse_ollama_generate(std::string_view text, const DefaultsOf& defaults_of) {
  Result<api::Json> body = api::read_json(text);
  if (!body) return fail(std::move(body).error());
  Request request = begin(*body, defaults_of);
  Completion completion;
  Status read = api::read_fields(*body, "", request.warnings,
                                 api::FieldSet<Request>{shared_fields(), request},
                                 api::FieldSet<Completion>{completion_fields(), completion});
  if (!read) return fail(std::move(read).error());
  request.only_load =
      completion.prompt.empty() && completion.suffix.empty() && completion.images.empty();
  const bool has_template = !completion.prompt_template.empty() && !completion.raw;
  if (has_template && !request.only_load) {
    if (Status used = use_template(std::move(completion), request); !used) {
      return fail(std::move(used).error());
    }
    read = check(kOllamaGenerateDialect, request);
    if (!read) return fail(std::move(read).error());
    return request;
  }
  const bool plain = completion.raw || !completion.suffix.empty();
  if (plain && !completion.images.empty()) {
    return fail(ErrorCode::Unsupported, "images are not supported with raw or suffix; send a chat",
                "images");
  }
  if (plain && !completion.system.empty()) {
    return fail(ErrorCode::InvalidRequest,
                "system is not supported with raw or suffix; write it into the prompt", "system");
  }
  if (!completion.suffix.empty()) {
    request.generate.prompt =
        InfillPrompt{std::move(completion.prompt), std::move(completion.suffix)};
  } else if (completion.raw) {
    request.generate.prompt = TextPrompt{std::move(completion.prompt)};
  } else {
    add_messages(std::move(completion), request);
  }
  if (read = check(kOllamaGenerateDialect, request); !read) return fail(std::move(read).error());
  return request;
}

}  // namespace pcai::ollama
