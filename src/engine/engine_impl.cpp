#include "engine/engine_impl.h"

#include <utility>

namespace pcai::engine {

Engine::Impl::Impl(std::shared_ptr<const backend::BackendRegistry> registry, EngineOptions options,
                   std::function<void(const RequestRecord&)> on_record,
                   std::function<void(const ModelRecord&)> on_model)
    : state(options, std::move(on_model)),
      requests(state, residence, std::move(on_record)),
      inquiries(state, residence),
      residence(state, std::move(registry), *this) {}

void Engine::Impl::shut_down() {
  {
    const EngineLock lock(state);
    state.draining = true;
  }
  requests.cancel_all();
  inquiries.cancel(nullptr);
  residence.unload_all();
  const EngineLock lock(state);
  state.wait([this]() REQUIRES(engine_mutex) { return idle(); });
}

std::function<void(RequestId)> Engine::Impl::cancel_request() {
  return [weak = weak_from_this()](RequestId id) {
    if (const auto impl = weak.lock()) impl->requests.end_early(id, ErrorCode::Cancelled);
  };
}

std::function<void(RequestId)> Engine::Impl::cancel_inquiry() {
  return [weak = weak_from_this()](RequestId id) {
    if (const auto impl = weak.lock()) impl->inquiries.end_early(id, ErrorCode::Cancelled);
  };
}

void Engine::Impl::advance(Model& model) {
  requests.advance(model);
}

std::function<void()> Engine::Impl::end_waiting(Model& model, const Error& error) {
  return requests.end_waiting(model, error);
}

void Engine::Impl::stop_inquiries(const Model& model) {
  inquiries.cancel(&model);
}

}  // namespace pcai::engine
