#include "openai/embeddings/embedding_request.h"

#include <utility>

#include "api/fields/keep_alive_field.h"
#include "api/json_reader.h"
#include "openai/dialects.h"

namespace pcai::openai {
namespace {

constexpr Range kModelBytes{0, kMaxModelNameBytes};
constexpr double kMaxTokens = 1 << 20;
constexpr Range kInputs{1, kMaxEmbedInputs};

/// Token ids; `array` has a number in front.
Result<TokenPrompt> read_tokens(api::Json& array, const std::string& path) {
  static const api::FieldInfo kToken{"", api::FieldType::Integer, {0, 2147483647}};
  TokenPrompt prompt;
  for (std::size_t i = 0; i < array.size(); ++i) {
    if (Status checked = api::check_field(kToken, array[i], item_path(path, i)); !checked) {
      return fail(checked.error());
    }
    prompt.tokens.push_back(array[i].get<std::int32_t>());
  }
  return prompt;
}

Status read_input(api::Json& value, const std::string& path, EmbeddingRequest& request) {
  std::vector<EmbedInput>& inputs = request.embed.inputs;
  const bool one = value.is_string() || value.front().is_number();
  if (one) request.places.add_whole("inputs[0]", path);
  if (value.is_string()) {
    inputs.emplace_back(TextPrompt{std::move(value.get_ref<std::string&>())});
    return {};
  }
  if (one) {
    auto tokens = read_tokens(value, path);
    if (!tokens) return fail(tokens.error());
    inputs.emplace_back(*std::move(tokens));
    return {};
  }
  if (Status counted = api::check_field({"", api::FieldType::Array, kInputs}, value, path);
      !counted) {
    return counted;
  }
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string where = item_path(path, i);
    static const api::FieldInfo kInput{"", api::FieldType::StringOrArray, {1, kMaxTokens}};
    if (Status checked = api::check_field(kInput, value[i], where); !checked) return checked;
    if (value[i].is_string()) {
      inputs.emplace_back(TextPrompt{std::move(value[i].get_ref<std::string&>())});
      continue;
    }
    auto tokens = read_tokens(value[i], where);
    if (!tokens) return fail(tokens.error());
    inputs.emplace_back(*std::move(tokens));
  }
  return {};
}

Status read_encoding(api::Json& value, const std::string& path, EmbeddingRequest& request) {
  const std::string& name = value.get_ref<const std::string&>();
  if (name != "float" && name != "base64") {
    return fail(ErrorCode::InvalidRequest,
                path + " must be float or base64, not " + api::quote_text(name), path);
  }
  request.base64 = name == "base64";
  return {};
}

Status read_pooling(api::Json& value, const std::string& path, EmbeddingRequest& request) {
  const std::string& name = value.get_ref<const std::string&>();
  request.embed.pooling = pooling_named(name);
  if (request.embed.pooling) return {};
  return fail(ErrorCode::InvalidRequest,
              path + " must be mean, cls or last, not " + api::quote_text(name), path);
}

Status read_document(api::Json& value, const std::string& path, RerankRequest& request) {
  if (value.is_string()) {
    request.rank.documents.push_back(std::move(value.get_ref<std::string&>()));
    return {};
  }
  static const std::vector<api::Field<std::string>> kFields = {api::required(
      api::Field<std::string>{{"text", api::FieldType::String},
                              [](api::Json& text, const std::string&, std::string& out) -> Status {
                                out = std::move(text.get_ref<std::string&>());
                                return {};
                              }})};
  std::string& text = request.rank.documents.emplace_back();
  return api::read_fields(value, path, request.warnings, api::FieldSet<std::string>{kFields, text});
}

Status read_documents(api::Json& value, const std::string& path, RerankRequest& request) {
  for (std::size_t i = 0; i < value.size(); ++i) {
    const std::string where = item_path(path, i);
    if (Status checked = api::check_field({"", api::FieldType::StringOrObject}, value[i], where);
        !checked) {
      return checked;
    }
    if (Status read = read_document(value[i], where, request); !read) return read;
  }
  return {};
}

}  // namespace

