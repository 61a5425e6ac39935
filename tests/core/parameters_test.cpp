#include "core/parameters/parameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <set>

namespace pcai {
namespace {

TEST(ParametersTest, EveryMemberOfGenerateParamsIsInTheTableOrNamedHere) {
  // A member that is added does not compile until it is named.
  const GenerateParams params;
  const auto& [temperature, top_p, top_k, min_p, repeat_penalty, frequency_penalty,
               presence_penalty, repeat_last_n, typical_p, top_n_sigma, dynatemp_range,
               dynatemp_exponent, xtc_probability, xtc_threshold, dry_multiplier, dry_base,
               dry_allowed_length, dry_penalty_last_n, dry_sequence_breakers, mirostat,
               mirostat_tau, mirostat_eta, min_keep, max_tokens, stop_sequences, seed, logit_bias,
               logprobs, top_logprobs, prompt_logprobs, ignore_eos, grammar, reasoning_budget,
               adapters] = params;
  const std::set<const void*> scalars = {&temperature,
                                         &top_p,
                                         &top_k,
                                         &min_p,
                                         &repeat_penalty,
                                         &frequency_penalty,
                                         &presence_penalty,
                                         &repeat_last_n,
                                         &max_tokens,
                                         &stop_sequences,
                                         &seed,
                                         &logprobs,
                                         &top_logprobs,
                                         &ignore_eos,
                                         &reasoning_budget,
                                         &typical_p,
                                         &top_n_sigma,
                                         &dynatemp_range,
                                         &dynatemp_exponent,
                                         &xtc_probability,
                                         &xtc_threshold,
                                         &dry_multiplier,
                                         &dry_base,
                                         &dry_allowed_length,
                                         &dry_penalty_last_n,
                                         &dry_sequence_breakers,
                                         &mirostat,
                                         &mirostat_tau,
                                         &mirostat_eta,
                                         &min_keep};
  static_cast<void>(std::tie(logit_bias, grammar, adapters, prompt_logprobs));
  std::set<const void*> in_table;
  for (const Parameter& parameter : kParameters) {
    std::visit([&](auto member) { in_table.insert(&(params.*member)); }, parameter.member);
  }
  EXPECT_EQ(in_table, scalars);
  EXPECT_EQ(in_table.size(), kParameters.size());
}

TEST(ParametersTest, NamesAreThereOnce) {
  std::set<std::string_view> names;
  for (const Parameter& parameter : kParameters) {
    EXPECT_TRUE(names.insert(parameter.name).second) << parameter.name;
    EXPECT_EQ(find_parameter(parameter.name), &parameter);
    EXPECT_FALSE(parameter.help.empty()) << parameter.name;
  }
  EXPECT_EQ(find_parameter("temprature"), nullptr);
}

TEST(ParametersTest, DefaultsAndOffAreInEveryRange) {
  for (const Parameter& parameter : kParameters) {
    const Status status = check_parameter(parameter, {}, parameter.name);
    EXPECT_TRUE(status) << parameter.name;
    if (!parameter.off) continue;
    GenerateParams params;
    EXPECT_TRUE(set_parameter(params, parameter, std::int64_t{*parameter.off}, parameter.name))
        << parameter.name;
    EXPECT_EQ(value_text(parameter, params), std::to_string(*parameter.off));
  }
}

TEST(ParametersTest, OpenAisRangeIsNoWiderThanOurs) {
  for (const Parameter& parameter : kParameters) {
    if (!parameter.http) continue;
    EXPECT_TRUE(contains(parameter.range, parameter.http->max)) << parameter.name;
    EXPECT_GE(parameter.http->min, parameter.range.min) << parameter.name;
  }
}

TEST(ParametersTest, AValueOutOfRangeIsRefusedByTheNameThatItIsGiven) {
  for (const Parameter& parameter : kParameters) {
    for (const double bound : {parameter.range.min, parameter.range.max}) {
      if (std::isinf(bound)) continue;
      GenerateParams params;
      const bool low = bound == parameter.range.min;
      const auto beyond = static_cast<std::int64_t>(low ? bound - 1 : bound + 1);
      if (parameter.text_bytes > 0 || parameter.peers_off == beyond) continue;
      if (std::abs(bound) > 1e15) continue;  // a seed has all 64 bits
      const Status status = set_parameter(params, parameter, beyond, "theirs");
      ASSERT_FALSE(status) << parameter.name << " = " << beyond;
      EXPECT_EQ(status.error().field, "theirs");
      EXPECT_THAT(status.error().message, testing::StartsWith("theirs must be "));
      EXPECT_EQ(value_text(parameter, params), value_text(parameter, {}));
    }
  }
}

TEST(ParametersTest, NumbersAreFinite) {
  for (const Parameter& parameter : kParameters) {
    if (!std::holds_alternative<float GenerateParams::*>(parameter.member)) continue;
    for (const double number : {HUGE_VAL, -HUGE_VAL, std::nan("")}) {
      GenerateParams params;
      EXPECT_FALSE(set_parameter(params, parameter, number, "it")) << parameter.name;
    }
  }
}

TEST(RangeTest, SaysItselfInWords) {
  EXPECT_EQ(range_text({0, 2}), "from 0 to 2");
  EXPECT_EQ(range_text({0, 1, true}), "above 0 and at most 1");
  EXPECT_EQ(range_text({-1}), "at least -1");
  EXPECT_EQ(range_text({0, Range{}.max, true}), "above 0");
  EXPECT_EQ(range_text({Range{}.min, 0.5}), "at most 0.5");
  EXPECT_EQ(range_text({}), "");
  EXPECT_FALSE(contains({0, 1}, std::nan("")));
  EXPECT_FALSE(contains({0, 1, true}, 0));
}

}  // namespace
}  // namespace pcai
