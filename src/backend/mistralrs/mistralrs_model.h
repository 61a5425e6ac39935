#pragma once

#include <atomic>
#include <memory>
#include <unordered_map>

#include "backend/answer/grammar/answer_grammars.h"
#include "backend/inference_backend.h"
#include "backend/mistralrs/answer_guide.h"
#include "backend/mistralrs/bridge.h"
#include "backend/mistralrs/bridge_codec.h"
#include "backend/mistralrs/bridge_embedder.h"
#include "backend/mistralrs/chat_writer.h"
#include "backend/mistralrs/live_request.h"
#include "backend/mistralrs/progress_ticks.h"
#include "core/mutex.h"

namespace pcai::backend::mistralrs {

/// A model that mistral.rs runs. Any thread may call any method. submit() renders and tokenizes on
/// the calling thread. Events come on one thread of the bridge.
class MistralrsModel final : public LoadedModel {
 public:
  /// `bridge` and `backend` must outlive the model.
  static Result<std::unique_ptr<LoadedModel>> load(const Bridge& bridge,
                                                   const BackendDescriptor& backend,
                                                   const ModelSpec& spec, LoadProgress& progress);

  ~MistralrsModel() override;

  const ModelInfo& info() const noexcept override { return info_; }
  Status submit(RequestId id, GenerateRequest request, std::shared_ptr<EventSink> sink) override;
  void cancel(RequestId id) noexcept override;
  ModelStats stats() const noexcept override;
  bool alive() const noexcept override;
  Embedder* embedder() noexcept override { return embedder_.get(); }
  TokenCodec* token_codec() noexcept override { return codec_.get(); }

  /// For tests: makes the engine's thread panic at its next token.
  void panic_for_test() { bridge_.test_panic(model_); }

 private:
  /// What the bridge passes back with each event.
  struct Ticket {
    MistralrsModel& model;
    RequestId id;
    LiveRequest request;
  };

  MistralrsModel(const Bridge& bridge, const BackendDescriptor& backend, ModelInfo info);

  Status read_tokens(const std::string& loaded, bool own_template, bool open_objects);
  Result<TokenizedPrompt> prepare(const Prompt& prompt) const;
  Result<std::unique_ptr<AnswerGuide>> guide(const GenerateRequest& request,
                                             const answer::AnswerFormat& format,
                                             std::vector<std::string>& warnings);
  Status start(RequestId id, const GenerateRequest& request, const TokenizedPrompt& prompt,
               std::unique_ptr<AnswerGuide> guide, LiveRequest live);

  static std::int32_t on_event(void* user, const pcai_mrs_event* event) noexcept;

  const Bridge& bridge_;
  const BackendDescriptor& backend_;
  ModelInfo info_;
  pcai_mrs_model* model_ = nullptr;
  mutable ProgressTicks ticks_;
  std::shared_ptr<const BridgeTokenizer> tokenizer_;
  std::unique_ptr<ChatWriter> chats_;
  std::string told_;  // of a usual template; "" = the model has one, or was given one
  std::unique_ptr<BridgeCodec> codec_;
  std::unique_ptr<BridgeEmbedder> embedder_;  // null: the model generates
  std::unique_ptr<answer::AnswerGrammars> grammars_;

  Mutex mutex_;
  std::unordered_map<RequestId, std::unique_ptr<Ticket>> live_ GUARDED_BY(mutex_);
};

}  // namespace pcai::backend::mistralrs
