#include "models/gguf/architecture.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "models/gguf/damaged.h"
#include "models/printable.h"

namespace pcai::models {
namespace {

using enum ArchitectureUse;
using enum ArchitectureMemory;

// Those of the pinned llama.cpp; tests/llamacpp/architectures_test.cpp compares them with it.
constexpr Architecture kOfLlamaCpp[] = {
    {"afmoe"},
    {"apertus"},
    {"arcee"},
    {"arctic"},
    {"arwkv7", Text, States},
    {"baichuan"},
    {"bailingmoe"},
    {"bailingmoe2"},
    {"bailingmoe3", Text, Both},
    {"bert", Vectors, Nothing},
    {"bitnet"},
    {"bloom"},
    {"chameleon"},
    {"chatglm"},
    {"clef", Decisions, Nothing},
    {"clip", Projector},
    {"codeshell"},
    {"cogvlm"},
    {"cohere2"},
    {"cohere2moe"},
    {"command-r"},
    {"dbrx"},
    {"deci"},
    {"deepseek"},
    {"deepseek2"},
    {"deepseek2-ocr"},
    {"deepseek32"},
    {"deepseek4", Text, Both},
    {"dflash", Draft},
    {"dots1"},
    {"dots3note"},
    {"dream", Diffusion, Nothing},
    {"eagle3", Draft},
    {"ernie4_5"},
    {"ernie4_5-moe"},
    {"eurobert", Vectors, Nothing},
    {"exaone"},
    {"exaone-moe"},
    {"exaone4"},
    {"falcon"},
    {"falcon-h1", Text, Both},
    {"gemma"},
    {"gemma-embedding", Vectors, Nothing},
    {"gemma2"},
    {"gemma3"},
    {"gemma3n"},
    {"gemma4"},
    {"gemma4-assistant", Draft},
    {"glm-dsa"},
    {"glm4"},
    {"glm4moe"},
    {"glm5-next", Text, Both},
    {"gpt-oss"},
    {"gpt2"},
    {"gptj", Unfinished},
    {"gptneox"},
    {"granite"},
    {"granite_swa"},
    {"granitehybrid", Text, Both},
    {"granitemoe"},
    {"graniteswitch"},
    {"grok"},
    {"grovemoe"},
    {"hrm_text"},
    {"hunyuan-dense"},
    {"hunyuan-moe"},
    {"hunyuan_vl"},
    {"hy_v3"},
    {"hy_v4"},
    {"internlm2"},
    {"jais"},
    {"jais2"},
    {"jamba", Text, Both},
    {"jina-bert-v2", Vectors, Nothing},
    {"jina-bert-v3", Vectors, Nothing},
    {"kimi-k3", Text, Both},
    {"kimi-linear", Text, Both},
    {"laguna"},
    {"lfm2", Text, Both},
    {"lfm2moe", Text, Both},
    {"llada", Diffusion, Nothing},
    {"llada-moe", Diffusion, Nothing},
    {"llama"},
    {"llama-embed", Vectors},
    {"llama4"},
    {"maincoder"},
    {"mamba", Text, States},
    {"mamba2", Text, States},
    {"maple"},
    {"mellum"},
    {"mimo2"},
    {"minicpm"},
    {"minicpm3"},
    {"minimax-01", Text, Both},
    {"minimax-m2"},
    {"minimax-m3"},
    {"mistral3"},
    {"mistral4"},
    {"modern-bert", Vectors, Nothing},
    {"mpt"},
    {"muse-glimmer"},
    {"nanbeige"},
    {"nemotron"},
    {"nemotron_h", Text, Both},
    {"nemotron_h_moe", Text, Both},
    {"neo-bert", Vectors, Nothing},
    {"nomic-bert", Vectors, Nothing},
    {"nomic-bert-moe", Vectors, Nothing},
    {"olmo"},
    {"olmo2"},
    {"olmoe"},
    {"openelm"},
    {"orion"},
    {"paddleocr"},
    {"pangu-embedded"},
    {"phi2"},
    {"phi3"},
    {"phimoe"},
    {"plamo"},
    {"plamo2", Text, Both},
    {"plamo3"},
    {"plm"},
    {"pockettts", Speech},
    {"qwen"},
    {"qwen2"},
    {"qwen2moe"},
    {"qwen2vl"},
    {"qwen3"},
    {"qwen35", Text, Both},
    {"qwen35moe", Text, Both},
    {"qwen3moe"},
    {"qwen3next", Text, Both},
    {"qwen3tts", Speech},
    {"qwen3vl"},
    {"qwen3vlmoe"},
    {"qwen4exp", Text, Both},
    {"refact"},
    {"rnd1", Diffusion, Nothing},
    {"rwkv6", Text, States},
    {"rwkv6qwen2", Text, States},
    {"rwkv7", Text, States},
    {"seed_oss"},
    {"smallthinker"},
    {"smollm3"},
    {"spark2_5"},
    {"stablelm"},
    {"starcoder"},
    {"starcoder2"},
    {"step35"},
    {"t5", EncoderDecoder},
    {"t5encoder", Vectors},
    {"talkie"},
    {"wavtokenizer-dec", SoundCodec, Nothing},
    {"xverse"},
};

constexpr Architecture kOfOthers[] = {
    {"aura", Images},
    {"chroma", Images},
    {"cosmos", Images},
    {"flux", Images},
    {"hidream", Images},
    {"hyvid", Images},
    {"kolors", Images},
    {"ltxv", Images},
    {"lumina2", Images},
    {"omnigen", Images},
    {"pixart", Images},
    {"qwen_image", Images},
    {"sd1", Images},
    {"sd2", Images},
    {"sd3", Images},
    {"sdxl", Images},
    {"wan", Images},
    {"z_image", Images},
    {"dia", Speech},
    {"kokoro", Speech},
    {"parler-tts", Speech},
    {"whisper", Speech},
    {"snac", SoundCodec},
    {"controlvector", ControlVector},
    {"deepseekocr", OnlyOllama},
    {"glm4moelite", OnlyOllama},
    {"glmocr", OnlyOllama},
    {"gptoss", OnlyOllama},
    {"mllama", OnlyOllama},
    {"qwen25vl", OnlyOllama},
};

/// What stands behind "is" in a refusal; empty for what can be run.
std::string_view refusal_of(ArchitectureUse use) {
  switch (use) {
    case Text:
    case Vectors:
    case Projector: return "";
    case Draft:
      return "a draft model, which only proposes tokens to another model; give that other model";
    case EncoderDecoder:
      return "an encoder-decoder model; this program runs models that only decode, and encoders "
             "for embeddings";
    case Diffusion:
      return "a diffusion language model, which does not write from left to right; this program "
             "cannot run it";
    case Decisions: return "a model that chooses among actions; it does not write text";
    case Speech: return "a model for speech; it does not write text";
    case SoundCodec: return "a sound codec, a part of a model that speaks; it does not write text";
    case Images: return "a model that makes images or videos; it does not write text";
    case ControlVector:
      return "a control vector, which steers another model; this program does not use them";
    case Unfinished: return "of an architecture that llama.cpp cannot load";
    case OnlyOllama:
      return "of an architecture that only Ollama can read; get the model as GGUF from Hugging "
             "Face";
  }
  return "";
}

}  // namespace

const Architecture* find_architecture(std::string_view name) noexcept {
  const auto has_name = [name](const Architecture& entry) { return entry.name == name; };
  if (const auto* found = std::ranges::find_if(kOfLlamaCpp, has_name);
      found != std::end(kOfLlamaCpp)) {
    return found;
  }
  const auto* found = std::ranges::find_if(kOfOthers, has_name);
  return found == std::end(kOfOthers) ? nullptr : found;
}

ArchitectureMemory memory_of(std::string_view architecture) noexcept {
  const Architecture* const known = find_architecture(architecture);
  return known == nullptr ? Cells : known->memory;
}

Status check_architecture(std::string_view name) {
  const Architecture* const known = find_architecture(name);
  if (known == nullptr) {
    return damaged("is of the architecture " + in_quotes(name) +
                   ", which this program does not know");
  }
  const std::string_view why = refusal_of(known->use);
  if (why.empty()) return {};
  return damaged("is " + std::string(why) + " (architecture " + in_quotes(name) + ")");
}

}  // namespace pcai::models
