#include "capi/abi/model_info.h"

#include "core/utf8.h"
#include "platform/path_text.h"

namespace pcai::capi {
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

std::int32_t to_c(models::GgufKind kind) {
  switch (kind) {
    case models::GgufKind::Model: return PCAI_KIND_TEXT;
    case models::GgufKind::Embedding: return PCAI_KIND_EMBEDDING;
    case models::GgufKind::Projector: return PCAI_KIND_PROJECTOR;
    case models::GgufKind::Adapter: return PCAI_KIND_ADAPTER;
  }
  return PCAI_KIND_UNKNOWN;
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
    info.kind = PCAI_KIND_TEXT;
  }
  return info;
}

pcai_model_info to_c(const models::FoundModel& found, TextPool& texts) {
  pcai_model_info info{};
  info.id = texts.keep(found.id);
  info.source = texts.keep(found.source);
  info.size_bytes = found.size_bytes;
  if (found.error) {
    info.problem = texts.keep(found.error->message);
  } else {
    info.kind = to_c(found.kind);
    info.architecture = texts.keep(found.architecture);
    info.quantization = texts.keep(found.quantization);
    info.train_context_length = found.context_length;
  }
  const std::string path = platform::path_text(found.path);
  if (is_valid_utf8(path)) {
    info.path = texts.keep(path);
  } else {
    info.problem = texts.keep("its path is not UTF-8, so the C API cannot return it");
  }
  return info;
}

}  // namespace pcai::capi
