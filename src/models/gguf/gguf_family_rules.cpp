#include "models/gguf/gguf_family_rules.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "models/gguf/damaged.h"
#include "models/gguf/gguf_vocabulary.h"

namespace pcai::models {
namespace {

constexpr std::int64_t kMaxSection = 1 << 16;

/// Names with a space before and after each, so that one can be looked for.
using Names = std::string_view;

// Of the pinned llama.cpp's src/models: who asserts that keys are as long as values …
constexpr Names kEqualHeads =
    " afmoe apertus arcee arctic baichuan bailingmoe2 bert bitnet bloom chameleon chatglm clef"
    " codeshell cogvlm cohere2 cohere2moe command-r dbrx deci deepseek dflash dots1 dream eagle3"
    " ernie4_5 ernie4_5-moe eurobert exaone exaone-moe exaone4 falcon glm4 glm4moe gpt2 gptneox"
    " granite granite_swa granitehybrid granitemoe graniteswitch grok grovemoe hunyuan-dense"
    " hunyuan-moe hunyuan_vl hy_v3 internlm2 jais jais2 llada llada-moe llama llama-embed llama4"
    " maincoder maple mellum minicpm minimax-01 minimax-m2 minimax-m3 mistral3 modern-bert mpt"
    " muse-glimmer nanbeige nemotron nemotron_h nemotron_h_moe neo-bert olmo olmo2 olmoe openelm"
    " orion paddleocr pangu-embedded phi2 phi3 phimoe plamo pockettts qwen qwen2 qwen2moe qwen2vl"
    " qwen3 qwen35 qwen35moe qwen3moe qwen3next qwen3vl qwen3vlmoe qwen4exp refact rnd1 seed_oss"
    " smallthinker smollm3 spark2_5 stablelm starcoder starcoder2 t5 talkie xverse ";

// … who rotates all of a head …
constexpr Names kWholeHeadsRotate =
    " apertus arcee arctic baichuan chameleon codeshell cogvlm cohere2moe dbrx deci deepseek dots1"
    " dream ernie4_5 ernie4_5-moe exaone exaone-moe exaone4 falcon granite granite_swa granitemoe"
    " graniteswitch grok grovemoe hunyuan-dense hunyuan-moe hunyuan_vl hy_v3 internlm2 jais2 llada"
    " llada-moe llama llama-embed llama4 maincoder mellum minicpm mistral3 olmo olmo2 olmoe orion"
    " paddleocr pangu-embedded plamo pockettts qwen2 qwen2moe qwen2vl qwen3 qwen3moe qwen3vl"
    " qwen3vlmoe rnd1 seed_oss smallthinker smollm3 starcoder2 talkie xverse ";

// … who does so by sections …
constexpr Names kInSections =
    " clef paddleocr qwen2vl qwen35 qwen35moe qwen3vl qwen3vlmoe qwen4exp ";

// … and who has experts.
constexpr Names kWithExperts = " bailingmoe2 glm4moe grovemoe lfm2moe llada-moe smallthinker ";

// Of whose layers some have cells, and those without heads for keys have states.
constexpr Names kByCacheHeads =
    " granitehybrid jamba lfm2 lfm2moe nemotron_h nemotron_h_moe plamo2 ";

class FamilyRules {
 public:
  explicit FamilyRules(const GgufFile& file) : file_(file) {}

  Status check() const {
    return check_heads()
        .and_then([this] { return check_sections(); })
        .and_then([this] { return check_experts(); })
        .and_then([this] { return check_divisors(); })
        .and_then([this] { return check_state_heads(); })
        .and_then([this] { return check_image_tokens(); })
        .and_then([this] { return check_both_kinds_of_layers(); });
  }

 private:
  bool is_one_of(Names names) const {
    return names.find(" " + std::string(file_.architecture()) + " ") != Names::npos;
  }

  std::optional<std::uint64_t> number(std::string_view name) const {
    return file_.number(file_.own_key(name));
  }

  tl::unexpected<Error> refuse(std::string_view name, const std::string& why) const {
    return damaged("'" + file_.own_key(name) + "' " + why);
  }

