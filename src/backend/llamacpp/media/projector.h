#pragma once

#include <llama.h>
#include <mtmd.h>

#include <memory>
#include <vector>

#include "backend/inference_backend.h"
#include "backend/llamacpp/media/prompt_media.h"
#include "core/media.h"
#include "core/mutex.h"

namespace pcai::backend::llamacpp {

/// A piece of what a file becomes in a prompt: a part of it, or tokens of text around the parts.
struct MediaPiece {
  std::vector<llama_token> text = {};
  std::unique_ptr<PromptMedia> media = {};  // null: text. The span's `first` is set later
};

/// The part of a model that sees or hears ("mmproj"), by llama.cpp's mtmd. Any thread may call
/// split(), one thread at a time encode().
class Projector {
 public:
  /// Loads the projector of a configuration. Fails with InvalidModel if the file is missing,
  /// damaged or made for another model, or with Cancelled. `model` must outlive it.
  static Result<std::unique_ptr<Projector>> load(const ModelConfig& config,
                                                 const llama_model& model, LoadProgress& progress);

  bool sees() const { return mtmd_support_vision(context_.get()); }
  bool hears() const { return mtmd_support_audio(context_.get()); }

  /// Reads a file and cuts it into pieces. `count_only` leaves the pixels out. Fails with
  /// InvalidRequest or Unsupported; the error's `field` is "messages".
  Result<std::vector<MediaPiece>> split(const Media& file, bool count_only);

  /// Computes the rows of a part, which takes milliseconds to seconds. Fails with Internal.
  Result<MediaRows> encode(const PromptMedia& media);

  /// The positions of a part's tokens [begin, begin + count) for llama_batch: one per token, or
  /// four rows of them if the model wants it so.
  std::vector<llama_pos> positions(const PromptMedia& media, llama_pos first, std::uint32_t begin,
                                   std::uint32_t count) const;

  std::size_t row_size() const { return row_size_; }

 private:
  struct Deleter {
    void operator()(mtmd_context* context) const noexcept { mtmd_free(context); }
  };
  Projector(mtmd_context* context, const llama_model& model);

  Result<mtmd::bitmap> read(const Media& file, bool count_only) const;

  std::unique_ptr<mtmd_context, Deleter> context_;
  std::size_t row_size_;  // floats
  Mutex reading_;         // one file at a time: each may take hundreds of megabytes
};

}  // namespace pcai::backend::llamacpp
