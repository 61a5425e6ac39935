#include "ollama/embed.h"

#include <utility>

#include "api/api_description.h"
#include "api/fields/keep_alive_field.h"
#include "api/json_reader.h"
#include "ollama/api_schemas.h"
#include "ollama/dialects.h"
#include "ollama/generate_request.h"
#include "openai/embeddings/embedding_response.h"

namespace pcai::ollama {
namespace {

using R = OllamaEmbedRequest;

constexpr Range kInputs{1, kMaxEmbedInputs};

Status read_model(api::Json& value, const std::string&, R& request) {
  request.embed.model = std::move(value.get_ref<std::string&>());
  return {};
}

Status read_input(api::Json& value, const std::string& path, R& request) {
  if (value.is_string()) {
    request.places.add_whole("inputs[0]", path);
    request.embed.inputs.emplace_back(TextPrompt{std::move(value.get_ref<std::string&>())});
    return {};
  }
  for (std::size_t i = 0; i < value.size(); ++i) {
    Status checked = api::check_field({"", api::FieldType::String}, value[i], item_path(path, i));
    if (!checked) return checked;
    request.embed.inputs.emplace_back(TextPrompt{value[i].get<std::string>()});
  }
  return {};
}

/// No option changes a vector, but a wrong one is refused all the same.
Status read_options_field(api::Json& value, const std::string& path, R& request) {
  if (value.empty()) return {};
  GenerateParams unused;
  Status read = read_options(value, path, request.warnings, unused);
  if (read) request.warnings.add(api::no_effect(path));
  return read;
}

Status read_truncate(api::Json& value, const std::string&, R& request) {
  request.embed.truncate = value.get<bool>();
  return {};
}

std::vector<api::Field<R>> shared_fields() {
  using enum api::FieldType;
  return {
      api::required(api::Field<R>{{"model", String, {1, kMaxModelNameBytes}, "", "The model's id"},
                                  read_model}),
      {{"options", Object, {}, "", "None has an effect"}, read_options_field},
      api::keep_alive_field<R>("keep_alive"),
      {{"truncate", Boolean, {}, "true", "Cuts a text that is too long; false refuses it"},
       read_truncate},
  };
}

Result<R> parse(std::string_view text, std::span<const api::Field<R>> fields,
                const api::Dialect& dialect) {
  Result<api::Json> body = api::read_json(text);
  if (!body) return fail(std::move(body).error());
  R request{.embed = {.truncate = true}};
  Status read = api::read_fields(*body, "", request.warnings, api::FieldSet<R>{fields, request});
  if (read) read = api::check_request_in(dialect, request.embed, request.places);
  if (!read) return fail(std::move(read).error());
  return request;
}

std::span<const api::Field<R>> embed_fields() {
  static const std::vector<api::Field<R>> kFields = [] {
    auto fields = shared_fields();
    fields.push_back(
        api::required(api::with_schema(api::Field<R>{{"input", api::FieldType::StringOrArray,
                                                      kInputs, "", "A text or a list of texts"},
                                                     read_input},
                                       "OllamaTexts")));
    fields.push_back({{"dimensions", api::FieldType::Integer, {1, 65536}, "", "Cuts the vectors"},
                      [](api::Json& value, const std::string&, R& request) -> Status {
                        request.dimensions = value.get<std::uint32_t>();
                        return {};
                      }});
    return fields;
  }();
  return kFields;
}

std::span<const api::Field<R>> embeddings_fields() {
  static const std::vector<api::Field<R>> kFields = [] {
    auto fields = shared_fields();
    fields.push_back(api::required(
        api::Field<R>{{"prompt", api::FieldType::String, {}, "", "A text"}, read_input}));
    return fields;
  }();
  return kFields;
}

}  // namespace

std::vector<api::FieldInfo> ollama_embed_field_infos() {
  std::vector<api::FieldInfo> infos;
  api::append_infos(infos, embed_fields());
  return infos;
}

std::vector<api::FieldInfo> ollama_embeddings_field_infos() {
  std::vector<api::FieldInfo> infos;
  api::append_infos(infos, embeddings_fields());
  return infos;
}

Result<OllamaEmbedRequest> parse_ollama_embed(std::string_view body) {
  return parse(body, embed_fields(), kOllamaEmbedDialect);
}

Result<OllamaEmbedRequest> parse_ollama_embeddings(std::string_view body) {
  return parse(body, embeddings_fields(), kOllamaEmbeddingsDialect);
}

void tell_truncated(const std::vector<Embedding>& embeddings, api::Warnings& warnings) {
  for (std::size_t i = 0; i < embeddings.size(); ++i) {
    if (!embeddings[i].truncated) continue;
    warnings.add(item_path("input", i) + " is too long for the model: only its first " +
                 std::to_string(embeddings[i].tokens) + " tokens are embedded");
  }
}

std::string ollama_embed_body(std::string_view model, const std::vector<Embedding>& embeddings,
                              double milliseconds, const std::vector<std::string>& warnings) {
  std::string out = "{\"model\":";
  api::append_string(out, model);
  out += ",\"embeddings\":[";
  std::uint64_t tokens = 0;
  for (const Embedding& embedding : embeddings) {
    if (out.back() == ']') out += ',';
    openai::append_vector(out, embedding.values);
    tokens += embedding.tokens;
  }
  out += "],\"total_duration\":" + std::to_string(static_cast<std::int64_t>(milliseconds * 1e6));
  out += ",\"load_duration\":0,\"prompt_eval_count\":" + std::to_string(tokens);
  if (!warnings.empty()) out += ",\"warnings\":" + api::to_text(api::Json(warnings));
  return out + "}";
}

std::string ollama_embeddings_body(const std::vector<Embedding>& embeddings) {
  std::string out = "{\"embedding\":";
  openai::append_vector(out, embeddings.front().values);
  return out + "}";
}

}  // namespace pcai::ollama
