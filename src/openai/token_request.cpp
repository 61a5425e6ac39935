#include "openai/token_request.h"

#include <utility>

#include "api/json_reader.h"
#include "core/utf8.h"

namespace pcai::openai {
namespace {

constexpr Range kModelBytes{0, kMaxModelNameBytes};

Status read_tokens(api::Json& value, const std::string& path, DetokenizeRequest& request) {
  static const api::FieldInfo kToken{"", api::FieldType::Integer, {0, 2147483647}};
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (Status checked = api::check_field(kToken, value[i], item_path(path, i)); !checked) {
      return checked;
    }
    request.tokens.push_back(value[i].get<std::int32_t>());
  }
  return {};
}

template <class Request>
Result<api::Told<Request>> parse(std::string_view text, Request request,
                                 std::span<const api::Field<Request>> fields) {
  Result<api::Json> body = api::read_json(text);
  if (!body) return fail(std::move(body).error());
  api::Told<Request> told{std::move(request)};
  Status read =
      api::read_fields(*body, "", told.warnings, api::FieldSet<Request>{fields, told.request});
  if (!read) return fail(std::move(read).error());
  return told;
}

}  // namespace

std::span<const api::Field<TokenizeRequest>> tokenize_fields() {
  using R = TokenizeRequest;
  static const std::vector<api::Field<R>> kFields = {
      api::field<&R::model>("model", kModelBytes, "The model's id; absent takes the default one"),
      api::required(api::field<&R::text>("content", {}, "The text")),
      {{"add_special", api::FieldType::Boolean, {}, "false", "With the begin-of-text token"},
       [](api::Json& value, const std::string&, R& request) -> Status {
         request.add_special = value.get<bool>();
         return {};
       }},
      api::field<&R::parse_special>("parse_special", {}, "Special tokens' names are these tokens"),
      api::field<&R::pieces>("with_pieces", {}, "Say what each token stands for"),
  };
  return kFields;
}

std::span<const api::Field<DetokenizeRequest>> detokenize_fields() {
  using R = DetokenizeRequest;
  static const std::vector<api::Field<R>> kFields = {
      api::field<&R::model>("model", kModelBytes, "The model's id; absent takes the default one"),
      api::required(api::with_schema(
          api::Field<R>{{"tokens", api::FieldType::Array, {0, 1 << 20}, "", "Token ids"},
                        read_tokens},
          "TokenIds")),
  };
  return kFields;
}

Result<api::Told<TokenizeRequest>> parse_tokenize_request(std::string_view body) {
  return parse<TokenizeRequest>(body, {.add_special = false}, tokenize_fields());
}

Result<api::Told<DetokenizeRequest>> parse_detokenize_request(std::string_view body) {
  return parse<DetokenizeRequest>(body, {}, detokenize_fields());
}

std::string tokens_body(const Tokens& tokens) {
  std::string out = "{\"tokens\":[";
  for (std::size_t i = 0; i < tokens.ids.size(); ++i) {
    if (i > 0) out += ',';
    if (tokens.pieces.empty()) {
      api::append_number(out, std::int64_t{tokens.ids[i]});
      continue;
    }
    const std::string& piece = tokens.pieces[i];
    out += "{\"id\":" + std::to_string(tokens.ids[i]) + ",\"piece\":";
    if (is_valid_utf8(piece)) {
      api::append_string(out, piece);
    } else {
      api::Json bytes = api::Json::array();
      for (const char byte : piece) bytes.push_back(static_cast<unsigned char>(byte));
      out += api::to_text(bytes);
    }
    out += '}';
  }
  return out + "]}";
}

std::string content_body(std::string_view text) {
  std::string out = "{\"content\":";
  api::append_string(out, text);
  return out + "}";
}

std::string prompt_body(std::string_view text) {
  std::string out = "{\"prompt\":";
  api::append_string(out, text);
  return out + "}";
}

}  // namespace pcai::openai
