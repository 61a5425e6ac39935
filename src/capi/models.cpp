#include <utility>

#include "capi/handles.h"
#include "capi/model_info.h"
#include "capi/struct_size.h"

using namespace pcai;

extern "C" {

pcai_status pcai_models_list(const pcai_engine* engine, pcai_models** models, pcai_error** error) {
  return guarded(error, [&]() -> Status {
    if (models == nullptr) return refuse_null("models");
    *models = nullptr;
    if (engine == nullptr) return refuse_null("engine");
    auto list = std::make_unique<pcai_models>();
    for (const ModelStatus& status : engine->engine->engine().list_models()) {
      list->infos.push_back(to_c(status, list->texts));
    }
    *models = list.release();
    return {};
  });
}

pcai_status pcai_models_discover(const pcai_text* folders, uint64_t folder_count,
                                 pcai_models** models, pcai_error** error) {
  return guarded(error, [&]() -> Status {
    if (models == nullptr) return refuse_null("models");
    *models = nullptr;
    (void)folders, (void)folder_count;
    return fail(ErrorCode::Unsupported, "not yet");
  });
}

uint64_t pcai_models_count(const pcai_models* models) {
  return models == nullptr ? 0 : models->infos.size();
}

pcai_status pcai_models_get(const pcai_models* models, uint64_t index, pcai_model_info* info,
                            pcai_error** error) {
  return guarded(error, [&]() -> Status {
    if (models == nullptr) return refuse_null("models");
    return write_item(models->infos, index, info);
  });
}

void pcai_models_free(pcai_models** models) {
  if (models != nullptr) delete std::exchange(*models, nullptr);
}

}  // extern "C"
