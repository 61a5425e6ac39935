#pragma once

#include <cstddef>
#include <list>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

namespace pcai::grammar {

/// The values that were used last, by name. Not thread-safe.
template <typename Value>
class Recent {
 public:
  explicit Recent(std::size_t most) : most_(most) {}

  /// Null if it is not there (any more). Valid until the next add().
  Value* find(std::string_view name) {
    const auto found = by_name_.find(name);
    if (found == by_name_.end()) return nullptr;
    items_.splice(items_.begin(), items_, found->second);
    return &items_.front().second;
  }

  Value& add(std::string name, Value value) {
    if (Value* const known = find(name)) return *known = std::move(value);
    items_.emplace_front(std::move(name), std::move(value));
    by_name_.emplace(items_.front().first, items_.begin());
    if (items_.size() > most_) {
      by_name_.erase(items_.back().first);
      items_.pop_back();
    }
    return items_.front().second;
  }

 private:
  using Items = std::list<std::pair<std::string, Value>>;

  const std::size_t most_;
  Items items_;  // most recently used first
  std::unordered_map<std::string_view, typename Items::iterator> by_name_;
};

}  // namespace pcai::grammar
