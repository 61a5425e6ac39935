#include "models/gguf/gguf_hyperparameters.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <optional>
#include <string>

#include "models/gguf/damaged.h"
#include "models/printable.h"

namespace pcai::models {
namespace {

constexpr std::uint64_t kMaxLayers = 512;    // llama.cpp's LLAMA_MAX_LAYERS
constexpr std::uint64_t kMaxExperts = 1024;  // llama.cpp's LLAMA_MAX_EXPERTS
constexpr std::uint64_t kMaxInt32 = 0x7FFF'FFFF;

struct Range {
  std::string_view name;
  std::uint64_t min;
  std::uint64_t max;
};

constexpr Range kRanges[] = {
    {"block_count", 1, kMaxLayers},        {"decoder_block_count", 0, kMaxLayers},
    {"vision.block_count", 0, kMaxLayers}, {"audio.block_count", 0, kMaxLayers},
    {"context_length", 1, kMaxInt32},      {"embedding_length", 1, 1 << 20},
    {"attention.key_length", 1, 1 << 16},  {"attention.value_length", 1, 1 << 16},
    {"rope.dimension_count", 0, 1 << 16},  {"vocab_size", 0, kMaxInt32},
    {"expert_count", 0, kMaxExperts},      {"pooling_type", 0, 4},
};

/// One header's hyperparameters.
class Hyperparameters {
 public:
  explicit Hyperparameters(const GgufFile& file) : file_(file) {}

  Status check() const {
    return check_architecture()
        .and_then([this] { return check_ranges(); })
        .and_then([this] { return check_layers(); })
        .and_then([this] { return check_heads(""); })
        .and_then([this] { return check_heads("vision."); })
        .and_then([this] { return check_heads("audio."); })
        .and_then([this] { return check_experts(); })
        .and_then([this] { return check_rope(); })
        .and_then([this] { return check_epsilons(); });
  }

 private:
  Status check_architecture() const {
    const std::string_view name = file_.architecture();
    const auto is_plain = [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
             c == '-' || c == '_' || c == '.';
    };
    if (file_.find("general.architecture") != nullptr &&
        (name.empty() || name.size() > 64 || !std::ranges::all_of(name, is_plain))) {
      return damaged("'general.architecture' is not a name: " + in_quotes(name));
    }
    return {};
  }

  std::optional<std::uint64_t> number(std::string_view name) const {
    return file_.number(file_.own_key(name));
  }

  bool has(std::string_view name) const { return file_.find(file_.own_key(name)) != nullptr; }

  tl::unexpected<Error> refuse(std::string_view name, std::string why) const {
    return damaged("'" + file_.own_key(name) + "' " + std::move(why));
  }

  Status check_ranges() const {
    for (const auto& [name, min, max] : kRanges) {
      if (!has(name)) continue;
      const auto value = number(name);
      if (value && *value >= min && *value <= max) continue;
      return refuse(name, value ? "is " + std::to_string(*value) + ", not from " +
                                      std::to_string(min) + " to " + std::to_string(max)
                                : "is not a whole number");
    }
    return {};
  }

  Status check_layers() const {
    const std::uint64_t layers = number("block_count").value_or(kMaxLayers);
    for (const std::string_view name :
         {"nextn_predict_layers", "posnet.block_count", "convnext.block_count"}) {
      if (number(name).value_or(0) > layers) {
        return refuse(name, "is over its number of layers, " + std::to_string(layers));
      }
    }
    return {};
  }

  /// A value of layer `layer`: of an array, or the same for every layer. Nothing if absent.
  std::optional<std::uint64_t> at_layer(std::string_view name, std::uint64_t layer) const {
    const GgufArray* array = file_.array(file_.own_key(name));
    if (array == nullptr) return number(name);
    if (layer >= array->integers.size() || array->integers[layer] < 0) return std::nullopt;
    return static_cast<std::uint64_t>(array->integers[layer]);
  }

  Status check_per_layer(std::string_view name) const {
    if (!has(name) || number(name)) return {};
    const GgufArray* array = file_.array(file_.own_key(name));
    if (array == nullptr) return refuse(name, "is not a whole number");
    const auto layers = number("block_count");
    if (array->integers.size() != array->count || (layers && array->count != *layers) ||
        std::ranges::any_of(array->integers, [](std::int64_t value) { return value < 0; })) {
      return refuse(name, "is not one whole number for each layer");
    }
    return {};
  }

