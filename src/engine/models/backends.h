#pragma once

#include <map>
#include <memory>
#include <string>

#include "backend/registry.h"
#include "core/model.h"
#include "core/mutex.h"

namespace pcai::engine {

/// The name of the backend for a model: the one its spec names, or for "auto" the first usable one
/// that reads the file's format, or else the first usable one that needs a file. Fails with
/// Unsupported when there is none, and with InvalidModel when the one named does not read the
/// format; the message then says which does.
Result<std::string> choose_backend(const backend::BackendRegistry& registry, const ModelSpec& spec);

/// The backends that an engine uses: each is created once, at its first model, and kept. Any thread
/// may call any method.
class Backends {
 public:
  explicit Backends(std::shared_ptr<const backend::BackendRegistry> registry);

  /// The backend for a model; lives as long as this object. Creating one may take a while. Fails
  /// as choose_backend and check_options do.
  Result<backend::InferenceBackend*> get(const ModelSpec& spec);

 private:
  std::shared_ptr<const backend::BackendRegistry> registry_;
  Mutex mutex_;
  std::map<std::string, std::unique_ptr<backend::InferenceBackend>> created_ GUARDED_BY(mutex_);
};

}  // namespace pcai::engine
