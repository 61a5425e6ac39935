#include "backend/llamacpp/media/projector.h"

#include <hash/hash.h>
#include <mtmd-helper.h>

#include <exception>
#include <string>

#include "backend/llamacpp/load/ggml_assertions.h"
#include "backend/llamacpp/load/llama_log.h"
#include "backend/llamacpp/load/thread_count.h"
#include "backend/llamacpp/media/media_file.h"
#include "models/model_part.h"
#include "platform/path_text.h"

namespace pcai::backend::llamacpp {
namespace {

constexpr std::uint64_t kHashStart = 0xcbf29ce484222325;
constexpr std::uint64_t kHashPrime = 0x100000001b3;

bool on_load_progress(float fraction, void* progress) {
  return static_cast<LoadProgress*>(progress)->on_progress(fraction);
}

}  // namespace

std::vector<Token> media_tokens(const std::string& key, std::uint32_t count) {
  std::uint64_t hash = kHashStart;
  for (const char c : key) hash = (hash ^ static_cast<unsigned char>(c)) * kHashPrime;
  std::vector<Token> tokens(count);
  for (std::uint32_t i = 0; i < count; ++i) {
    // Each letter of the key, a digest in hexadecimal, is in some token as it stands: equal tokens
    // are an equal file, whoever made it.
    const auto letter = static_cast<unsigned char>(key[i % key.size()]);
    hash = (hash ^ letter) * kHashPrime;
    tokens[i] = -1 - static_cast<Token>((hash >> 40 << 7 | (letter & 0x7FU)) & 0x7FFFFFFE);
  }
  return tokens;
}

Projector::Projector(mtmd_context* context, const llama_model& model)
    : context_(context), row_size_(static_cast<std::size_t>(llama_model_n_embd_inp(&model))) {}

Result<std::unique_ptr<Projector>> Projector::load(const ModelConfig& config,
                                                   const llama_model& model,
                                                   LoadProgress& progress) {
  const std::filesystem::path& path = *config.projector;
  const auto cannot_load = [&path](const std::string& reason) {
    return models::cannot_load_part(models::GgufKind::Projector, path, reason);
  };
  const auto bytes = models::check_part(models::GgufKind::Projector, path);
  if (!bytes) return fail(bytes.error());
  mtmd_context_params params = mtmd_context_params_default();
  params.use_gpu = config.gpu_layers != 0;
  params.print_timings = false;
  params.n_threads = thread_count(config);
  params.warmup = false;
  params.progress_callback = on_load_progress;
  params.progress_callback_user_data = &progress;
  take_llama_errors();
  std::unique_ptr<Projector> projector;
  try {
    const AssertionsThrow while_it_loads;
    mtmd_context* const context =
        mtmd_init_from_file(platform::path_text(path).c_str(), &model, params);
    if (context != nullptr) projector.reset(new Projector(context, model));
  } catch (const std::exception& exception) {
    return cannot_load(exception.what());
  }
  if (projector) return projector;
  if (!progress.on_progress(0)) return fail(ErrorCode::Cancelled, "the load was cancelled");
  const std::string reason = take_llama_errors();
  return cannot_load(reason.empty() ? "llama.cpp gave no reason" : reason);
}

Result<mtmd::bitmap> Projector::read(const Media& file, bool count_only) const {
  if (file.kind == MediaKind::Image) {
    auto pixels = read_picture(file, count_only);
    if (!pixels) return fail(std::move(pixels.error()));
    return mtmd::bitmap(mtmd_bitmap_init(pixels->width, pixels->height, pixels->data.get()));
  }
  const auto rate = static_cast<std::uint32_t>(mtmd_get_audio_sample_rate(context_.get()));
  auto samples = read_recording(file, rate);
  if (!samples) return fail(std::move(samples.error()));
  return mtmd::bitmap(
      mtmd_bitmap_init_from_audio(samples->size(), count_only ? nullptr : samples->data()));
}

Result<std::vector<MediaPiece>> Projector::split(const Media& file, bool count_only) {
  const MutexLock lock(reading_);
  mtmd::input_chunks chunks(mtmd_input_chunks_init());
  take_llama_errors();
  try {
    auto bitmap = read(file, count_only);
    if (!bitmap) return fail(std::move(bitmap.error()));
    const mtmd_input_part part{nullptr, bitmap->ptr.get()};
    const mtmd_input_part* const parts[] = {&part};
    if (mtmd_tokenize_from_parts(context_.get(), chunks.ptr.get(), parts, 1, false) != 0) {
      return fail(ErrorCode::InvalidRequest,
                  std::string("messages: the ") + to_string(file.kind) +
                      " cannot be prepared for this model: " + take_llama_errors(),
                  "messages");
    }
  } catch (const std::exception& exception) {
    return fail(ErrorCode::InvalidRequest,
                std::string("messages: the ") + to_string(file.kind) +
                    " cannot be read: " + exception.what(),
                "messages");
  }
  const std::string digest = hash_sha256_hex(file.bytes->data(), file.bytes->size());
  std::vector<MediaPiece> pieces;
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    const mtmd_input_chunk* const chunk = chunks[i];
    if (mtmd_input_chunk_get_type(chunk) == MTMD_INPUT_CHUNK_TYPE_TEXT) {
      std::size_t count = 0;
      const llama_token* const tokens = mtmd_input_chunk_get_tokens_text(chunk, &count);
      pieces.push_back({.text = {tokens, tokens + count}});
      continue;
    }
    auto media = std::make_unique<PromptMedia>();
    media->span.count = static_cast<std::uint32_t>(mtmd_input_chunk_get_n_tokens(chunk));
    media->span.positions = static_cast<std::uint32_t>(mtmd_input_chunk_get_n_pos(chunk));
    media->span.whole = mtmd_decode_use_non_causal(context_.get(), chunk);
    media->key = digest + "/" + std::to_string(i);
    media->chunk.reset(mtmd_input_chunk_copy(chunk));
    if (media->span.count == 0) continue;
    pieces.push_back({.media = std::move(media)});
  }
  return pieces;
}

