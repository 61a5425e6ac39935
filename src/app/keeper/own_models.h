#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/keeper/model_headers.h"
#include "core/mutex.h"
#include "engine/engine.h"
#include "http/model_keeper.h"
#include "models/stores/created_store.h"

namespace pcai::app {

/// Makes and removes models for clients of `pcai serve`, in pcai's own folder.
class OwnModels final : public http::ModelKeeper {
 public:
  /// `offer_again` offers what the settings and the folders now name, and fails if they are wrong.
  /// `is_named` says whether the settings name a model. Both must outlive this object.
  OwnModels(engine::Engine& engine, std::function<Status()> offer_again,
            std::function<bool(const std::string& id)> is_named);

  ModelFacts facts(const ModelSpec& spec) override;
  Result<std::vector<std::string>> create(CreatedModel model) override;
  Status copy(const std::string& id, const std::string& name) override;
  Status remove(const std::string& id) override;
  bool has_blob(const std::string& digest) override;
  Result<std::unique_ptr<http::BlobWriter>> write_blob(const std::string& digest,
                                                       std::uint64_t bytes) override;

 private:
  Status put(const CreatedModel& model) REQUIRES(mutex_);
  Status check(const CreatedModel& model) const;
  Status remove_files(const std::string& id) REQUIRES(mutex_);

  engine::Engine& engine_;
  std::function<Status()> offer_again_;
  std::function<bool(const std::string&)> is_named_;
  models::CreatedStore store_;
  ModelHeaders headers_;
  Mutex mutex_;  // one change at a time
};

}  // namespace pcai::app
