#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "backend/answer/grammar/answer_grammars.h"
#include "backend/llamacpp/chat/chat_template.h"
#include "backend/llamacpp/kernels/model_kernels.h"
#include "backend/llamacpp/load/lora_adapters.h"
#include "backend/llamacpp/load/model_file.h"
#include "backend/llamacpp/media/media_encoder.h"
#include "backend/llamacpp/scheduler.h"
#include "backend/llamacpp/text_embedder.h"
#include "backend/llamacpp/tokens/tokenizer.h"
#include "backend/llamacpp/tokens/vocabulary_codec.h"
#include "backend/loaded_model.h"

namespace pcai::backend::llamacpp {

/// A GGUF model in memory. Any thread may call any method. submit() renders and tokenizes on the
/// calling thread; the scheduler does the rest on a thread of its own.
class LlamaCppModel final : public LoadedModel {
 public:
  static Result<std::unique_ptr<LoadedModel>> load(const ModelSpec& spec, LoadProgress& progress);

  const ModelInfo& info() const noexcept override { return info_; }
  Status submit(RequestId id, GenerateRequest request, std::shared_ptr<EventSink> sink) override;
  void cancel(RequestId id) noexcept override;
  ModelStats stats() const noexcept override;
  Embedder* embedder() noexcept override;
  Ranker* ranker() noexcept override;
  TokenCodec* token_codec() noexcept override { return codec_.get(); }

 private:
  LlamaCppModel(LlamaModelPtr weights, ChatTemplate chat_template, const ModelConfig& config);

  Status load_projector(const ModelConfig& config, LoadProgress& progress);
  Status check_media(const GenerateRequest& request, const PreparedPrompt& prompt) const;
  Result<PreparedPrompt> prepare(const GenerateRequest& request);
  Result<std::vector<Token>> tokenize(const InfillPrompt& gap) const;
  Result<std::unique_ptr<TokenConstraint>> constrain(const GenerateRequest& request,
                                                     const answer::AnswerFormat& format,
                                                     std::vector<std::string>& warnings);
  Result<std::unique_ptr<TokenConstraint>> constrain(const NativeFormat& native,
                                                     const answer::AnswerFormat& format);

  ModelInfo info_;
  std::uint32_t most_in_step_ = 0;  // tokens
  LlamaModelPtr weights_;
  LoraAdapters adapters_;                  // of the weights
  std::unique_ptr<ModelKernels> kernels_;  // null: mainline computes everything
  Tokenizer tokenizer_;
  ChatTemplate chat_template_;
  TextEmbedder embedder_;
  ChatTokenizer chat_tokenizer_;
  std::unique_ptr<VocabularyCodec> codec_;
  answer::AnswerGrammars grammars_;
  std::unique_ptr<Projector> projector_;   // null: it neither sees nor hears
  std::unique_ptr<Scheduler> scheduler_;   // its thread uses all of the above
  std::unique_ptr<MediaEncoder> encoder_;  // null without a projector; it feeds the scheduler
};

}  // namespace pcai::backend::llamacpp
