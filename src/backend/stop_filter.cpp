#include "backend/stop_filter.h"

#include <algorithm>
#include <utility>

namespace pcai::backend {

std::string StopFilter::add(std::string_view text) {
  if (stopped()) return {};
  held_ += text;
  std::size_t first = std::string::npos;
  std::size_t keep = 0;
  for (const std::string& sequence : sequences_) {
    if (const std::size_t found = held_.find(sequence); found < first) {
      first = found;
      matched_ = sequence;
    }
    for (std::size_t n = std::min(sequence.size() - 1, held_.size()); n > keep; --n) {
      if (held_.compare(held_.size() - n, n, sequence, 0, n) == 0) keep = n;
    }
  }
  if (first != std::string::npos) {
    held_.resize(first);
    return std::exchange(held_, {});
  }
  std::string shown = held_.substr(0, held_.size() - keep);
  held_.erase(0, shown.size());
  return shown;
}

std::string StopFilter::take_held() {
  return std::exchange(held_, {});
}

}  // namespace pcai::backend
