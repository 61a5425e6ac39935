#include "app/settings/suggestion.h"

#include <algorithm>

#include "core/near_name.h"

namespace pcai::app {
namespace {

constexpr std::size_t kLongestWord = 64;

}  // namespace

std::string did_you_mean(std::string_view word, const std::vector<std::string>& known) {
  if (word.size() > kLongestWord) return "";
  const std::string* nearest = nullptr;
  std::size_t distance = std::max<std::size_t>(1, word.size() / 3) + 1;
  for (const std::string& candidate : known) {
    const std::size_t here = edit_distance(word, candidate);
    if (here < distance) {
      distance = here;
      nearest = &candidate;
    }
  }
  return nearest == nullptr ? "" : "; did you mean '" + *nearest + "'?";
}

}  // namespace pcai::app
