#pragma once

#include <functional>
#include <memory>

#include "engine/engine.h"
#include "engine/engine_state.h"
#include "engine/models/model_users.h"
#include "engine/models/residence.h"
#include "engine/requests/inquiries.h"
#include "engine/requests/requests.h"

namespace pcai::engine {

/// The parts of an engine over one state. Requests and inquiries know who keeps models in memory;
/// that one knows them as ModelUsers only.
class Engine::Impl final : public std::enable_shared_from_this<Impl>, public ModelUsers {
 public:
  Impl(std::shared_ptr<const backend::BackendRegistry> registry, EngineOptions options,
       std::function<void(const RequestRecord&)> on_record,
       std::function<void(const ModelRecord&)> on_model);

  /// Ends all requests and models; afterwards only the functions below may be called.
  void shut_down() EXCLUDES(engine_mutex);

  /// What a request's and an inquiry's reader calls to cancel it, also when the engine is gone.
  std::function<void(RequestId)> cancel_request();
  std::function<void(RequestId)> cancel_inquiry();

  bool idle() const REQUIRES(engine_mutex) { return requests.idle() && inquiries.idle(); }

  void advance(Model& model) override REQUIRES(engine_mutex);
  std::function<void()> end_waiting(Model& model, const Error& error) override
      REQUIRES(engine_mutex);
  void stop_inquiries(const Model& model) override EXCLUDES(engine_mutex);

  EngineState state;
  Requests requests;
  Inquiries inquiries;
  Residence residence;  // the first to be destroyed: its threads still call the others
};

}  // namespace pcai::engine