  /// `tower` is "" for the model itself.
  Status check_heads(const std::string& tower) const {
    const std::string heads = tower + "attention.head_count";
    const std::string kv_heads = tower + "attention.head_count_kv";
    for (const std::string& name : {heads, kv_heads}) {
      if (Status status = check_per_layer(name); !status) return status;
    }
    if (!has(heads)) return {};
    // Models without attention state 0 heads; hybrids do so layer by layer.
    const bool may_be_without = has("ssm.conv_kernel") || has("wkv.head_size") ||
                                has("shortconv.l_cache") || file_.array(file_.own_key(heads));
    const std::uint64_t layers = std::min(number(tower + "block_count").value_or(1), kMaxLayers);
    for (std::uint64_t layer = 0; layer < layers; ++layer) {
      const std::uint64_t count = at_layer(heads, layer).value_or(0);
      const std::uint64_t kv_count = at_layer(kv_heads, layer).value_or(count);
      if (count == 0 && !may_be_without) return refuse(heads, "is 0");
      if (count > kMaxInt32 || (kv_count > 0 && count % kv_count != 0)) {
        return refuse(kv_heads, "is " + std::to_string(kv_count) + ", which does not divide its " +
                                    std::to_string(count) + " heads");
      }
    }
    const std::uint64_t count = at_layer(heads, 0).value_or(0);
    const std::uint64_t width = number(tower + "embedding_length").value_or(0);
    if (count > 0 && !has(tower + "attention.key_length") && width % count != 0 && tower.empty()) {
      return refuse(heads, "is " + std::to_string(count) +
                               ", which does not divide its embedding length, " +
                               std::to_string(width));
    }
    return {};
  }

  Status check_experts() const {
    const std::uint64_t experts = number("expert_count").value_or(0);
    if (Status status = check_per_layer("expert_used_count"); !status) return status;
    const std::uint64_t layers = number("block_count").value_or(1);
    std::uint64_t most_used = 0;
    for (std::uint64_t layer = 0; layer < layers; ++layer) {
      most_used = std::max(most_used, at_layer("expert_used_count", layer).value_or(0));
    }
    // llama.cpp takes one expert of these for none.
    const std::uint64_t none = file_.architecture().starts_with("hunyuan") ? 1 : 0;
    if (most_used > experts || (experts > none && most_used == 0)) {
      return refuse("expert_used_count", "is " + std::to_string(most_used) + " of " +
                                             std::to_string(experts) + " experts");
    }
    const std::uint64_t groups = number("expert_group_count").value_or(0);
    const std::uint64_t groups_used = number("expert_group_used_count").value_or(0);
    if (groups > 0 && (groups >= experts || experts % groups != 0)) {
      return refuse("expert_group_count", "is " + std::to_string(groups) + " for " +
                                              std::to_string(experts) + " experts");
    }
    if (groups > 1 && (groups_used == 0 || groups_used >= groups)) {
      return refuse("expert_group_used_count",
                    "is " + std::to_string(groups_used) + " of " + std::to_string(groups));
    }
    return {};
  }

  Status check_rope() const {
    if (!has("rope.scaling.type")) return {};
    const std::string* type = file_.text(file_.own_key("rope.scaling.type"));
    for (const std::string_view known : {"none", "linear", "yarn", "longrope"}) {
      if (type != nullptr && *type == known) return {};
    }
    return refuse("rope.scaling.type", "is not one of none, linear, yarn and longrope");
  }

  Status check_epsilons() const {
    for (const std::string_view name :
         {"attention.layer_norm_epsilon", "attention.layer_norm_rms_epsilon",
          "attention.group_norm_epsilon"}) {
      const GgufValue* const value = file_.find(file_.own_key(name));
      const auto* const epsilon = value == nullptr ? nullptr : std::get_if<double>(&value->data);
      if (epsilon != nullptr && (!std::isfinite(*epsilon) || *epsilon < 0)) {
        return refuse(name, "is not a positive number");
      }
    }
    return {};
  }

  const GgufFile& file_;
};

}  // namespace

Status check_hyperparameters(const GgufFile& file) {
  return Hyperparameters(file).check();
}

}  // namespace pcai::models
