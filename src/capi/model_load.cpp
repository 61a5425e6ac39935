#include "capi/model_load.h"

#include <exception>
#include <utility>

#include "core/start_thread.h"

namespace pcai::capi {

ModelLoad::ModelLoad(std::shared_ptr<OpenEngine> engine, std::string id)
    : thread_(start_thread([this, engine = std::move(engine), id = std::move(id)] {
        Status status;
        try {
          status = engine->load_model(id, *this);
        } catch (const std::exception& exception) {
          status = fail(ErrorCode::Internal, exception.what());
        }
        {
          const MutexLock lock(mutex_);
          outcome_ = std::move(status);
        }
        ended_.notify_all();
      })) {}

ModelLoad::~ModelLoad() {
  give_up();
  thread_.join();
}

std::optional<Status> ModelLoad::wait(std::int32_t timeout_ms) {
  const MutexLock lock(mutex_);
  const auto ended = [this]() REQUIRES(mutex_) { return outcome_.has_value(); };
  if (timeout_ms < 0) {
    ended_.wait(mutex_, ended);
  } else {
    ended_.wait_for(mutex_, std::chrono::milliseconds(timeout_ms), ended);
  }
  return outcome_;
}

}  // namespace pcai::capi
