#include <utility>

#include "capi/abi/array.h"
#include "capi/abi/handles.h"
#include "capi/abi/model_info.h"
#include "capi/abi/struct_size.h"
#include "models/model_finder.h"

namespace {

constexpr std::uint64_t kMaxFolders = 1024;

}  // namespace

using namespace pcai;
using namespace pcai::capi;

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
    if (Status array = check_array(folders, folder_count, kMaxFolders, "folders"); !array) {
      return array;
    }
    pcai::models::ModelFolders where = pcai::models::ModelFolders::of_this_user();
    for (std::uint64_t i = 0; i < folder_count; ++i) {
      Result<std::filesystem::path> folder = read_path(folders[i], indexed("folders", i));
      if (!folder) return fail(std::move(folder.error()));
      where.extra.push_back(std::move(*folder));
    }
    auto list = std::make_unique<pcai_models>();
    for (const pcai::models::FoundModel& found : pcai::models::find_models(where)) {
      list->infos.push_back(to_c(found, list->texts));
    }
    *models = list.release();
    return {};
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
