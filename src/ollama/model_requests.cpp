#include "ollama/model_requests.h"

#include <algorithm>

#include "api/api_description.h"
#include "api/json_reader.h"
#include "ollama/chat_messages.h"
#include "ollama/go_template.h"

namespace pcai::ollama {
namespace {

using enum api::FieldType;

constexpr Range kName{0, kMaxModelNameBytes};
constexpr Range kMostFiles{0, 16};
constexpr Range kMostParameters{0, 64};
constexpr Range kMostMessages{0, 256};
constexpr std::size_t kMostText = 1 << 20;  // bytes of a template, system prompt or license

using Named = ModelNameRequest;

/// The newer name wins; clients send the other one empty.
Status read_name(api::Json& value, const std::string&, Named& request) {
  std::string& text = value.get_ref<std::string&>();
  if (request.model.empty()) request.model = std::move(text);
  return {};
}

std::vector<api::Field<Named>> name_fields() {
  return {{{"model", String, kName, "", "The model's id"}, read_name},
          {{"name", String, kName, "", "Older name of the same field"}, read_name}};
}

std::span<const api::Field<Named>> show_fields() {
  static const std::vector<api::Field<Named>> kFields = [] {
    auto fields = name_fields();
    fields.push_back(
        api::ignored_field<Named>("verbose", Boolean, "Arrays of the file's header are left out"));
    for (const char* name : {"system", "template"}) {
      fields.push_back(api::unsupported_field<Named>(name, String, "models are not changed here"));
    }
    fields.push_back(
        api::unsupported_field<Named>("options", Object, "models are not changed here"));
    return fields;
  }();
  return kFields;
}

std::span<const api::Field<Named>> pull_fields() {
  static const std::vector<api::Field<Named>> kFields = [] {
    auto fields = name_fields();
    fields.push_back(api::field<&Named::stream>("stream", {}, "Stream the progress"));
    fields.push_back({{"insecure", Boolean, {}, "false", "Certificates are always checked"},
                      [](api::Json& value, const std::string& path, Named& request) -> Status {
                        if (value.get<bool>()) request.warnings.add(api::no_effect(path));
                        return {};
                      }});
    for (const char* name : {"username", "password"}) {
      fields.push_back(api::unsupported_field<Named>(
          name, String, "the server's environment names a token, HF_TOKEN"));
    }
    return fields;
  }();
  return kFields;
}

std::span<const api::Field<Named>> delete_fields() {
  static const std::vector<api::Field<Named>> kFields = name_fields();
  return kFields;
}

std::span<const api::Field<CopyRequest>> copy_fields() {
  using C = CopyRequest;
  static const std::vector<api::Field<C>> kFields = {
      api::required(api::field<&C::source>("source", kName, "The model's id")),
      api::required(api::field<&C::destination>("destination", kName, "Its new name"))};
  return kFields;
}

Status check_text(const api::Json& value, const std::string& path) {
  if (value.get_ref<const std::string&>().size() <= kMostText) return {};
  return fail(ErrorCode::InvalidRequest, path + " may have " + std::to_string(kMostText) + " bytes",
              path);
}

/// Files by name. Only their digests matter.
Result<std::vector<std::string>> read_blobs(const api::Json& value, const std::string& path) {
  std::vector<std::string> blobs;
  for (const auto& [name, digest] : value.items()) {
    const std::string where = api::member_path(path, name.substr(0, 64));
    if (!digest.is_string()) {
      return fail(ErrorCode::InvalidRequest, where + " must be a digest", where);
    }
    auto blob = blob_name(digest.get_ref<const std::string&>(), where);
    if (!blob) return fail(blob.error());
    blobs.push_back(*std::move(blob));
  }
  return blobs;
}

using Create = CreateRequest;

Status read_create_name(api::Json& value, const std::string&, Create& request) {
  if (request.model.name.empty()) request.model.name = value.get<std::string>();
  return {};
}

Status read_files(api::Json& value, const std::string& path, Create& request) {
  auto blobs = read_blobs(value, path);
  if (!blobs) return fail(blobs.error());
  if (blobs->size() > 1) {
    return fail(ErrorCode::Unsupported,
                path + " may have one GGUF file here; upload the model as one file", path);
  }
  if (!blobs->empty()) request.model.blob = blobs->front();
  return {};
}

Status read_adapters(api::Json& value, const std::string& path, Create& request) {
  auto blobs = read_blobs(value, path);
  if (!blobs) return fail(blobs.error());
  request.model.adapters = *std::move(blobs);
  return {};
}

/// Jinja is what the backends read. Ollama's own templates are in Go's language, and are
/// translated.
bool is_jinja(const std::string& text) {
  return text.find("{%") != std::string::npos || text.find("messages") != std::string::npos;
}

Status read_template(api::Json& value, const std::string& path, Create& request) {
  if (Status checked = check_text(value, path); !checked) return checked;
  const std::string& text = value.get_ref<const std::string&>();
  if (text.empty()) return {};
  if (is_jinja(text)) {
    request.model.chat_template = text;
    return {};
  }
  const auto parsed = GoTemplate::parse(text, path);
  if (parsed) {
    request.model.chat_template = parsed->jinja();
  } else if (parsed.error().code == ErrorCode::Unsupported) {
    request.warnings.add(parsed.error().message +
                         ". The base's chat template is used. A Jinja template works, too");
  } else {
    return fail(parsed.error());
  }
  return {};
}

Status read_system(api::Json& value, const std::string& path, Create& request) {
  if (Status checked = check_text(value, path); !checked) return checked;
  if (const auto text = value.get<std::string>(); !text.empty()) request.model.system = text;
  return {};
}

Status read_license(api::Json& value, const std::string& path, Create& request) {
  const api::Json list = value.is_array() ? value : api::Json::array({value});
  for (const api::Json& text : list) {
    if (!text.is_string()) {
      return fail(ErrorCode::InvalidRequest, path + " must be a text or a list of texts", path);
    }
    if (Status checked = check_text(text, path); !checked) return checked;
    std::string& all = request.model.license;
    all += (all.empty() ? "" : "\n") + text.get<std::string>();
    if (all.size() > kMostText) return check_text(api::Json(all), path);
  }
  return {};
}

Status read_messages(api::Json& value, const std::string& path, Create& request) {
  auto messages = read_chat_messages(value, path, request.warnings);
  if (!messages) return fail(std::move(messages).error());
  for (std::size_t i = 0; i < messages->size(); ++i) {
    ChatMessage& message = (*messages)[i];
    const std::string where = item_path(path, i);
    const bool is_plain = message.tool_calls.empty() && message.media.empty() && message.content;
    if (is_plain && message.role == Role::System) {
      request.model.system = *message.content;
    } else if (is_plain && message.role != Role::Tool) {
      request.model.messages.push_back(
          {.role = message.role, .content = std::move(message.content)});
    } else {
      return fail(ErrorCode::Unsupported, where + " must be a text of user, assistant or system",
                  where);
    }
  }
  return {};
}

std::span<const api::Field<Create>> create_fields() {
  using C = Create;
  static const std::vector<api::Field<C>> kFields = {
      {{"model", String, kName, "", "The new model's name"}, read_create_name},
      {{"name", String, kName, "", "Older name of the same field"}, read_create_name},
      {{"from", String, kName, "", "The id of the model that it is made of"},
       [](api::Json& value, const std::string&, C& request) -> Status {
         request.model.from = value.get<std::string>();
         return {};
       }},
      {{"files", Object, kMostFiles, "", "Instead of from: a GGUF file by name, and its digest"},
       read_files},
      {{"adapters", Object, kMostFiles, "", "LoRA adapters (GGUF) by name, and their digests"},
       read_adapters},
      {{"template", String, {}, "", "Jinja chat template instead of the base's"}, read_template},
      {{"system", String, {}, "", "System prompt of chats without one"}, read_system},
      {{"parameters", Object, kMostParameters, "", "Defaults of the requests' options"},
       [](api::Json& value, const std::string&, C& request) -> Status {
         if (!value.empty()) request.model.parameters = api::to_text(value);
         return {};
       }},
      api::with_schema(api::Field<C>{{"messages", Array, kMostMessages, "",
                                      "Messages that every chat begins with"},
                                     read_messages},
                       "OllamaMessages"),
      {{"license", Any, {}, "", "A text or a list of texts"}, read_license},
      api::field<&C::stream>("stream", {}, "Stream the progress"),
      api::unsupported_field<C>("quantize", String, "models are not quantized here"),
      api::unsupported_field<C>("quantization", String, "models are not quantized here"),
      api::unsupported_field<C>("modelfile", String,
                                "send its parts as from, parameters, system …"),
      api::unsupported_field<C>("path", String, "send its parts as from, parameters, system …"),
  };
  return kFields;
}

template <class Target>
Result<Target> parse(std::string_view text, std::span<const api::Field<Target>> fields) {
  Result<api::Json> body = api::read_json(text);
  if (!body) return fail(std::move(body).error());
  Target request;
  Status read =
      api::read_fields(*body, "", request.warnings, api::FieldSet<Target>{fields, request});
  if (!read) return fail(std::move(read).error());
  return request;
}

Result<Named> parse_named(std::string_view text, std::span<const api::Field<Named>> fields) {
  Result<Named> request = parse(text, fields);
  if (!request) return request;
  if (request->model.empty()) {
    return fail(ErrorCode::InvalidRequest, "model is required", "model");
  }
  return request;
}

template <class Target>
std::vector<api::FieldInfo> infos_of(std::span<const api::Field<Target>> fields) {
  std::vector<api::FieldInfo> infos;
  api::append_infos(infos, fields);
  return infos;
}

bool is_word(std::string_view text) {
  constexpr std::size_t kMostBytes = 80;
  if (text.empty() || text.size() > kMostBytes) return false;
  const auto is_plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
  };
  return is_plain(text.front()) && std::all_of(text.begin(), text.end(), [&](char c) {
           return is_plain(c) || c == '.' || c == '-';
         });
}

}  // namespace

