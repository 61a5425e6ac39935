#include "openai/model_request.h"

#include <utility>

#include "openai/json_reader.h"

namespace pcai {

std::span<const Field<ModelRequest>> model_request_fields() {
  using R = ModelRequest;
  static const std::vector<Field<R>> kFields = {
      required(field<&R::model>("model", {1, kMaxModelNameBytes}, "The model's id")),
      field<&R::stream>("stream", {}, "Send the model's state each time that it changes"),
  };
  return kFields;
}

Result<ModelRequest> parse_model_request(std::string_view text) {
  Result<Json> body = read_json(text);
  if (!body) return fail(std::move(body).error());
  ModelRequest request;
  std::vector<std::string> no_warnings;
  Status read =
      read_fields(*body, "", no_warnings, FieldSet<ModelRequest>{model_request_fields(), request});
  if (!read) return fail(std::move(read).error());
  return request;
}

}  // namespace pcai
