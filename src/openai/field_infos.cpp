#include "openai/field_infos.h"

#include "api/sampling_fields.h"
#include "openai/answer_fields.h"
#include "openai/chat/chat_fields.h"
#include "openai/completions/completion_request.h"
#include "openai/embeddings/embedding_request.h"
#include "openai/models/model_request.h"
#include "openai/responses/responses_request.h"
#include "openai/token_request.h"

namespace pcai::openai {

std::vector<api::FieldInfo> chat_field_infos() {
  std::vector<api::FieldInfo> infos;
  append_infos(infos, answer_fields());
  append_infos(infos, chat_fields());
  append_infos(infos, api::sampling_fields());
  return infos;
}

std::vector<api::FieldInfo> completion_field_infos() {
  std::vector<api::FieldInfo> infos;
  append_infos(infos, answer_fields());
  append_infos(infos, completion_fields());
  append_infos(infos, api::sampling_fields());
  return infos;
}

std::vector<api::FieldInfo> responses_field_infos() {
  std::vector<api::FieldInfo> infos;
  append_infos(infos, responses_fields());
  append_infos(infos, api::sampling_fields());
  return infos;
}

std::vector<api::FieldInfo> embedding_field_infos() {
  std::vector<api::FieldInfo> infos;
  append_infos(infos, embedding_fields());
  return infos;
}

std::vector<api::FieldInfo> rerank_field_infos() {
  std::vector<api::FieldInfo> infos;
  append_infos(infos, rerank_fields());
  return infos;
}

std::vector<api::FieldInfo> model_field_infos() {
  std::vector<api::FieldInfo> infos;
  append_infos(infos, model_request_fields());
  return infos;
}

std::vector<api::FieldInfo> tokenize_field_infos() {
  std::vector<api::FieldInfo> infos;
  append_infos(infos, tokenize_fields());
  return infos;
}

std::vector<api::FieldInfo> detokenize_field_infos() {
  std::vector<api::FieldInfo> infos;
  append_infos(infos, detokenize_fields());
  return infos;
}

}  // namespace pcai::openai
