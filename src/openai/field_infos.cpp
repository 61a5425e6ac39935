#include "openai/field_infos.h"

#include "api/fields/sampling_fields.h"
#include "openai/answer_fields.h"
#include "openai/chat/chat_fields.h"
#include "openai/completions/completion_request.h"
#include "openai/responses/responses_request.h"

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

}  // namespace pcai::openai
