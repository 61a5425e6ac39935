#include "openai/models/model_request.h"

#include <utility>

#include "api/json_reader.h"

namespace pcai::openai {

std::span<const api::Field<ModelRequest>> model_request_fields() {
  using R = ModelRequest;
  static const std::vector<api::Field<R>> kFields = {
      api::required(api::field<&R::model>("model", {1, kMaxModelNameBytes}, "The model's id")),
      api::field<&R::stream>("stream", {}, "Send the model's state each time that it changes"),
  };
  return kFields;
}

Result<ModelRequest> parse_model_request(std::string_view text) {
  Result<api::Json> body = api::read_json(text);
  if (!body) return fail(std::move(body).error());
  ModelRequest request;
  Status read = api::read_fields(*body, "", request.warnings,
                                 api::FieldSet<ModelRequest>{model_request_fields(), request});
  if (!read) return fail(std::move(read).error());
  return request;
}

}  // namespace pcai::openai
