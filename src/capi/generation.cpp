#include <utility>

#include "capi/abi/handles.h"
#include "capi/abi/request.h"
#include "capi/abi/struct_size.h"
#include "capi/abi/wait.h"

namespace pcai::capi {
namespace {

/// Marks a generation as being read, so that a second reader is an error and not a race.
class Reading {
 public:
  explicit Reading(std::atomic_flag& flag) : flag_(flag), alone_(!flag.test_and_set()) {}
  ~Reading() {
    if (alone_) flag_.clear();
  }
  Reading(const Reading&) = delete;
  Reading& operator=(const Reading&) = delete;

  bool alone() const noexcept { return alone_; }

 private:
  std::atomic_flag& flag_;
  bool alone_;
};

}  // namespace
}  // namespace pcai::capi

using namespace pcai;
using namespace pcai::capi;

extern "C" {

void pcai_request_init(pcai_request* request, uint32_t struct_size) {
  init_struct(request, struct_size, default_request());
}

pcai_status pcai_generation_start(pcai_model* model, const pcai_request* request,
                                  pcai_generation** generation, pcai_error** error) {
  return guarded(error, [&]() -> Status {
    if (generation == nullptr) return refuse_null("generation");
    *generation = nullptr;
    if (model == nullptr) return refuse_null("model");
    if (request == nullptr) return refuse_null("request");
    Result<GenerateRequest> read = read_request(request);
    if (!read) return fail(std::move(read.error()));
    read->model = model->id;
    api::Places places = places_of(*read);
    auto started = model->engine->generate(std::move(*read));
    if (!started) return fail(std::move(started.error()));
    *generation = new pcai_generation{std::move(*started), std::move(places)};
    return {};
  });
}

pcai_status pcai_generation_next(pcai_generation* generation, int32_t timeout_ms, pcai_event* event,
                                 pcai_error** error) {
  return guarded(error, [&]() -> Result<pcai_status> {
    if (generation == nullptr) return refuse_null("generation");
    if (event == nullptr) return refuse_null("event");
    if (Status status = check_timeout(timeout_ms); !status) return fail(status.error());
    // Before the event is taken, which would else be lost.
    if (auto size = check_struct_size(event, "event"); !size) return fail(size.error());
    const Reading reading(generation->reading);
    if (!reading.alone()) {
      return fail(ErrorCode::InvalidRequest, "another thread is reading this generation",
                  "generation");
    }
    if (generation->generation->done()) return PCAI_END;
    std::optional<GenerateEvent> next = wait_for_event(*generation->generation, timeout_ms);
    if (!next) return PCAI_TIMEOUT;
    const pcai_event& shown = generation->view.show(std::move(*next), generation->places);
    if (Status status = write_struct(shown, event, "event"); !status) return fail(status.error());
    return PCAI_OK;
  });
}

void pcai_generation_cancel(pcai_generation* generation) {
  if (generation != nullptr && !is_forked_from_engine()) generation->generation->cancel();
}

void pcai_generation_free(pcai_generation** generation) {
  if (generation == nullptr) return;
  if (is_forked_from_engine()) return leave(generation);
  delete std::exchange(*generation, nullptr);
}

}  // extern "C"