Result<ModelNameRequest> parse_show_request(std::string_view body) {
  return parse_named(body, show_fields());
}

Result<ModelNameRequest> parse_pull_request(std::string_view body) {
  return parse_named(body, pull_fields());
}

Result<ModelNameRequest> parse_delete_request(std::string_view body) {
  return parse_named(body, delete_fields());
}

Result<CopyRequest> parse_copy_request(std::string_view body) {
  auto request = parse(body, copy_fields());
  if (!request) return request;
  if (request->source.empty()) {
    return fail(ErrorCode::InvalidRequest, "source is required", "source");
  }
  if (Status named = check_new_name(request->destination, "destination"); !named) {
    return fail(named.error());
  }
  return request;
}

Result<CreateRequest> parse_create_request(std::string_view body) {
  auto request = parse(body, create_fields());
  if (!request) return request;
  if (Status named = check_new_name(request->model.name, "model"); !named) {
    return fail(named.error());
  }
  if (request->model.from.empty() == request->model.blob.empty()) {
    return fail(ErrorCode::InvalidRequest,
                request->model.from.empty() ? "from or files is required"
                                            : "give either from or files, not both",
                "from");
  }
  return request;
}

std::vector<api::FieldInfo> ollama_show_field_infos() {
  return infos_of(show_fields());
}
std::vector<api::FieldInfo> ollama_pull_field_infos() {
  return infos_of(pull_fields());
}
std::vector<api::FieldInfo> ollama_delete_field_infos() {
  return infos_of(delete_fields());
}
std::vector<api::FieldInfo> ollama_copy_field_infos() {
  return infos_of(copy_fields());
}
std::vector<api::FieldInfo> ollama_create_field_infos() {
  return infos_of(create_fields());
}

