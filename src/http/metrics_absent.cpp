#include "http/metrics.h"

namespace pcai {

std::string metrics_text(const Engine&, const HttpStats&) {
  return {};
}

}  // namespace pcai
