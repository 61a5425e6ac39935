#include "app/keeper/own_models.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <system_error>
#include <utility>

#include "app/choice/own_files.h"
#include "app/keeper/model_digest.h"
#include "app/keeper/uploaded_blob.h"
#include "models/gguf/gguf_summary.h"
#include "models/model_finder.h"
#include "models/model_part.h"
#include "platform/path_text.h"

namespace pcai::app {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// What `model` leaves out is its base's, which a request made, too.
void build_on(const CreatedModel& base, CreatedModel& model) {
  model.from = base.from;
  model.blob = base.blob;
  model.adapters.insert(model.adapters.begin(), base.adapters.begin(), base.adapters.end());
  if (!base.parameters.empty()) {
    json parameters = json::parse(base.parameters, nullptr, false);
    if (!model.parameters.empty()) parameters.update(json::parse(model.parameters));
    model.parameters = parameters.dump();
  }
  if (!model.system) model.system = base.system;
  if (model.messages.empty()) model.messages = base.messages;
  if (model.chat_template.empty()) model.chat_template = base.chat_template;
  if (model.license.empty()) model.license = base.license;
}

/// A context that the model was not trained for is cut to the one that it was.
void limit_context(CreatedModel& model, std::uint32_t trained, std::vector<std::string>& notes) {
  if (model.parameters.empty() || trained == 0) return;
  json parameters = json::parse(model.parameters);
  const auto context = parameters.find("num_ctx");
  if (context == parameters.end() || !context->is_number() || context->get<double>() <= trained) {
    return;
  }
  notes.push_back("parameters.num_ctx is cut to " + std::to_string(trained) +
                  ", which the model was trained for");
  *context = trained;
  model.parameters = parameters.dump();
}

}  // namespace

OwnModels::OwnModels(engine::Engine& engine, std::function<Status()> offer_again,
                     std::function<bool(const std::string& id)> is_named)
    : engine_(engine),
      offer_again_(std::move(offer_again)),
      is_named_(std::move(is_named)),
      store_(models::own_models_folder()) {}

ModelFacts OwnModels::facts(const ModelSpec& spec) {
  ModelFacts facts = headers_.facts(spec.config);
  facts.digest = model_digest(spec);
  if (const auto created = store_.find(spec.id)) {
    facts.parent = created->from;
    if (!created->license.empty()) facts.license = created->license;
  }
  return facts;
}

Result<std::vector<std::string>> OwnModels::create(CreatedModel model) {
  const MutexLock lock(mutex_);
  if (const auto base = store_.find(model.from); !model.from.empty() && base) {
    build_on(*base, model);
  }
  if (Status good = check(model); !good) return fail(good.error());
  std::vector<std::string> notes;
  if (!model.from.empty()) {
    if (const auto spec = engine_.spec(model.from)) {
      limit_context(model, headers_.facts((*spec)->config).context_length, notes);
    }
  }
  const std::vector<std::string> unused = models::settings_of(model).notes;
  notes.insert(notes.end(), unused.begin(), unused.end());
  if (Status done = put(model); !done) return fail(done.error());
  spdlog::info("model={} was made of {} by a request", model.name,
               model.from.empty() ? model.blob : model.from);
  return notes;
}

Status OwnModels::copy(const std::string& id, const std::string& name) {
  const MutexLock lock(mutex_);
  CreatedModel model = store_.find(id).value_or(CreatedModel{.from = id});
  model.name = name;
  if (Status done = put(model); !done) return done;
  spdlog::info("model={} is offered as {}, too, by a request", id, name);
  return {};
}

Status OwnModels::put(const CreatedModel& model) {
  const auto before = store_.find(model.name);
  if (!before && engine_.knows(model.name)) {
    return fail(ErrorCode::InvalidRequest,
                "the name '" + model.name + "' is taken by a model that no request made", "model");
  }
  if (Status written = store_.put(model); !written) return written;
  Status offered = offer_again_();
  if (offered && !engine_.knows(model.name)) {
    offered = fail(ErrorCode::InvalidRequest,
                   "this server offers only the models that its settings name (discover), and '" +
                       model.name + "' is made of none of them",
                   "from");
  }
  if (!offered && !before) {
    static_cast<void>(store_.remove(model));
  } else if (!offered) {
    static_cast<void>(store_.put(*before));
  }
  return offered;
}

Status OwnModels::check(const CreatedModel& model) const {
  for (const std::string& adapter : model.adapters) {
    const auto size = models::check_part(models::GgufKind::Adapter, store_.blob_path(adapter));
    if (!size) return fail(ErrorCode::InvalidRequest, size.error().message, "adapters");
  }
  if (model.blob.empty()) return {};
  std::error_code error;
  if (!fs::is_regular_file(store_.blob_path(model.blob), error)) {
    return fail(ErrorCode::InvalidRequest,
                "files: " + model.blob + " was not uploaded; send it to /api/blobs first", "files");
  }
  const auto summary = models::describe_gguf(store_.blob_path(model.blob));
  if (!summary) return fail(ErrorCode::InvalidRequest, summary.error().message, "files");
  if (models::is_complete(summary->kind)) return {};
  return fail(ErrorCode::InvalidRequest,
              "files: the file is an addition to a model (" +
                  std::string(to_string(summary->kind)) + "), not a model",
              "files");
}

Status OwnModels::remove(const std::string& id) {
  const MutexLock lock(mutex_);
  if (const auto created = store_.find(id)) {
    if (Status removed = store_.remove(*created); !removed) return removed;
  } else if (Status removed = remove_files(id); !removed) {
    return removed;
  }
  spdlog::info("model={} was removed by a request", id);
  return offer_again_();
}

Status OwnModels::remove_files(const std::string& id) {
  const auto spec = engine_.spec(id);
  if (!spec) return fail(spec.error());
  if (!engine_.knows(id)) {
    return fail(ErrorCode::ModelNotFound, "'" + id + "' is not a whole name", "model");
  }
  if (is_named_(id)) {
    return fail(ErrorCode::InvalidRequest,
                "model '" + id + "' is named by the server's settings and cannot be deleted",
                "model");
  }
  for (const CreatedModel& other : store_.list()) {
    if (other.from != id) continue;
    return fail(ErrorCode::InvalidRequest,
                "model '" + other.name + "' is made of '" + id + "'; delete it first", "model");
  }
  const fs::path path = (*spec)->config.model_path;
  models::ModelFolders folders = models::ModelFolders::of_this_user();
  for (models::FoundModel& model : models::find_models(folders)) {
    if (model.path != path || model.is_virtual) continue;
    const auto files = own_files_of(model);
    if (!files) return fail(files.error().code, files.error().message, "model");
    if (Status unloaded = engine_.unload_model(id); !unloaded) return unloaded;
    return remove_own_files(*files, [](const fs::path& file) {
      spdlog::info("removed {}", platform::path_text(file));
      return true;
    });
  }
  return fail(ErrorCode::InvalidRequest,
              "model '" + id + "' has no file in pcai's own folder, so it cannot be deleted here",
              "model");
}

bool OwnModels::has_blob(const std::string& digest) {
  std::error_code error;
  return fs::is_regular_file(store_.blob_path(digest), error);
}

Result<std::unique_ptr<http::BlobWriter>> OwnModels::write_blob(const std::string& digest,
                                                                std::uint64_t bytes) {
  if (models::own_models_folder().empty()) {
    return fail(ErrorCode::Internal, "there is no home folder for models; set PCAI_MODELS_DIR");
  }
  return write_uploaded_blob(store_.blob_path(digest), bytes);
}

}  // namespace pcai::app
