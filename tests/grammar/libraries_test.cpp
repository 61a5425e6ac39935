// What pydantic and zod make of their own types (make_libraries.py).
#include <gtest/gtest.h>

#include "grammar/bytes.h"
#include "grammar/corpus.h"

namespace pcai::grammar {
namespace {

using Json = nlohmann::ordered_json;

constexpr const char* kExpected = PCAI_TEST_LIBRARIES "/expected/refused.json";

class LibrariesTest : public ::testing::Test {
 protected:
  static Grammar grammar_of(const std::string& schema) { return {GrammarKind::JsonSchema, schema}; }

  const std::vector<corpus::Case> cases_ = corpus::load(PCAI_TEST_LIBRARIES);
  std::unique_ptr<GrammarCompiler> compiler_ = bytes::compiler();
};

TEST_F(LibrariesTest, EverySchemaIsEnforcedAsFarAsItCanBe) {
  EXPECT_GE(cases_.size(), 500U);
  for (const corpus::Case& item : cases_) {
    const auto prepared = compiler_->prepare(item.schema, true);
    ASSERT_TRUE(prepared) << item.name << ": " << prepared.error().message;
    const auto matcher = compiler_->compile_list(
        Json({{"grammars", Json::array({{{"json_schema", Json::parse(prepared->text)}}})}}).dump());
    ASSERT_TRUE(matcher) << item.name << ": " << matcher.error().message;
    for (const std::string& instance : item.valid) {
      EXPECT_TRUE(bytes::matches(matcher->clone(), instance)) << item.name << ": " << instance;
    }
    if (!prepared->left_out.empty()) continue;
    for (const std::string& instance : item.invalid) {
      EXPECT_FALSE(bytes::matches(matcher->clone(), instance)) << item.name << ": " << instance;
    }
  }
}

/// What is refused as the format of an answer changes only knowingly.
TEST_F(LibrariesTest, WhatIsRefusedIsKnown) {
  Json found = Json::object();
  for (const corpus::Case& item : cases_) {
    const auto matcher = compiler_->compile(grammar_of(item.schema));
    if (!matcher) {
      const std::string& message = matcher.error().message;
      found[item.name] = "$" + matcher.error().field + ": " + message.substr(0, message.find('\n'));
      continue;
    }
    for (const std::string& instance : item.valid) {
      EXPECT_TRUE(bytes::matches(matcher->clone(), instance)) << item.name << ": " << instance;
    }
    for (const std::string& instance : item.invalid) {
      EXPECT_FALSE(bytes::matches(matcher->clone(), instance)) << item.name << ": " << instance;
    }
  }
  std::ifstream stream(kExpected);
  const Json expected = Json::parse(stream, nullptr, false);
  if (expected.is_discarded() || found != expected) {
    std::ofstream("libraries_refused.json") << found.dump(2) << "\n";
    ADD_FAILURE() << kExpected << " should be: " << found.dump(2);
  }
}

}  // namespace
}  // namespace pcai::grammar
