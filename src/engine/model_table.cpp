#include "engine/model_table.h"

#include <chrono>
#include <filesystem>
#include <utility>

namespace pcai {
namespace {

std::int64_t time_of_change(const std::filesystem::path& path) {
  std::error_code error;
  const auto changed = std::filesystem::last_write_time(path, error);
  if (error) return 0;
  const auto since_epoch = std::chrono::file_clock::to_sys(changed).time_since_epoch();
  return std::chrono::floor<std::chrono::seconds>(since_epoch).count();
}

}  // namespace

bool Model::ready() const noexcept {
  return phase == Phase::Ready && instance->model && instance->model->alive();
}

ModelStatus Model::status() const {
  ModelStatus status{.id = spec.id, .created = created};
  switch (phase) {
    case Phase::Unloaded:
    case Phase::Unloading: break;
    case Phase::Loading:
      status.state = ModelState::Loading;
      status.load_progress = progress;
      break;
    case Phase::Ready:
      if (!ready()) break;
      status.state = ModelState::Ready;
      status.load_progress = 1;
      status.info = instance->model->info();
      break;
    case Phase::Failed:
      status.state = ModelState::Failed;
      status.error = error;
      break;
  }
  return status;
}

Status ModelTable::add(ModelSpec spec) {
  if (spec.id.empty()) {
    return fail(ErrorCode::InvalidRequest, "a model needs an id", "id");
  }
  for (const auto& model : models_) {
    if (!model->removed && model->spec.id == spec.id) {
      return fail(ErrorCode::InvalidRequest, "the model id '" + spec.id + "' is taken", "id");
    }
  }
  const std::int64_t created = time_of_change(spec.config.model_path);
  models_.push_back(std::make_unique<Model>(Model{.spec = std::move(spec), .created = created}));
  return {};
}

Result<Model*> ModelTable::find(std::string_view id) const {
  std::string known;
  for (const auto& model : models_) {
    if (model->removed) continue;
    if (id.empty() || model->spec.id == id) return model.get();
    known += (known.empty() ? "" : ", ") + model->spec.id;
  }
  if (known.empty()) {
    return fail(ErrorCode::ModelNotFound, "no model is known here; name one at the start", "model");
  }
  return fail(ErrorCode::ModelNotFound,
              "there is no model '" + std::string(id) + "'; known: " + known, "model");
}

}  // namespace pcai