Result<MediaRows> Projector::encode(const PromptMedia& media) {
  take_llama_errors();
  try {
    if (mtmd_encode_chunk(context_.get(), media.chunk.get()) == 0) {
      const float* const rows = mtmd_get_output_embd(context_.get());
      return std::make_shared<const std::vector<float>>(rows, rows + media.span.count * row_size_);
    }
  } catch (const std::exception& exception) {
    return fail(ErrorCode::Internal, std::string("the projector failed: ") + exception.what());
  }
  return fail(ErrorCode::Internal, "the projector failed: " + take_llama_errors());
}

std::vector<llama_pos> Projector::positions(const PromptMedia& media, llama_pos first,
                                            std::uint32_t begin, std::uint32_t count) const {
  const bool four = mtmd_decode_use_mrope(context_.get());
  std::vector<llama_pos> positions(count * (four ? 4U : 1U));
  const mtmd_image_tokens* const image =
      four ? mtmd_input_chunk_get_tokens_image(media.chunk.get()) : nullptr;
  for (std::uint32_t i = 0; i < count; ++i) {
    const auto place = first + static_cast<llama_pos>(begin + i);
    if (image != nullptr) {
      const mtmd_decoder_pos at = mtmd_image_tokens_get_decoder_pos(image, first, begin + i);
      positions[i] = static_cast<llama_pos>(at.t);
      positions[count + i] = static_cast<llama_pos>(at.y);
      positions[2 * count + i] = static_cast<llama_pos>(at.x);
      positions[3 * count + i] = static_cast<llama_pos>(at.z);
    } else {
      for (std::size_t row = 0; row < (four ? 4U : 1U); ++row) {
        positions[row * count + i] = place;
      }
    }
  }
  return positions;
}

}  // namespace pcai::backend::llamacpp
