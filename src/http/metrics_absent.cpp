#include "http/metrics.h"

namespace pcai::http {

std::string metrics_text(const engine::Engine&, const HttpStats&) {
  return {};
}

}  // namespace pcai::http
