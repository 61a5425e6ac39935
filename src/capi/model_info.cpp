#include "capi/model_info.h"

namespace pcai {
namespace {

std::int32_t to_c(ModelState state) {
  switch (state) {
    case ModelState::Unloaded: return PCAI_MODEL_UNLOADED;
    case ModelState::Loading: return PCAI_MODEL_LOADING;
    case ModelState::Ready: return PCAI_MODEL_READY;
    case ModelState::Failed: return PCAI_MODEL_FAILED;
  }
  return PCAI_MODEL_UNLOADED;
}

}  // namespace

pcai_model_info to_c(const ModelStatus& status, TextPool& texts) {
  pcai_model_info info{};
  info.state = to_c(status.state);
  info.load_progress = status.load_progress;
  info.id = texts.keep(status.id);
  info.created = status.created;
  if (status.error) info.problem = texts.keep(status.error->message);
  if (status.info) {
    const ModelInfo& from = *status.info;
    info.backend = texts.keep(from.backend);
    info.architecture = texts.keep(from.architecture);
    info.quantization = texts.keep(from.quantization.value_or(""));
    info.parameter_count = from.parameter_count;
    info.size_bytes = from.size_bytes;
    info.context_length = from.context_length;
    info.train_context_length = from.train_context_length;
    info.vocabulary_size = from.vocabulary_size;
    info.max_sequences = from.max_sequences;
  }
  return info;
}

}  // namespace pcai
