#include "http/routes/running_pull.h"

#include <boost/asio/post.hpp>

#include "http/routes/model_routes.h"

namespace pcai::http {

RunningPull::View RunningPull::view() const {
  const MutexLock lock(mutex_);
  return view_;
}

void RunningPull::run(const PullModel& pull, const std::string& name,
                      const std::function<void()>& ready) {
  {
    const MutexLock lock(mutex_);
    if (given_up_) return;
    view_.begun = true;
  }
  Result<std::string> result = pull(name, [this](const PullStep& step) {
    const MutexLock lock(mutex_);
    view_.step = step;
    return !given_up_;
  });
  const MutexLock lock(mutex_);
  view_.result = std::move(result);
  if (!given_up_) ready();
}

void RunningPull::give_up() {
  const MutexLock lock(mutex_);
  given_up_ = true;
}

PullInQueue::PullInQueue(Exchange& exchange, const std::string& name) {
  ServerState& server = exchange.server();
  boost::asio::post(server.pullers, [pull = pull_, name, ready = exchange.waker(),
                                     &pull_model = server.options.pull_model] {
    pull->run(pull_model, name, ready);
  });
}

Status may_pull(Exchange& exchange) {
  if (Status allowed = may_manage_models(exchange); !allowed) return allowed;
  if (exchange.server().options.pull_model) return {};
  return fail(ErrorCode::Unsupported, "this server does not pull models");
}

}  // namespace pcai::http
