#include "backend/llamacpp/llamacpp_model.h"

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <string>
#include <system_error>
#include <thread>
#include <utility>

#include "backend/answer/make_reader.h"
#include "backend/answer/prompt/prompt_check.h"
#include "backend/answer/prompt/prompt_limit.h"
#include "backend/llamacpp/chat/native_answer.h"
#include "backend/llamacpp/chat/native_constraint.h"
#include "backend/llamacpp/kernels/load_kernels.h"
#include "backend/llamacpp/load/context.h"
#include "backend/llamacpp/load/first_step.h"
#include "backend/llamacpp/load/llama_log.h"
#include "backend/llamacpp/load/memory_use.h"
#include "backend/llamacpp/parallel/thread_team.h"
#include "backend/llamacpp/plan/step_costs.h"
#include "backend/llamacpp/register.h"
#include "backend/llamacpp/tokens/vocabulary_check.h"
#include "platform/path_text.h"

namespace pcai::backend::llamacpp {
namespace {

constexpr float kReadingShare = 0.5F;  // of a load's progress, where weights are packed afterwards

/// Ends the threads that computed on the loading thread, which may be the host's own.
struct TeamOfLoad {
  ~TeamOfLoad() { ThreadTeam::end_own(); }
};

/// Shows a part of a load as a span of the whole.
class PartOfProgress final : public LoadProgress {
 public:
  PartOfProgress(LoadProgress& whole, float begin, float end)
      : whole_(whole), begin_(begin), end_(end) {}
  bool on_progress(float fraction) noexcept override {
    return whole_.on_progress(begin_ + (end_ - begin_) * fraction);
  }

