#include "models/model_description.h"

#include <string>
#include <system_error>
#include <utility>

#include "models/gguf/gguf_summary.h"
#include "models/printable.h"
#include "models/projector_beside.h"
#include "models/safetensors/safetensors_folder.h"
#include "models/split_name.h"

namespace pcai::models {
namespace {

namespace fs = std::filesystem;

/// A store's context is honoured up to what the model was trained for.
void check_store_context(FoundModel& model) {
  if (!model.context || model.context_length == 0 || *model.context <= model.context_length) return;
  model.notes.push_back("its store's context of " + std::to_string(*model.context) +
                        " tokens is not used: the model has " +
                        std::to_string(model.context_length));
  model.context.reset();
}

/// One that a store names is used where it fits the model.
void check_projector(FoundModel& model, std::uint32_t embedding_length) {
  if (!model.projector) return;
  if (const Status fits = projector_fits(*model.projector, embedding_length); !fits) {
    model.notes.push_back("its projector is not used: " + fits.error().message);
    model.projector.reset();
  }
}

}  // namespace

void describe(FoundModel& model) {
  if (model.error) return;
  auto summary = describe_model(model.path);
  if (!summary) {
    std::error_code error;
    const std::uintmax_t size = fs::file_size(model.path, error);
    model.size_bytes = error ? 0 : size;
    model.error = std::move(summary.error());
    return;
  }
  model.kind = summary->kind;
  model.size_bytes = summary->size_bytes;
  model.architecture = std::move(summary->architecture);
  model.quantization = std::move(summary->quantization);
  model.context_length = summary->context_length;
  model.notes.insert(model.notes.end(), summary->notes.begin(), summary->notes.end());
  check_store_context(model);
  // Elsewhere files of many models lie together.
  if (!model.repository.empty() && !model.is_folder && model.kind == GgufKind::Model) {
    model.projector = projector_beside(model.path, summary->embedding_length, model.repository);
  }
  if (model.source == "jan") check_projector(model, summary->embedding_length);
}

std::optional<platform::FileIdentity> identity_of(const FoundModel& model) {
  const bool is_one_file = !model.is_folder && !parse_split_name(model.path);
  return is_one_file ? platform::file_identity(model.path) : std::nullopt;
}

bool may_share_description(const FoundModel& model) {
  return !model.error && model.repository.empty() && !(model.source == "jan" && model.projector);
}

void take_description(FoundModel& model, const FoundModel& same) {
  model.kind = same.kind;
  model.size_bytes = same.size_bytes;
  model.architecture = same.architecture;
  model.quantization = same.quantization;
  model.context_length = same.context_length;
  check_store_context(model);
}

Result<FoundModel> usable(FoundModel model) {
  if (model.full_id.empty()) model.full_id = printable_path(model.path);
  std::error_code error;
  if (model.source == "path") model.is_folder = fs::is_directory(model.path, error);
  describe(model);
  if (model.error) return fail(*model.error);
  if (const Status complete = check_complete(model.kind, model.path); !complete) {
    return fail(complete.error());
  }
  return model;
}

}  // namespace pcai::models