std::span<const api::Field<EmbeddingRequest>> embedding_fields() {
  using enum api::FieldType;
  using R = EmbeddingRequest;
  static const std::vector<api::Field<R>> kFields = {
      {{"model", String, kModelBytes, "", "The model's id; empty or absent takes the default one"},
       [](api::Json& value, const std::string&, R& request) -> Status {
         request.embed.model = std::move(value.get_ref<std::string&>());
         return {};
       }},
      api::required(api::with_schema(
          api::Field<R>{{"input",
                         StringOrArray,
                         {1, kMaxTokens},
                         "",
                         "A text, a list of texts, a list of token ids, or a list of those"},
                        read_input},
          "EmbeddingInput")),
      {{"encoding_format", String, {}, "\"float\"", "float, or base64 of little-endian floats"},
       read_encoding},
      {{"dimensions",
        Integer,
        {1, 65536},
        "",
        "Truncates the vectors and normalises them again; absent: the model's own length"},
       [](api::Json& value, const std::string&, R& request) -> Status {
         request.dimensions = value.get<std::uint32_t>();
         return {};
       }},
      {{"pooling", String, {}, "", "mean, cls or last; absent: the model's own"}, read_pooling},
      api::keep_alive_field<R>("keep_alive"),
      api::keep_alive_field<R>("ttl"),
      api::ignored_field<R>("user", String, "Who asks"),
  };
  return kFields;
}

std::span<const api::Field<RerankRequest>> rerank_fields() {
  using enum api::FieldType;
  using R = RerankRequest;
  static const std::vector<api::Field<R>> kFields = {
      {{"model", String, kModelBytes, "", "The model's id; empty or absent takes the default one"},
       [](api::Json& value, const std::string&, R& request) -> Status {
         request.rank.model = std::move(value.get_ref<std::string&>());
         return {};
       }},
      api::required(
          api::Field<R>{{"query", String, {}, "", "The query that the documents should answer"},
                        [](api::Json& value, const std::string&, R& request) -> Status {
                          request.rank.query = std::move(value.get_ref<std::string&>());
                          return {};
                        }}),
      api::required(api::with_schema(
          api::Field<R>{{"documents", Array, kInputs, "", "Texts, or objects with a text"},
                        read_documents},
          "RerankDocuments")),
      {{"top_n", Integer, {1, 1 << 20}, "", "Return only this many of the best"},
       [](api::Json& value, const std::string&, R& request) -> Status {
         request.top_n = value.get<std::uint32_t>();
         return {};
       }},
      api::field<&R::return_documents>("return_documents", {}, "Also return the texts"),
      api::ignored_field<R>("user", String, "Who asks"),
  };
  return kFields;
}

Result<EmbeddingRequest> parse_embedding_request(std::string_view text) {
  Result<api::Json> body = api::read_json(text);
  if (!body) return fail(std::move(body).error());
  EmbeddingRequest request;
  Status read = api::read_fields(*body, "", request.warnings,
                                 api::FieldSet<EmbeddingRequest>{embedding_fields(), request});
  if (read) read = api::check_request_in(kEmbeddingDialect, request.embed, request.places);
  if (!read) return fail(std::move(read).error());
  return request;
}

Result<RerankRequest> parse_rerank_request(std::string_view text) {
  Result<api::Json> body = api::read_json(text);
  if (!body) return fail(std::move(body).error());
  RerankRequest request;
  Status read = api::read_fields(*body, "", request.warnings,
                                 api::FieldSet<RerankRequest>{rerank_fields(), request});
  if (read) read = api::check_request_in(kRerankDialect, request.rank);
  if (!read) return fail(std::move(read).error());
  return request;
}

}  // namespace pcai::openai
