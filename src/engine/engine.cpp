#include "engine/engine.h"

#include <algorithm>
#include <utility>

#include "engine/engine_impl.h"

namespace pcai::engine {

Engine::Engine(std::shared_ptr<const backend::BackendRegistry> registry, EngineOptions options,
               std::function<void(const RequestRecord&)> on_record,
               std::function<void(const ModelRecord&)> on_model)
    : impl_(std::make_shared<Impl>(std::move(registry), options, std::move(on_record),
                                   std::move(on_model))) {}

Engine::~Engine() {
  impl_->shut_down();
}

Status Engine::add_model(ModelSpec spec) {
  const EngineLock lock(impl_->state);
  return impl_->state.models.add(std::move(spec), impl_->state.options.keep_alive);
}

Status Engine::add_alias(std::string alias, std::string_view id) {
  const EngineLock lock(impl_->state);
  return impl_->state.models.add_alias(std::move(alias), id);
}

Status Engine::load_model(std::string_view id, backend::LoadProgress& progress) {
  return impl_->residence.load_model(id, progress);
}

Status Engine::unload_model(std::string_view id) {
  return impl_->residence.unload_model(id);
}

Status Engine::begin_load(std::string_view id) {
  return impl_->residence.begin_load(id);
}

Status Engine::begin_unload(std::string_view id) {
  return impl_->residence.begin_unload(id);
}

Status Engine::let_go(std::string_view id) {
  return impl_->residence.let_go(id);
}

Status Engine::remove_model(std::string_view id) {
  return impl_->residence.remove_model(id);
}

Status Engine::retire_model(std::string_view id) {
  return impl_->residence.retire_model(id);
}

Status Engine::set_default_model(std::string_view id) {
  const EngineLock lock(impl_->state);
  return impl_->state.models.set_default(id);
}

std::vector<ModelStatus> Engine::list_models() const {
  const EngineLock lock(impl_->state);
  std::vector<ModelStatus> statuses;
  for (const auto& model : impl_->state.models.all()) {
    if (!model->removed) statuses.push_back(model->status());
  }
  return statuses;
}

Result<ModelStatus> Engine::model(std::string_view id) const {
  const EngineLock lock(impl_->state);
  Result<Model*> model = impl_->state.models.find(id);
  if (!model) return fail(std::move(model.error()));
  return (*model)->status();
}

bool Engine::knows(std::string_view id) const {
  const EngineLock lock(impl_->state);
  return impl_->state.models.find_whole(id) != nullptr;
}

Result<const ModelSpec*> Engine::spec(std::string_view id) const {
  const EngineLock lock(impl_->state);
  Result<Model*> model = impl_->state.models.find(id);
  if (!model) return fail(std::move(model.error()));
  return &(*model)->spec;
}

Stay Engine::stays(std::string_view id) const {
  const EngineLock lock(impl_->state);
  const Result<Model*> model = impl_->state.models.find(id);
  return model ? (*model)->stays() : std::nullopt;
}

ModelDefaults Engine::defaults(std::string_view id) const {
  const EngineLock lock(impl_->state);
  const Result<Model*> model = impl_->state.models.find(id);
  return model ? (*model)->spec.defaults : ModelDefaults();
}

std::optional<ModelStats> Engine::model_stats(std::string_view id) const {
  EngineLock lock(impl_->state);
  const Result<Model*> model = impl_->state.models.find(id);
  if (!model || !(*model)->ready()) return std::nullopt;
  const Lease lease = impl_->residence.lease(**model, (*model)->instance);
  lock.unlock();
  return lease.model().stats();
}

std::shared_ptr<const ModelLatencies> Engine::latencies(std::string_view id) const {
  const EngineLock lock(impl_->state);
  const Result<Model*> model = impl_->state.models.find(id);
  return model ? (*model)->latencies : nullptr;
}

Result<std::unique_ptr<Generation>> Engine::generate(GenerateRequest request, Stay stay) {
  return impl_->requests.generate(std::move(request), stay, impl_->cancel_request());
}

Result<std::unique_ptr<EmbedInquiry>> Engine::embed(EmbedRequest request, Stay stay) {
  return impl_->inquiries.embed(std::move(request), stay, impl_->cancel_inquiry());
}

Result<std::unique_ptr<RankInquiry>> Engine::rank(RankRequest request) {
  return impl_->inquiries.rank(std::move(request), impl_->cancel_inquiry());
}

Result<std::unique_ptr<TokensInquiry>> Engine::tokenize(TokenizeRequest request) {
  return impl_->inquiries.tokenize(std::move(request), impl_->cancel_inquiry());
}

Result<std::unique_ptr<TextInquiry>> Engine::detokenize(DetokenizeRequest request) {
  return impl_->inquiries.detokenize(std::move(request), impl_->cancel_inquiry());
}

Result<std::unique_ptr<TextInquiry>> Engine::apply_template(TemplateRequest request) {
  return impl_->inquiries.apply_template(std::move(request), impl_->cancel_inquiry());
}

Result<std::unique_ptr<CountInquiry>> Engine::count_tokens(CountRequest request, Stay stay) {
  return impl_->inquiries.count_tokens(std::move(request), stay, impl_->cancel_inquiry());
}

bool Engine::ready() const {
  const EngineLock lock(impl_->state);
  const Result<Model*> model = impl_->state.models.find("");
  if (!model || impl_->state.draining) return false;
  // One that has left for being idle, or to make room, comes back when it is asked for.
  const bool has_left = (*model)->phase == Model::Phase::Unloaded && (*model)->load_seconds > 0;
  return (*model)->ready() || has_left;
}

void Engine::drain() {
  const EngineLock lock(impl_->state);
  impl_->state.draining = true;
}

bool Engine::wait_idle(std::chrono::milliseconds timeout) {
  const EngineLock lock(impl_->state);
  return impl_->state.wait_for(std::min(timeout, kLongestTimeout),
                               [this]() REQUIRES(engine_mutex) { return impl_->idle(); });
}

void Engine::cancel_all() {
  impl_->requests.cancel_all();
  impl_->inquiries.cancel(nullptr);
}

EngineStats Engine::stats() const {
  const EngineLock lock(impl_->state);
  EngineStats stats = impl_->state.counts;
  stats.queued = impl_->requests.queued();
  stats.running = impl_->requests.running();
  return stats;
}

}  // namespace pcai::engine