Status check_new_name(std::string_view name, std::string_view field) {
  std::string_view rest = name;
  std::size_t parts = 0;
  bool is_good = name.size() <= kMaxModelNameBytes;
  while (is_good) {
    const std::size_t slash = rest.find('/');
    std::string_view part = rest.substr(0, slash);
    if (slash == std::string_view::npos) {
      if (const std::size_t colon = part.find(':'); colon != std::string_view::npos) {
        is_good = is_word(part.substr(colon + 1));
        part = part.substr(0, colon);
      }
    }
    is_good = is_good && is_word(part) && ++parts <= 3;
    if (slash == std::string_view::npos) break;
    rest.remove_prefix(slash + 1);
  }
  if (is_good) return {};
  return fail(ErrorCode::InvalidRequest,
              name.empty()
                  ? std::string(field) + " is required"
                  : std::string(field) + ": " + api::quote_text(name) +
                        " is not a name for a model; use letters, digits, '.', '-' and '_', "
                        "as in team/name:tag",
              std::string(field));
}

Result<std::string> blob_name(std::string_view digest, std::string_view field) {
  constexpr std::string_view kAlgorithm = "sha256";
  constexpr std::size_t kDigits = 64;
  std::string name(digest.substr(0, kAlgorithm.size() + 1 + kDigits + 1));
  const bool is_digest =
      name.size() == kAlgorithm.size() + 1 + kDigits && name.starts_with(kAlgorithm) &&
      (name[kAlgorithm.size()] == ':' || name[kAlgorithm.size()] == '-') &&
      name.find_first_not_of("0123456789abcdef", kAlgorithm.size() + 1) == std::string::npos;
  if (!is_digest) {
    return fail(ErrorCode::InvalidRequest,
                std::string(field) + " must be 'sha256:' and 64 hex digits", std::string(field));
  }
  name[kAlgorithm.size()] = '-';
  return name;
}

}  // namespace pcai::ollama
