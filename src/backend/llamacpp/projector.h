#pragma once

#include <llama.h>
#include <mtmd.h>

#include <memory>
#include <vector>

#include "backend/inference_backend.h"
#include "backend/llamacpp/prompt_media.h"
#include "core/media.h"
#include "core/mutex.h"

namespace pcai {

/// What a file becomes in a prompt: tokens of text around and between its parts.
struct MediaPiece {
  std::vector<llama_token> text = {};
  std::unique_ptr<PromptMedia> media = {};  // null: text. Its span's `first` is not yet set
};

/// The part of a model that sees or hears ("mmproj"), by llama.cpp's mtmd. Any thread may call
/// split(); one thread at a time encode().
class Projector {
 public:
  /// Fails with InvalidModel where the file is missing, damaged or made for another model, or
  /// Cancelled. `model` must outlive it.
  static Result<std::unique_ptr<Projector>> load(const ModelConfig& config,
                                                 const llama_model& model, LoadProgress& progress);

  bool sees() const { return mtmd_support_vision(context_.get()); }
  bool hears() const { return mtmd_support_audio(context_.get()); }

  /// Reads a file and cuts it into parts; `count_only` leaves the pixels out. Fails with
  /// InvalidRequest or Unsupported; the field is "messages".
  Result<std::vector<MediaPiece>> split(const Media& file, bool count_only);

  /// Computes a part's rows: milliseconds to seconds. Fails with Internal.
  Result<MediaRows> encode(const PromptMedia& media);

  /// The positions of a part's tokens [begin, begin + count) for llama_batch: one a token, or four
  /// rows of them where the model wants them so.
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

}  // namespace pcai
