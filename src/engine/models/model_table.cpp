#include "engine/models/model_table.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <utility>

namespace pcai::engine {
namespace {

std::int64_t time_of_change(const std::filesystem::path& path) {
  std::error_code error;
  const auto changed = std::filesystem::last_write_time(path, error);
  if (error) return 0;
  const auto since_epoch = std::chrono::file_clock::to_sys(changed).time_since_epoch();
  return std::chrono::floor<std::chrono::seconds>(since_epoch).count();
}

std::uint64_t size_of(const std::filesystem::path& path) {
  std::error_code error;
  const std::uintmax_t bytes = std::filesystem::file_size(path, error);
  return error ? 0 : bytes;
}

}  // namespace

bool Model::ready() const noexcept {
  return phase == Phase::Ready && instance->model && instance->model->alive();
}

bool Model::loadable() const noexcept {
  return phase == Phase::Unloaded || phase == Phase::Failed || (phase == Phase::Ready && !ready());
}

bool Model::idle() const noexcept {
  const bool waited_for = !waiting.empty() && serves(waiting.begin()->first);
  return ready() && !waited_for && wanted == 0 && instance->running == 0 && instance->users == 0;
}

std::optional<std::chrono::milliseconds> Model::stays() const {
  if (removed) return std::chrono::milliseconds(0);
  if (spec.pinned) return std::nullopt;
  if (asked_stay) {
    const bool for_good = asked_stay->count() < 0 || *asked_stay > kLongestStay;
    return for_good ? std::nullopt : asked_stay;
  }
  if (keep_alive.count() > 0) return keep_alive;
  return std::nullopt;
}

ModelStatus Model::status() const {
  ModelStatus status{.id = spec.id,
                     .created = created,
                     .memory_bytes = memory_bytes,
                     .pinned = spec.pinned,
                     .requests = static_cast<std::uint32_t>(waiting.size()),
                     .loads = loads,
                     .adapters = spec.config.adapters};
  if (instance) status.requests += instance->running;
  if (leaves_at && idle()) {
    const auto left = std::chrono::ceil<std::chrono::seconds>(*leaves_at - Clock::now());
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    status.unloads_at = (std::chrono::floor<std::chrono::seconds>(now) + left).count();
  }
  switch (phase) {
    case Phase::Unloaded: break;
    case Phase::Unloading:
      if (load_next) status.state = ModelState::Loading;
      break;
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

Status ModelTable::add(ModelSpec spec, std::chrono::milliseconds keep_alive) {
  if (spec.id.empty()) {
    return fail(ErrorCode::InvalidRequest, "a model needs an id", "id");
  }
  if (taken(spec.id)) {
    return fail(ErrorCode::InvalidRequest, "the model id '" + spec.id + "' is taken", "id");
  }
  const std::int64_t created = time_of_change(spec.config.model_path);
  const std::uint64_t bytes =
      spec.memory_bytes > 0 ? spec.memory_bytes : size_of(spec.config.model_path);
  const auto stays = spec.keep_alive.value_or(keep_alive);
  models_.push_back(std::make_unique<Model>(Model{.spec = std::move(spec),
                                                  .index = models_.size(),
                                                  .created = created,
                                                  .memory_bytes = bytes,
                                                  .keep_alive = stays}));
  return {};
}

Status ModelTable::add_alias(std::string alias, std::string_view id) {
  const Result<Model*> model = find(id);
  if (!model) return fail(model.error());
  if (alias.empty() || taken(alias)) {
    return fail(ErrorCode::InvalidRequest, "the model id '" + alias + "' is empty or taken", "id");
  }
  aliases_.insert_or_assign(std::move(alias), *model);
  return {};
}

Status ModelTable::set_default(std::string_view id) {
  const Result<Model*> model = find(id);
  if (!model) return fail(model.error());
  default_ = *model;
  return {};
}

bool ModelTable::taken(std::string_view id) const {
  if (id.empty()) return false;
  const auto alias = aliases_.find(id);
  if (alias != aliases_.end() && !alias->second->removed) return true;
  return std::any_of(models_.begin(), models_.end(),
                     [id](const auto& model) REQUIRES(engine_mutex) {
                       return !model->removed && model->spec.id == id;
                     });
}

Result<Model*> ModelTable::find(std::string_view id) const {
  const auto alias = aliases_.find(id);
  if (alias != aliases_.end() && !alias->second->removed) return alias->second;
  std::string known;
  for (const auto& model : models_) {
    if (model->removed) continue;
    const bool is_default = default_ == nullptr || default_->removed || model.get() == default_;
    if ((id.empty() && is_default) || (!id.empty() && model->spec.id == id)) return model.get();
    known += (known.empty() ? "" : ", ") + model->spec.id;
  }
  if (known.empty()) {
    return fail(ErrorCode::ModelNotFound, "no model is known here; name one at the start", "model");
  }
  return fail(ErrorCode::ModelNotFound,
              "there is no model '" + std::string(id) + "'; known: " + known, "model");
}

}  // namespace pcai::engine
