#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/model.h"
#include "core/models/created_model.h"
#include "core/models/model_facts.h"
#include "core/result.h"

namespace pcai::http {

/// Where an uploaded file is written. It gets its name only if its bytes have the digest.
class BlobWriter {
 public:
  virtual ~BlobWriter() = default;  // forgets what was not finished
  virtual Status write(std::string_view bytes) = 0;
  virtual Status finish() = 0;
};

/// Knows the models' files, and makes and removes models for clients. Any thread may call any
/// method; all but facts() may take a while.
class ModelKeeper {
 public:
  virtual ~ModelKeeper() = default;

  /// What is known of an offered model without loading it.
  virtual ModelFacts facts(const ModelSpec& spec) = 0;

  /// Makes a model, which replaces one that was made before under the same name, and offers it.
  /// Returns what of it has no effect here, one sentence each.
  virtual Result<std::vector<std::string>> create(CreatedModel model) = 0;

  /// Offers the model under another name, too.
  virtual Status copy(const std::string& id, const std::string& name) = 0;

  /// Removes a model that was made by a request, or the files of one in pcai's own folder.
  virtual Status remove(const std::string& id) = 0;

  /// A digest is "sha256-" and 64 hex digits; all others are refused.
  virtual bool has_blob(const std::string& digest) = 0;
  virtual Result<std::unique_ptr<BlobWriter>> write_blob(const std::string& digest,
                                                         std::uint64_t bytes) = 0;
};

}  // namespace pcai::http
