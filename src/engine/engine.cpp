#include "engine/engine.h"

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
  return impl_->add_model(std::move(spec));
}

Status Engine::add_alias(std::string alias, std::string_view id) {
  return impl_->add_alias(std::move(alias), id);
}

Status Engine::load_model(std::string_view id, backend::LoadProgress& progress) {
  return impl_->load_model(id, progress);
}

Status Engine::unload_model(std::string_view id) {
  return impl_->unload_model(id);
}

Status Engine::begin_load(std::string_view id) {
  return impl_->begin_load(id);
}

Status Engine::begin_unload(std::string_view id) {
  return impl_->begin_unload(id);
}

Status Engine::remove_model(std::string_view id) {
  return impl_->remove_model(id);
}

Status Engine::retire_model(std::string_view id) {
  return impl_->retire_model(id);
}

Status Engine::set_default_model(std::string_view id) {
  return impl_->set_default_model(id);
}

std::vector<ModelStatus> Engine::list_models() const {
  return impl_->list_models();
}

ModelDefaults Engine::defaults(std::string_view id) const {
  return impl_->defaults(id);
}

Result<ModelStatus> Engine::model(std::string_view id) const {
  return impl_->model(id);
}

std::optional<ModelStats> Engine::model_stats(std::string_view id) const {
  return impl_->model_stats(id);
}

Result<std::unique_ptr<Generation>> Engine::generate(GenerateRequest request) {
  return impl_->generate(std::move(request));
}

Result<std::unique_ptr<EmbedInquiry>> Engine::embed(EmbedRequest request) {
  return impl_->embed(std::move(request));
}

Result<std::unique_ptr<RankInquiry>> Engine::rank(RankRequest request) {
  return impl_->rank(std::move(request));
}

Result<std::unique_ptr<TokensInquiry>> Engine::tokenize(TokenizeRequest request) {
  return impl_->tokenize(std::move(request));
}

Result<std::unique_ptr<TextInquiry>> Engine::detokenize(DetokenizeRequest request) {
  return impl_->detokenize(std::move(request));
}

Result<std::unique_ptr<TextInquiry>> Engine::apply_template(TemplateRequest request) {
  return impl_->apply_template(std::move(request));
}

Result<std::unique_ptr<CountInquiry>> Engine::count_tokens(CountRequest request) {
  return impl_->count_tokens(std::move(request));
}

bool Engine::ready() const {
  return impl_->ready();
}

void Engine::drain() {
  impl_->drain();
}

bool Engine::wait_idle(std::chrono::milliseconds timeout) {
  return impl_->wait_idle(timeout);
}

void Engine::cancel_all() {
  impl_->cancel_all();
}

EngineStats Engine::stats() const {
  return impl_->stats();
}

}  // namespace pcai::engine
