#include "hub/pull.h"

namespace pcai::hub {

Result<HubOptions> hub_options_from_environment() {
  return HubOptions{};
}

Result<PulledModel> pull_model(const HubName&, const HubOptions&, PullProgress&) {
  return fail(ErrorCode::Unsupported,
              "this build cannot download: it was made without OpenSSL; put a GGUF file into the "
              "models folder yourself");
}

bool can_pull() noexcept {
  return false;
}

}  // namespace pcai::hub
