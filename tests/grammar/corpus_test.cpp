#include "grammar/corpus.h"

#include <gtest/gtest.h>

#include "grammar/bytes.h"

namespace pcai::grammar {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kExpected = PCAI_TEST_SCHEMAS "/expected/refused.json";

class CorpusTest : public ::testing::Test {
 protected:
  const std::vector<corpus::Case> cases_ = corpus::load(PCAI_TEST_SCHEMAS);
  // As they are judged: an object may have members that its schema does not list.
  std::unique_ptr<GrammarCompiler> compiler_ = bytes::compiler(true);
};

TEST_F(CorpusTest, ThereAreSchemasEnough) {
  EXPECT_GE(cases_.size(), 300U);
}

TEST_F(CorpusTest, NoInvalidInstanceIsAccepted) {
  int tried = 0;
  for (const corpus::Case& item : cases_) {
    const auto matcher = compiler_->compile({GrammarKind::JsonSchema, item.schema});
    if (!matcher) continue;
    for (const std::string& instance : item.invalid) {
      ++tried;
      EXPECT_FALSE(bytes::matches(matcher->clone(), instance)) << item.name << ": " << instance;
    }
  }
  EXPECT_GT(tried, 2000);
}

/// What is refused, and which valid instances cannot be written, changes only knowingly.
TEST_F(CorpusTest, WhatIsRefusedIsKnown) {
  Json found = {{"schemas", Json::object()}, {"instances", Json::object()}};
  for (const corpus::Case& item : cases_) {
    const auto matcher = compiler_->compile({GrammarKind::JsonSchema, item.schema});
    if (!matcher) {
      EXPECT_EQ(matcher.error().code, ErrorCode::InvalidRequest) << item.name;
      const std::string& message = matcher.error().message;
      found["schemas"][item.name] =
          "$" + matcher.error().field + ": " + message.substr(0, message.find('\n'));
      continue;
    }
    for (const std::string& instance : item.valid) {
      if (!bytes::matches(matcher->clone(), instance)) {
        found["instances"][item.name].push_back(instance);
      }
    }
  }
  std::ifstream stream(kExpected);
  const Json expected = Json::parse(stream, nullptr, false);
  if (expected.is_discarded() || found != expected) {
    std::ofstream("refused.json") << found.dump(2) << "\n";
    ADD_FAILURE() << kExpected << " should be: " << found.dump(2);
  }
}

}  // namespace
}  // namespace pcai::grammar
