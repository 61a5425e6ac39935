#include "app/bench/bench_report.h"

#include <gmock/gmock.h>

#include <nlohmann/json.hpp>

namespace pcai::app {
namespace {

using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

BenchReport report(std::vector<double> speeds, std::vector<double> waits) {
  return {.version = "1.0",
          .model = "m",
          .processor = "p",
          .figures = {{.name = "prompt", .unit = "tok/s", .values = std::move(speeds)},
                      {.name = "wait", .unit = "ms", .values = std::move(waits)}}};
}

TEST(BenchReportTest, ASpreadHasTheMiddleAndTheEnds) {
  const Spread odd = spread_of({3, 1, 10});
  EXPECT_EQ(odd.median, 3);
  EXPECT_EQ(odd.least, 1);
  EXPECT_EQ(odd.greatest, 10);
  EXPECT_EQ(spread_of({1, 2, 4, 9}).median, 3);
  EXPECT_EQ(spread_of({}).median, 0);
}

TEST(BenchReportTest, ARatioAboveOneIsBetterWhateverTheUnit) {
  const Figure fast{.name = "a", .unit = "tok/s", .values = {20, 30}};
  const Figure slow{.name = "a", .unit = "tok/s", .values = {10, 10}};
  EXPECT_EQ(ratio(fast, slow, true).median, 2.5);
  EXPECT_EQ(ratio(fast, slow, true).least, 2);
  EXPECT_EQ(ratio(fast, slow, true).greatest, 3);
  const Figure short_wait{.name = "b", .unit = "ms", .values = {10}};
  const Figure long_wait{.name = "b", .unit = "ms", .values = {40}};
  EXPECT_EQ(ratio(short_wait, long_wait, true).median, 4);
}

TEST(BenchReportTest, RunsThatWereNotMadeByTurnsAreComparedByTheirMedians) {
  const Figure a{.name = "a", .unit = "tok/s", .values = {10, 20, 90}};
  const Figure b{.name = "a", .unit = "tok/s", .values = {5, 10, 80}};
  const Spread medians = ratio(a, b, false);
  EXPECT_EQ(medians.median, 2);
  EXPECT_EQ(medians.least, 2);
}

TEST(BenchReportTest, WhatIsKeptIsReadAgain) {
  BenchReport kept = report({10, 12, 11}, {5, 7, 6});
  kept.threads = 4;
  kept.sizes.prompt = 99;
  const auto read = parse_bench(bench_json(kept), "kept.json");
  ASSERT_TRUE(read) << read.error().message;
  EXPECT_EQ(read->model, "m");
  EXPECT_EQ(read->threads, 4);
  EXPECT_EQ(read->sizes.prompt, 99U);
  ASSERT_EQ(read->figures.size(), 2U);
  EXPECT_EQ(read->figures[1].name, "wait");
  EXPECT_EQ(read->figures[1].values, (std::vector<double>{5, 7, 6}));
}

TEST(BenchReportTest, WhatBenchDidNotWriteIsRefusedByPlace) {
  const auto message = [](const std::string& text) {
    const auto read = parse_bench(text, "x.json");
    return read ? std::string() : read.error().message;
  };
  EXPECT_THAT(message("no JSON"), HasSubstr("'x.json' is not what `pcai bench --json` printed"));
  EXPECT_THAT(message("{}"), HasSubstr("'pcai'"));
  Json json = Json::parse(bench_json(report({1}, {1})));
  json["figures"][0]["values"] = {0};
  EXPECT_THAT(message(json.dump()), HasSubstr("'prompt'"));
  json["figures"][0]["values"] = Json::array();
  EXPECT_THAT(message(json.dump()), HasSubstr("no values"));
  json["threads"] = -1;
  EXPECT_THAT(message(json.dump()), HasSubstr("'threads'"));
}

TEST(BenchReportTest, AComparisonSaysWhatLiesWithinTheSpread) {
  const BenchReport before = report({10, 12, 11}, {50, 70, 60});
  BenchReport after = report({20, 22, 21}, {55, 65, 60});
  after.model = "other";
  const std::string text = comparison_text(before, after);
  EXPECT_THAT(text, HasSubstr("model: m, then other"));
  EXPECT_THAT(text, Not(HasSubstr("processor")));
  EXPECT_THAT(text, testing::ContainsRegex("prompt +11.0 +21.0 +tok/s +1.91 +better"));
  EXPECT_THAT(text, testing::ContainsRegex("wait +60.0 +60.0 +ms +1.00 +within the spread"));
  const Json json = Json::parse(comparison_json(before, after));
  EXPECT_EQ(json["figures"][0]["within_spread"], false);
  EXPECT_EQ(json["figures"][1]["within_spread"], true);
  EXPECT_EQ(json["differences"].size(), 1U);
}

TEST(BenchReportTest, AFigureThatOnlyOneHasIsNamed) {
  const BenchReport before = report({1}, {1});
  BenchReport after = report({1}, {1});
  after.figures[1].name = "new";
  const std::string text = comparison_text(before, after);
  EXPECT_THAT(text, HasSubstr("only in one of them: new"));
  EXPECT_THAT(text, HasSubstr("only in one of them: wait"));
}

TEST(BenchReportTest, AgainstAnotherProgramTheTableHasBothAndTheRatios) {
  BenchReport both = report({20, 30}, {10, 10});
  both.peer = BenchPeer{.name = "llama-server",
                        .command = "x",
                        .figures = {{.name = "prompt", .unit = "tok/s", .values = {10, 10}}}};
  EXPECT_THAT(bench_text(both),
              testing::ContainsRegex("prompt +25.0 +10.0 +tok/s +2.50 +2.00 to 3.00"));
  const Json json = Json::parse(bench_json(both));
  EXPECT_EQ(json["against"]["ratios"][0]["median"], 2.5);
}

}  // namespace
}  // namespace pcai::app
