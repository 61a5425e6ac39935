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

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

/// In any letter case.
bool begins_with(std::string_view id, std::string_view name) {
  return id.size() >= name.size() &&
         std::equal(name.begin(), name.end(), id.begin(),
                    [](char a, char b) { return lower(a) == lower(b); });
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
  if (find_whole(spec.id) != nullptr) {
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
  if (alias.empty() || find_whole(alias) != nullptr) {
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

Model* ModelTable::find_whole(std::string_view id) const {
  const auto alias = aliases_.find(id);
  if (alias != aliases_.end() && !alias->second->removed) return alias->second;
  for (const auto& model : models_) {
    if (!model->removed && model->spec.id == id) return model.get();
  }
  return nullptr;
}

Result<Model*> ModelTable::find_default() const {
  for (const auto& model : models_) {
    if (model->removed) continue;
    if (default_ == nullptr || default_->removed || model.get() == default_) return model.get();
  }
  return fail(ErrorCode::ModelNotFound, "no model is known here; name one at the start", "model");
}

Result<Model*> ModelTable::find(std::string_view name) const {
  if (name.empty()) return find_default();
  if (Model* const model = find_whole(name)) return model;
  std::string known;
  std::string begun;
  std::vector<Model*> meant;
  const auto look_at = [&](std::string_view id, Model* model) {
    if (!begins_with(id, name)) return;
    if (std::ranges::find(meant, model) != meant.end()) return;
    meant.push_back(model);
    begun += (begun.empty() ? "" : ", ") + std::string(id);
  };
  for (const auto& model : models_) {
    if (model->removed) continue;
    look_at(model->spec.id, model.get());
    known += (known.empty() ? "" : ", ") + model->spec.id;
  }
  for (const auto& [alias, model] : aliases_) {
    if (!model->removed) look_at(alias, model);
  }
  if (meant.size() == 1) return meant.front();
  if (known.empty()) return find_default();
  return fail(ErrorCode::ModelNotFound,
              meant.empty()
                  ? "there is no model '" + std::string(name) + "'; known: " + known
                  : "'" + std::string(name) + "' is the beginning of several models: " + begun,
              "model");
}

Result<Model*> ModelTable::find_to_remove(std::string_view id) const {
  Result<Model*> model = find(id);
  if (!model || id.empty() || find_whole(id) != nullptr) return model;
  return fail(ErrorCode::ModelNotFound,
              "'" + std::string(id) + "' is not the whole name of " + (*model)->spec.id, "model");
}

}  // namespace pcai::engine
