#pragma once

#include <memory>

#include "backend/llamacpp/chat_template.h"
#include "backend/llamacpp/model_file.h"
#include "backend/llamacpp/scheduler.h"
#include "backend/llamacpp/tokenizer.h"
#include "backend/loaded_model.h"

namespace pcai {

/// A GGUF model in memory. Any thread may call any method: submit() renders and tokenizes on the
/// caller's thread, the scheduler does the rest on its own.
class LlamaCppModel final : public LoadedModel {
 public:
  static Result<std::unique_ptr<LoadedModel>> load(const ModelSpec& spec, LoadProgress& progress);

  const ModelInfo& info() const noexcept override { return info_; }
  Status submit(RequestId id, GenerateRequest request, std::shared_ptr<EventSink> sink) override;
  void cancel(RequestId id) noexcept override { scheduler_->cancel(id); }
  ModelStats stats() const noexcept override { return scheduler_->stats(); }

 private:
  struct TokenizedPrompt {
    std::vector<Token> tokens;
    std::vector<std::string> stop_sequences;
  };

  LlamaCppModel(LlamaModelPtr weights, ChatTemplate chat_template);

  Result<TokenizedPrompt> tokenize(const Prompt& prompt) const;

  ModelInfo info_;
  LlamaModelPtr weights_;
  Tokenizer tokenizer_;
  ChatTemplate chat_template_;
  std::unique_ptr<Scheduler> scheduler_;  // last: its thread uses all of the above
};

}  // namespace pcai
