#include "grammar/schema/array_words.h"

#include <algorithm>
#include <bit>
#include <cstdint>
#include <utility>

namespace pcai::grammar {
namespace {

using Json = OrderedJson;

constexpr std::size_t kMaxArrays = 400;
constexpr std::size_t kMaxPlaces = 128;    // ways to place the items that are contained
constexpr std::size_t kFirstItems = 8;     // of an array without a bound
constexpr std::size_t kLongestArray = 16;  // whose items may stand anywhere

std::optional<std::size_t> count_of(const Json& schema, const char* keyword) {
  const auto value = schema.find(keyword);
  if (value == schema.end() || !value->is_number_unsigned()) return std::nullopt;
  return static_cast<std::size_t>(std::min<std::uint64_t>(value->get<std::uint64_t>(), 1U << 30));
}

/// The option for arrays alone; what is no array is not concerned.
void also_for_arrays(Json& schema, Json options) {
  if (schema.value("type", Json()) != "array") options.push_back(any_but("array"));
  also(schema, {{"anyOf", std::move(options)}});
}

/// Arrays of distinct values: all, or those in the values' order.
class Arrangements {
 public:
  Arrangements(const std::vector<Json>& values, std::size_t least, std::size_t most, bool sorted)
      : values_(values), least_(least), most_(most), sorted_(sorted) {
    extend(Json::array(), 0, 0);
  }

  bool few() const { return found_.size() <= kMaxArrays; }
  Json take() { return std::move(found_); }

 private:
  void extend(const Json& array, std::uint64_t used, std::size_t from) {
    if (!few()) return;
    if (array.size() >= least_) found_.push_back(array);
    if (array.size() == most_) return;
    for (std::size_t i = sorted_ ? from : 0; i < values_.size(); ++i) {
      if ((used & (std::uint64_t{1} << i)) != 0) continue;
      Json longer = array;
      longer.push_back(values_[i]);
      extend(longer, used | (std::uint64_t{1} << i), i + 1);
    }
  }

  const std::vector<Json>& values_;
  const std::size_t least_, most_;
  const bool sorted_;
  Json found_ = Json::array();
};

}  // namespace

void list_distinct_items(OrderedJson& schema, const SchemaLogic& logic, SchemaFaults& faults) {
  const bool wanted = schema["uniqueItems"] != false;
  schema.erase("uniqueItems");
  const std::size_t least = count_of(schema, "minItems").value_or(0);
  const auto most = count_of(schema, "maxItems");
  const Json type = schema.value("type", Json());
  if (!wanted || (most && *most <= 1) || (type.is_string() && type != "array")) return;
  const std::string place = place_of(schema) + ".uniqueItems";
  const bool listed = schema.contains("items") && !schema.contains("prefixItems");
  const auto values = listed ? logic.values_of(schema["items"]) : std::nullopt;
  if (!values || values->size() > 63) {
    return faults.add(place, "it is only enforced for items of a few values, such as an enum");
  }
  for (const bool sorted : {false, true}) {
    Arrangements arrays(*values, least, std::min(most.value_or(values->size()), values->size()),
                        sorted);
    if (!arrays.few()) continue;
    return also_for_arrays(schema, Json::array({{{"enum", arrays.take()}}}));
  }
  faults.add(place, "its " + std::to_string(values->size()) + " values can form too many arrays");
}

void place_contained_items(OrderedJson& schema, const SchemaLogic& logic, SchemaFaults& faults) {
  const Json item = std::move(schema["contains"]);
  const std::size_t least = count_of(schema, "minContains").value_or(1);
  const auto most = count_of(schema, "maxContains");
  const auto longest = count_of(schema, "maxItems");
  schema.erase("contains");
  const Json type = schema.value("type", Json());
  if ((least == 0 && !most) || (type.is_string() && type != "array")) return;
  const std::string place = place_of(schema) + (most ? ".maxContains" : ".contains");
  const auto other = most ? logic.negate(item) : Json(true);
  if (!other) return faults.add(place, "there is no schema of the items that it does not count");
  std::size_t first = longest && *longest <= kLongestArray ? *longest : kFirstItems;
  for (first = std::max(first, least); first >= least && first <= 20; --first) {
    Json options = Json::array();
    for (std::uint32_t at = 0; at < (1U << first) && options.size() <= kMaxPlaces; ++at) {
      const auto count = static_cast<std::size_t>(std::popcount(at));
      // Without an upper bound the items after the last one that is needed are free.
      if (count < least || (most ? count > *most : count != least)) continue;
      Json items = Json::array();
      for (std::uint32_t left = at; left != 0; left >>= 1U) {
        items.push_back((left & 1U) != 0 ? item : *other);
      }
      Json option = {{kPlace, place}, {"minItems", items.size()}};
      if (!items.empty()) option["prefixItems"] = std::move(items);
      if (most) option["items"] = *other;
      options.push_back(std::move(option));
    }
    if (options.size() <= kMaxPlaces) return also_for_arrays(schema, std::move(options));
    if (first == 0) break;
  }
  faults.add(place, "the items that it counts can stand in too many places");
}

}  // namespace pcai::grammar
