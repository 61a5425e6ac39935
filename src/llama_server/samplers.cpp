#include "llama_server/samplers.h"

#include <algorithm>
#include <array>

#include "api/json_text.h"

namespace pcai::llama_server {
namespace {

struct Sampler {
  std::string_view name;
  char letter;
  std::string_view also;  // another spelling, "" = none
  void (*off)(GenerateParams& params);
};

/// In the order in which they are applied here.
constexpr std::array kSamplers = {
    Sampler{"penalties", 'e', "",
            [](GenerateParams& params) {
              params.repeat_penalty = 1;
              params.frequency_penalty = params.presence_penalty = 0;
            }},
    Sampler{"dry", 'd', "", [](GenerateParams& params) { params.dry_multiplier = 0; }},
    Sampler{"top_n_sigma", 's', "", [](GenerateParams& params) { params.top_n_sigma = 0; }},
    Sampler{"top_k", 'k', "", [](GenerateParams& params) { params.top_k = 0; }},
    Sampler{"typ_p", 'y', "typical_p", [](GenerateParams& params) { params.typical_p = 1; }},
    Sampler{"top_p", 'p', "", [](GenerateParams& params) { params.top_p = 1; }},
    Sampler{"min_p", 'm', "", [](GenerateParams& params) { params.min_p = 0; }},
    Sampler{"xtc", 'x', "", [](GenerateParams& params) { params.xtc_probability = 0; }},
    Sampler{"temperature", 't', "temp",
            [](GenerateParams& params) {
              params.temperature = 1;
              params.dynatemp_range = 0;
            }},
};

/// Where it stands in the table; the table's size for an unknown one.
std::size_t index_of(std::string_view name) {
  const auto* const found = std::ranges::find_if(kSamplers, [&](const Sampler& sampler) {
    return sampler.name == name || (!sampler.also.empty() && sampler.also == name);
  });
  return static_cast<std::size_t>(found - kSamplers.begin());
}

}  // namespace

std::vector<std::string> sampler_names() {
  std::vector<std::string> names;
  for (const Sampler& sampler : kSamplers) names.emplace_back(sampler.name);
  return names;
}

std::vector<std::string> names_of_letters(std::string_view letters) {
  std::vector<std::string> names;
  for (const char letter : letters) {
    const auto* const found = std::ranges::find(kSamplers, letter, &Sampler::letter);
    names.emplace_back(found == kSamplers.end() ? std::string(1, letter)
                                                : std::string(found->name));
  }
  return names;
}

std::vector<std::string> use_samplers(const std::vector<std::string>& names,
                                      api::Warnings& warnings, GenerateParams& params) {
  std::array<bool, kSamplers.size()> used{};
  std::size_t behind = 0;  // the last one's place, counted from 1
  bool in_order = true;
  for (const std::string& name : names) {
    const std::size_t index = index_of(name);
    if (index == kSamplers.size()) {
      warnings.add("samplers: " + api::quote_text(name) + " is not here and has no effect");
      continue;
    }
    in_order = in_order && index + 1 > behind;
    behind = index + 1;
    used[index] = true;
  }
  if (!in_order) warnings.add("samplers: each is applied once, in the order of this server");
  std::vector<std::string> known;
  for (std::size_t i = 0; i < kSamplers.size(); ++i) {
    if (used[i]) {
      known.emplace_back(kSamplers[i].name);
    } else {
      kSamplers[i].off(params);
    }
  }
  return known;
}

}  // namespace pcai::llama_server
