#include "backend/mistralrs/mistralrs_model.h"

#include <spdlog/spdlog.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>
#include <utility>

#include "backend/answer/chat/usual_template.h"
#include "backend/answer/prompt/prompt_check.h"
#include "backend/mistralrs/model_files.h"
#include "backend/mistralrs/request_json.h"
#include "platform/path_text.h"
#include "platform/processors.h"

namespace pcai::backend::mistralrs {
namespace {

using Json = nlohmann::json;

constexpr std::uint32_t kUnloadMs = 10'000;  // then the engine ends by itself, a little later
constexpr float kFilesRead = 0.05F;

Json config_json(const ModelConfig& config, const ModelFiles& model) {
  Json files = Json::array();
  for (const auto& file : model.files) files.push_back(platform::path_text(file));
  Json usual_templates = Json::array();
  for (const answer::UsualTemplate& usual : answer::usual_templates()) {
    usual_templates.push_back({{"mark", usual.mark}, {"source", usual.source}});
  }
  return {{"format", model.format},
          {"folder", platform::path_text(model.folder)},
          {"files", std::move(files)},
          {"isq", config.isq.empty() ? Json() : Json(config.isq)},
          {"chat_template", config.chat_template ? Json(*config.chat_template) : Json()},
          {"usual_templates", std::move(usual_templates)},
          {"gpu_layers", config.gpu_layers},
          // rayon would count without the quotas of the groups above this process.
          {"threads", config.threads > 0 ? config.threads : platform::usable_processors()},
          {"max_sequences", config.max_sequences}};
}

/// Borrowed from the chat.
std::vector<pcai_mrs_image> images_of(const ChatPrompt& chat) {
  std::vector<pcai_mrs_image> images;
  for (const ChatMessage& message : chat.messages) {
    for (const Media& media : message.media) {
      images.push_back(
          {reinterpret_cast<const std::uint8_t*>(media.bytes->data()), media.bytes->size()});
    }
  }
  return images;
}

}  // namespace

MistralrsModel::MistralrsModel(const Bridge& bridge, const BackendDescriptor& backend,
                               ModelInfo info)
    : bridge_(bridge), backend_(backend), info_(std::move(info)) {}

Result<std::unique_ptr<LoadedModel>> MistralrsModel::load(const Bridge& bridge,
                                                          const BackendDescriptor& backend,
                                                          const ModelSpec& spec,
                                                          LoadProgress& progress) {
  const auto cancelled = [] { return fail(ErrorCode::Cancelled, "the load was cancelled"); };
  const ModelConfig& config = spec.config;
  if (config.gpu_layers > 0 && !backend.capabilities.supports_gpu) {
    spdlog::warn("mistralrs: gpu_layers = {} has no effect, this bridge is built without a GPU",
                 config.gpu_layers);
  }
  auto files = look_at_model(config.model_path);
  if (!files) return fail(std::move(files.error()));
  if (!progress.on_progress(kFilesRead)) return cancelled();

  std::unique_ptr<MistralrsModel> model(
      new MistralrsModel(bridge, backend, std::move(files->info)));
  const std::string text = config_json(config, *files).dump();
  BridgeAnswer answer(bridge);
  const auto status = bridge.load(text.data(), text.size(), &model->model_, answer.out());
  if (status != PCAI_MRS_OK) {
    Error error = answer.error(status);
    if (error.code == ErrorCode::InvalidModel) {
      error.message =
          platform::path_text(config.model_path) + " cannot be loaded: " + error.message;
    }
    return fail(std::move(error));
  }
  if (!progress.on_progress(1)) return cancelled();
  ModelInfo& info = model->info_;
  info.id = spec.id;
  if (!config.isq.empty()) info.quantization = config.isq;
  info.backend = backend.name;
  info.format = files->format;
  info.max_sequences = config.max_sequences;
  if (config.context_length) info.context_length = *config.context_length;
  if (Status read = model->read_tokens(std::string(answer.text()), config.chat_template.has_value(),
                                       config.open_objects);
      !read) {
    return fail(std::move(read.error()));
  }
  return model;
}

/// What pcai_mrs_load said of the model.
Status MistralrsModel::read_tokens(const std::string& loaded, bool own_template,
                                   bool open_objects) {
  const Json json = Json::parse(loaded);
  const auto context = json.at("context_length").get<std::uint64_t>();
  const auto most = static_cast<std::uint32_t>(std::min<std::uint64_t>(context, UINT32_MAX));
  info_.context_length = info_.context_length == 0 ? most : std::min(info_.context_length, most);
  if (info_.train_context_length == 0) info_.train_context_length = most;
  info_.vocabulary_size = json.at("vocabulary_size").get<std::uint32_t>();
  auto tokenizer =
      BridgeTokenizer::create(bridge_, *model_, json.at("ends").get<std::vector<std::int32_t>>());
  if (!tokenizer) return fail(std::move(tokenizer.error()));
  tokenizer_ = std::move(*tokenizer);
  grammars_ = std::make_unique<answer::AnswerGrammars>(*tokenizer_, open_objects);
  const Json& source = json.at("chat_template");
  chats_ = std::make_unique<ChatWriter>(bridge_, *model_,
                                        source.is_string() ? source.get<std::string>() : "",
                                        own_template, tokenizer_);
  info_.sees = json.at("sees").get<bool>();
  if (const Json& usual = json.at("usual_template"); usual.is_number()) {
    told_ = answer::usual_templates().at(usual.get<std::size_t>()).told;
  }
  codec_ = std::make_unique<BridgeCodec>(*tokenizer_, *chats_, info_.context_length);
  if (json.at("category") == "embedding") {
    info_.generates = false;
    embedder_ =
        std::make_unique<BridgeEmbedder>(bridge_, *model_, tokenizer_, info_.context_length);
  }
  if (info_.generates && !told_.empty()) info_.warnings.push_back(told_);
  return {};
}

MistralrsModel::~MistralrsModel() {
  if (model_ != nullptr) bridge_.unload(model_, kUnloadMs);
}

Status MistralrsModel::submit(RequestId id, GenerateRequest request,
                              std::shared_ptr<EventSink> sink) {
  if (Status status = answer::check_answerable(request, info_, backend_); !status) return status;
  const auto prompt = prepare(request.prompt);
  if (!prompt) return fail(prompt.error());
  std::vector<std::string> warnings = prompt->warnings;
  if (!told_.empty() && std::holds_alternative<ChatPrompt>(request.prompt)) {
    warnings.push_back("messages: " + told_);
  }
  auto guide = this->guide(request, prompt->format, warnings);
  if (!guide) return fail(std::move(guide.error()));
  if (!warnings.empty()) sink->on_event(Warned{std::move(warnings)});
  return start(id, request, *prompt, std::move(*guide),
               LiveRequest(request.params, prompt->format, tokenizer_, std::move(sink)));
}

Result<TokenizedPrompt> MistralrsModel::prepare(const Prompt& prompt) const {
  if (const auto* chat = std::get_if<ChatPrompt>(&prompt)) {
    if (images_of(*chat).empty()) return chats_->tokenize(*chat, info_.context_length);
    if (info_.sees) return chats_->prepare_images(*chat, info_.context_length);
    return fail(ErrorCode::Unsupported,
                "messages: model '" + info_.id + "' does not support images", "messages");
  }
  const auto* const ids = std::get_if<TokenPrompt>(&prompt);
  auto tokens = ids != nullptr ? answer::read_prompt(*ids, *tokenizer_)
                               : answer::read_prompt(std::get<TextPrompt>(prompt), *tokenizer_,
                                                     info_.context_length);
  if (!tokens) return fail(std::move(tokens.error()));
  return TokenizedPrompt{.tokens = std::move(*tokens)};
}

/// Null where every token may come.
Result<std::unique_ptr<AnswerGuide>> MistralrsModel::guide(const GenerateRequest& request,
                                                           const answer::AnswerFormat& format,
                                                           std::vector<std::string>& warnings) {
  auto constraint = grammars_->matcher(request, format);
  if (!constraint) return fail(std::move(constraint.error()));
  if (*constraint) {
    std::vector<std::string>& left_out = (*constraint)->warnings;
    std::move(left_out.begin(), left_out.end(), std::back_inserter(warnings));
  }
  std::optional<AnswerGuide::Budget> budget;
  if (request.params.reasoning_budget && !format.reasoning_end.empty()) {
    auto end = tokenizer_->tokenize(format.reasoning_end, false, true);
    if (!end) return fail(std::move(end.error()));
    budget = AnswerGuide::Budget{*request.params.reasoning_budget, std::move(*end), format};
  }
  if (!*constraint && !budget) return nullptr;
  return std::make_unique<AnswerGuide>(tokenizer_, std::move(*constraint), std::move(budget));
}

Status MistralrsModel::start(RequestId id, const GenerateRequest& request,
                             const TokenizedPrompt& prompt, std::unique_ptr<AnswerGuide> guide,
                             LiveRequest live) {
  const std::string text = prompt.chat.empty()
                               ? request_json(prompt.tokens, request.params, info_.context_length)
                               : request_json(prompt.chat, request.params, info_.context_length);
  const auto* const chat = std::get_if<ChatPrompt>(&request.prompt);
  const auto images = chat != nullptr ? images_of(*chat) : std::vector<pcai_mrs_image>();
  auto ticket = std::make_unique<Ticket>(Ticket{*this, id, std::move(live)});
  Ticket* const user = ticket.get();
  {
    // Before the first event can come.
    const MutexLock lock(mutex_);
    live_.emplace(id, std::move(ticket));
  }
  std::optional<pcai_mrs_guide> handed;
  if (guide) handed = AnswerGuide::hand_over(std::move(guide));
  BridgeAnswer answer(bridge_);
  const auto status =
      bridge_.submit(model_, id, text.data(), text.size(), images.data(), images.size(),
                     handed ? &*handed : nullptr, on_event, user, answer.out());
  if (status == PCAI_MRS_OK) return {};
  const MutexLock lock(mutex_);
  live_.erase(id);
  return fail(answer.error(status));
}

std::int32_t MistralrsModel::on_event(void* user, const pcai_mrs_event* event) noexcept {
  auto& ticket = *static_cast<Ticket*>(user);
  if (!ticket.request.take(*event)) return 0;
  MistralrsModel& model = ticket.model;
  std::unordered_map<RequestId, std::unique_ptr<Ticket>>::node_type ended;
  const MutexLock lock(model.mutex_);
  ended = model.live_.extract(ticket.id);
  return 1;
}

void MistralrsModel::cancel(RequestId id) noexcept {
  bridge_.cancel(model_, id);
}

ModelStats MistralrsModel::stats() const noexcept {
  pcai_mrs_stats bridge{};
  bridge_.get_stats(model_, &bridge);
  ModelStats stats;
  stats.sequences_running = bridge.running;
  stats.sequences_waiting = bridge.waiting;
  stats.tokens_generated = bridge.tokens_generated;
  stats.prompt_tokens_computed = bridge.prompt_tokens;
  stats.steps = ticks_.steps({.tokens = bridge.tokens_generated,
                              .prompt_tokens = bridge.prompt_tokens_unseen,
                              .computed = processor_time()},
                             ProgressTicks::Clock::now());
  return stats;
}

bool MistralrsModel::alive() const noexcept {
  pcai_mrs_stats stats{};
  bridge_.get_stats(model_, &stats);
  return stats.alive != 0;
}

}  // namespace pcai::backend::mistralrs