 private:
  LoadProgress& whole_;
  float begin_;
  float end_;
};

/// What the header's architecture should have said before (models/gguf/architecture.h).
Status check_use(const llama_model& weights, const std::filesystem::path& path) {
  const bool encodes_first = llama_model_has_encoder(&weights) && llama_model_has_decoder(&weights);
  if (!encodes_first && !llama_model_is_diffusion(&weights)) return {};
  return fail(ErrorCode::InvalidModel,
              platform::path_text(path) + ": is " +
                  (encodes_first ? "an encoder-decoder model" : "a diffusion language model") +
                  ", which this program cannot run",
              "model_path");
}

}  // namespace

LlamaCppModel::LlamaCppModel(LlamaModelPtr weights, ChatTemplate chat_template,
                             const ModelConfig& config)
    : weights_(std::move(weights)),
      tokenizer_(*weights_),
      chat_template_(std::move(chat_template)),
      embedder_(*weights_, tokenizer_, config),
      chat_tokenizer_(chat_template_, tokenizer_),
      grammars_(tokenizer_, config.open_objects) {}

Result<std::unique_ptr<LoadedModel>> LlamaCppModel::load(const ModelSpec& spec,
                                                         LoadProgress& progress) {
  const TeamOfLoad team;
  const auto needs = fit::read_model_memory(spec.config);  // checks the whole headers, too
  if (!needs) {
    const std::string& field = needs.error().field;
    return fail(needs.error().code, needs.error().message, field.empty() ? "model_path" : field);
  }
  const Result<bool> kernels = wants_kernels(spec.config);
  if (!kernels) return fail(kernels.error());
  PartOfProgress reading(progress, 0, *kernels ? kReadingShare : 1);
  const std::vector<fit::Device> devices = compute_devices();
  const auto placement = GpuPlacement::plan(*needs, spec.config, devices);
  if (!placement) return fail(placement.error());
  auto weights = load_weights(spec.config, *kernels, reading, *placement);
  if (!weights) return fail(std::move(weights.error()));
  std::vector<std::string> warnings = take_vocabulary_warnings();
  if (Status status = check_use(**weights, spec.config.model_path); !status) {
    return fail(std::move(status.error()));
  }
  if (Status usable = check_vocabulary(*llama_model_get_vocab(weights->get())); !usable) {
    return fail(ErrorCode::InvalidModel,
                platform::path_text(spec.config.model_path) + ": " + usable.error().message,
                "model_path");
  }
  auto chat_template = ChatTemplate::create(**weights, spec.config.chat_template);
  if (!chat_template) return fail(std::move(chat_template.error()));
  std::unique_ptr<LlamaCppModel> model(
      new LlamaCppModel(std::move(*weights), std::move(*chat_template), spec.config));
  if (*kernels) {
    PartOfProgress packing(progress, kReadingShare, 1);
    auto packed = load_kernels(*model->weights_, spec.config, packing);
    if (!packed) return fail(std::move(packed.error()));
    model->kernels_ = std::move(*packed);
  }
  auto adapters = LoraAdapters::load(spec.config, *model->weights_);
  if (!adapters) return fail(std::move(adapters.error()));
  model->adapters_ = std::move(*adapters);
  model->embedder_.set_adapters(&model->adapters_);
  const bool is_packed = model->kernels_ && model->kernels_->weights() > 0;
  auto context =
      create_context(*model->weights_, is_packed ? needs->beside_panels() : *needs, spec.config);
  if (!context) return fail(std::move(context.error()));
  const AdapterScales& scales = model->adapters_.as_loaded();
  if (Status status = model->adapters_.apply(*context->context, scales); !status) {
    return fail(std::move(status.error()));
  }
  model->info_ = describe_model(*model->weights_);
  model->info_.warnings = std::move(warnings);
  model->info_.id = spec.id;
  model->info_.context_length = context->planner.cells;
  model->info_.max_sequences = context->planner.max_running;
  model->info_.memory_bytes =
      memory_use(*context->context).bytes() + (is_packed ? model->kernels_->bytes() : 0) -
      (is_packed ? model->kernels_->returned() : 0) + model->adapters_.bytes();
  model->info_.fills_gaps = model->tokenizer_.fills_gaps();
  model->info_.warnings.insert(model->info_.warnings.end(), needs->notes.begin(),
                               needs->notes.end());
  model->info_.generates =
      !needs->sees_ahead && llama_get_memory(context->context.get()) != nullptr;
  if (model->info_.generates && !model->chat_template_.told().empty()) {
    model->info_.warnings.emplace_back(model->chat_template_.told());
  }
  model->codec_ =
      std::make_unique<VocabularyCodec>(model->tokenizer_, model->chat_template_,
                                        model->chat_tokenizer_, model->info_.context_length);
  model->most_in_step_ = context->planner.max_batch;
  if (Status status = model->load_projector(spec.config, progress); !status) {
    return fail(std::move(status.error()));
  }
  if (model->info_.generates) {
    if (Status first = compute_first_step(*context->context); !first) return fail(first.error());
  }
  CostCurve costs = model->info_.generates ? measure_step_costs(*context->context) : CostCurve();
  model->scheduler_ =
      std::make_unique<Scheduler>(std::move(context->context), model->info_.vocabulary_size,
                                  Scheduler::Options{.planner = context->planner,
                                                     .projector = model->projector_.get(),
                                                     .adapters = &model->adapters_,
                                                     .costs = std::move(costs)});
  if (model->projector_) {
    model->encoder_ = std::make_unique<MediaEncoder>(
        *model->projector_, [scheduler = model->scheduler_.get()](auto request) {
          scheduler->submit(std::move(request));
        });
  }
  return model;
}

Status LlamaCppModel::load_projector(const ModelConfig& config, LoadProgress& progress) {
  if (!config.projector || (config.projector_optional && !info_.generates)) return {};
  if (!info_.generates) {
    return fail(ErrorCode::InvalidRequest,
                "mmproj: model '" + info_.id + "' generates no text, so it cannot use a projector",
                "projector");
  }
  PartOfProgress done(progress, 1, 1);
  auto projector = Projector::load(config, *weights_, done);
  if (!projector && config.projector_optional &&
      projector.error().code == ErrorCode::InvalidModel) {
    info_.warnings.push_back("it takes only text: " + projector.error().message);
    return {};
  }
  if (!projector) return fail(std::move(projector.error()));
  projector_ = *std::move(projector);
  chat_tokenizer_.set_projector(projector_.get());
  info_.sees = projector_->sees();
  info_.hears = projector_->hears();
  std::error_code error;
  const auto bytes = std::filesystem::file_size(*config.projector, error);
  if (!error) info_.memory_bytes += bytes;
  return {};
}

Embedder* LlamaCppModel::embedder() noexcept {
  return embedder_.kind() == TextEmbedder::Kind::Ranks ? nullptr : &embedder_;
}

Ranker* LlamaCppModel::ranker() noexcept {
  return embedder_.kind() == TextEmbedder::Kind::Ranks ? &embedder_ : nullptr;
}

Status LlamaCppModel::submit(RequestId id, GenerateRequest request,
                             std::shared_ptr<EventSink> sink) {
  static const BackendDescriptor backend = describe_llamacpp();
  if (Status status = answer::check_answerable(request, info_, backend); !status) return status;
  auto adapters = adapters_.scales(request.params.adapters);
  if (!adapters) return fail(std::move(adapters.error()));
  auto prompt = prepare(request);
  if (!prompt) return fail(std::move(prompt.error()));
  prompt->adapters = std::move(*adapters);
  const std::uint32_t context = info_.context_length;
  if (prompt->tokens.size() >= context) {
    const bool chat = std::holds_alternative<ChatPrompt>(request.prompt);
    return answer::prompt_overflow(prompt->tokens.size(), "tokens", context,
                                   chat ? "messages" : "prompt");
  }
  const std::uint32_t most_tokens = std::min(
      request.params.max_tokens, context - static_cast<std::uint32_t>(prompt->tokens.size()));
  if (Status status = check_media(request, *prompt); !status) return status;
  const bool has_media = !prompt->media.empty();
  if (!prompt->warnings.empty()) sink->on_event(Warned{std::move(prompt->warnings)});
  auto decoding = std::make_unique<DecodingRequest>(id, request, std::move(*prompt), most_tokens,
                                                    tokenizer_, std::move(sink));
  if (has_media) {
    encoder_->submit(std::move(decoding));
  } else {
    scheduler_->submit(std::move(decoding));
  }
  return {};
}

Status LlamaCppModel::check_media(const GenerateRequest& request,
                                  const PreparedPrompt& prompt) const {
  if (request.params.prompt_logprobs && !prompt.media.empty()) {
    return fail(ErrorCode::Unsupported,
                "prompt_logprobs: a prompt with images or audio has none; leave it out",
                "prompt_logprobs");
  }
  for (const auto& media : prompt.media) {
    if (!media->span.whole || media->span.count <= most_in_step_) continue;
    return fail(ErrorCode::InvalidRequest,
                "messages: an image takes " + std::to_string(media->span.count) +
                    " tokens, but this model must read it in one step of at most " +
                    std::to_string(most_in_step_) + "; start the server with a larger --batch-size",
                "messages");
  }
  return {};
}

void LlamaCppModel::cancel(RequestId id) noexcept {
  if (encoder_ && encoder_->cancel(id)) return;
  scheduler_->cancel(id);
}

ModelStats LlamaCppModel::stats() const noexcept {
  ModelStats stats = scheduler_->stats();
  if (encoder_) stats.sequences_waiting += encoder_->requests();
  return stats;
}

Result<PreparedPrompt> LlamaCppModel::prepare(const GenerateRequest& request) {
  PreparedPrompt prepared;
  answer::AnswerFormat format;
  std::optional<NativeFormat> native;
  Result<std::vector<Token>> tokens;
  if (const auto* ids = std::get_if<TokenPrompt>(&request.prompt)) {
    tokens = answer::read_prompt(*ids, tokenizer_);
  } else if (const auto* chat = std::get_if<ChatPrompt>(&request.prompt)) {
    auto tokenized =
        chat_tokenizer_.tokenize(*chat, request.params.grammar.has_value(), info_.context_length);
    if (!tokenized) return fail(std::move(tokenized.error()));
    prepared.stop_sequences = std::move(tokenized->stop_sequences);
    format = std::move(tokenized->format);
    native = std::move(tokenized->native);
    tokens = std::move(tokenized->tokens);
    prepared.media = std::move(tokenized->media);
    prepared.warnings = std::move(tokenized->warnings);
    if (const std::string_view told = chat_template_.told(); !told.empty()) {
      prepared.warnings.push_back("messages: " + std::string(told));
    }
  } else if (const auto* gap = std::get_if<InfillPrompt>(&request.prompt)) {
    tokens = tokenize(*gap);
  } else {
    tokens =
        answer::read_prompt(std::get<TextPrompt>(request.prompt), tokenizer_, info_.context_length);
  }
  if (!tokens) return fail(std::move(tokens.error()));
  prepared.tokens = std::move(*tokens);
  auto constraint =
      native ? constrain(*native, format) : constrain(request, format, prepared.warnings);
  if (!constraint) return fail(std::move(constraint.error()));
  prepared.constraint = std::move(*constraint);
  if (request.params.reasoning_budget && !format.reasoning_end.empty()) {
    auto end = tokenizer_.tokenize(format.reasoning_end, false, true);
    if (!end) return fail(std::move(end.error()));
    prepared.reasoning_end = std::move(*end);
  }
  prepared.marks = format.marks;
  prepared.reader = native ? read_natively(*native) : answer::make_reader(format);
  return prepared;
}

Result<std::vector<Token>> LlamaCppModel::tokenize(const InfillPrompt& gap) const {
  if (!info_.fills_gaps) {
    return fail(ErrorCode::Unsupported,
                "suffix: model '" + info_.id +
                    "' was not trained for fill-in-the-middle: its vocabulary has no tokens for "
                    "it; leave it out, or use a code model",
                "suffix");
  }
  Status status = answer::check_prompt_bytes(gap.prefix + gap.suffix, tokenizer_,
                                             info_.context_length, "prompt");
  if (!status) return fail(std::move(status.error()));
  return tokenizer_.tokenize_gap(gap.prefix, gap.suffix);
}

Result<std::unique_ptr<TokenConstraint>> LlamaCppModel::constrain(
    const GenerateRequest& request, const answer::AnswerFormat& format,
    std::vector<std::string>& warnings) {
  auto matcher = grammars_.matcher(request, format);
  if (!matcher) return fail(std::move(matcher.error()));
  if (!*matcher) return nullptr;
  std::move((*matcher)->warnings.begin(), (*matcher)->warnings.end(), std::back_inserter(warnings));
  return pcai::backend::llamacpp::constrain(std::move((*matcher)->matcher));
}

Result<std::unique_ptr<TokenConstraint>> LlamaCppModel::constrain(
    const NativeFormat& native, const answer::AnswerFormat& format) {
  auto whole = constrain_natively(native, *tokenizer_.vocab());
  if (!whole || native.call_begins.empty()) return whole;
  auto lead = grammars_.lead(format, native.call_begins);
  if (!lead) return fail(std::move(lead.error()));
  return pcai::backend::llamacpp::constrain(
      pcai::backend::llamacpp::constrain(std::move(lead->matcher)), std::move(*whole));
}

}  // namespace pcai::backend::llamacpp