  Status check_heads() const {
    const std::uint64_t heads = first_of("attention.head_count");
    // Layers with a window have lengths of their own there.
    const bool differ = file_.find(file_.own_key("attention.key_length_swa")) != nullptr;
    if (heads == 0 || differ) return {};
    const std::uint64_t width = number("embedding_length").value_or(0) / heads;
    const std::uint64_t keys = number("attention.key_length").value_or(width);
    const std::uint64_t values = number("attention.value_length").value_or(width);
    if (keys != values && is_one_of(kEqualHeads)) {
      return refuse("attention.key_length", "is " + std::to_string(keys) + ", but its values' is " +
                                                std::to_string(values));
    }
    const std::uint64_t rotated = number("rope.dimension_count").value_or(keys);
    if (rotated != keys && is_one_of(kWholeHeadsRotate)) {
      return refuse(
          "rope.dimension_count",
          "is " + std::to_string(rotated) + ", not its keys' length of " + std::to_string(keys));
    }
    return {};
  }

  /// Of the first layer.
  std::uint64_t first_of(std::string_view name) const {
    const GgufArray* const array = file_.array(file_.own_key(name));
    if (array == nullptr) return number(name).value_or(0);
    const bool has = !array->integers.empty() && array->integers.front() > 0;
    return has ? static_cast<std::uint64_t>(array->integers.front()) : 0;
  }

  Status check_sections() const {
    constexpr std::string_view kName = "rope.dimension_sections";
    if (file_.find(file_.own_key(kName)) == nullptr) return {};
    const GgufArray* const array = file_.array(file_.own_key(kName));
    const auto is_out_of_range = [](std::int64_t size) { return size < 0 || size > kMaxSection; };
    if (array == nullptr || array->integers.size() != array->count || array->count < 3 ||
        array->count > 4 || std::ranges::any_of(array->integers, is_out_of_range)) {
      return refuse(kName, "is not three or four sizes");
    }
    const auto end = array->integers.begin() + 3;
    const bool has =
        std::any_of(array->integers.begin(), end, [](std::int64_t size) { return size > 0; });
    if (!has && is_one_of(kInSections)) return refuse(kName, "is empty");
    return {};
  }

  Status check_experts() const {
    if (!is_one_of(kWithExperts) || number("expert_count").value_or(0) > 0) return {};
    return refuse("expert_count", "is missing or 0");
  }

  /// What llama.cpp divides by.
  Status check_divisors() const {
    struct Divisor {
      std::string_view name;
      Names whose;  // empty = everybody's
    };
    static constexpr Divisor kDivisors[] = {
        {"interleave_moe_layer_step", " ernie4_5-moe "},
        {"experts_per_group", " grovemoe "},
        {"conv_group_size", " dflash "},
        {"full_attention_interval", ""},
        {"ssm.time_step_rank", ""},
        {"ssm.group_count", ""},
        {"wkv.head_size", ""},
        {"attention.indexer.block_size", " minimax-m3 "},
        {"attention.indexer.kpool", " glm5-next "},
        {"attention.output_group_count", " deepseek4 "},
        {"num_loops", " nanbeige "},
    };
    for (const auto& [name, whose] : kDivisors) {
      if (!whose.empty() && !is_one_of(whose)) continue;
      if (number(name) == 0U) return refuse(name, "is 0");
    }
    return {};
  }

  /// llama.cpp's vector code for these computes 64 numbers at a time, also beyond a head's end.
  Status check_state_heads() const {
    constexpr std::string_view kName = "wkv.head_size";
    constexpr std::uint64_t kAtATime = 64;
    if (!is_one_of(" rwkv7 arwkv7 ") || number(kName).value_or(0) % kAtATime == 0) return {};
    return refuse(kName, "is not a multiple of 64");
  }

  /// llama.cpp sets the logits of these aside by their numbers.
  Status check_image_tokens() const {
    constexpr std::uint64_t kEnd = 4 + 8192;
    const GgufArray* const tokens = file_.array(kTokensKey);
    if (!is_one_of(" chameleon ") || tokens == nullptr || tokens->count >= kEnd) return {};
    return damaged("'" + std::string(kTokensKey) + "' has " + std::to_string(tokens->count) +
                   " tokens, too few for its images'");
  }

  /// llama.cpp fills the inputs of both kinds, which are there only if a layer uses them.
  Status check_both_kinds_of_layers() const {
    constexpr std::string_view kName = "attention.head_count_kv";
    if (!is_one_of(kByCacheHeads)) return {};
    const GgufArray* const array = file_.array(file_.own_key(kName));
    const bool has_both =
        array != nullptr && std::ranges::count(array->integers, 0) > 0 &&
        std::ranges::any_of(array->integers, [](std::int64_t heads) { return heads > 0; });
    if (has_both) return {};
    return refuse(kName, "does not say which layers have cells and which have states");
  }

  const GgufFile& file_;
};

}  // namespace

Status check_family_rules(const GgufFile& file) {
  return FamilyRules(file).check();
}

}  // namespace pcai::models
