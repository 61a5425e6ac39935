#pragma once

#include <cstddef>
#include <string>
#include <utility>
#include <vector>

namespace pcai::grammar {

/// What of a schema cannot be enforced: its place below the root (".properties.age.pattern", "" =
/// the root itself), and why.
struct SchemaFault {
  std::string place;
  std::string reason;
};

/// The faults of one schema. Where it is relaxed, each part with a fault is left out of what is
/// enforced; else the first fault ends everything.
class SchemaFaults {
 public:
  explicit SchemaFaults(bool relaxed) : relaxed_(relaxed) {}

  void add(std::string place, std::string reason) {
    if (!relaxed_ && !found_.empty()) return;
    for (const SchemaFault& fault : found_) {
      if (fault.place == place) return;
    }
    if (found_.size() < kMaxFound) found_.push_back({std::move(place), std::move(reason)});
  }

  bool relaxed() const noexcept { return relaxed_; }
  bool ended() const noexcept { return !relaxed_ && !found_.empty(); }
  const std::vector<SchemaFault>& found() const noexcept { return found_; }

 private:
  static constexpr std::size_t kMaxFound = 100;
  const bool relaxed_;
  std::vector<SchemaFault> found_;
};

}  // namespace pcai::grammar
