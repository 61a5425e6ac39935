// What pcai.h and the PowerShell module say of a request's parameters by hand, against core's
// table.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cctype>
#include <fstream>
#include <regex>
#include <set>
#include <sstream>
#include <string>

#include "core/parameters/parameters.h"

namespace pcai::capi {
namespace {

std::string text_of(const std::string& file) {
  std::ostringstream text;
  text << std::ifstream(PCAI_SOURCE_DIR "/" + file).rdbuf();
  return text.str();
}

/// The member of pcai_request.
std::string c_name(const Parameter& parameter) {
  return parameter.name == "repeat_last_n" ? "penalty_last_n" : std::string(parameter.name);
}

/// "top_p" -> "TopP"
std::string pascal_case(const std::string& name) {
  std::string text;
  bool begins = true;
  for (const char c : name) {
    if (c != '_') text += begins ? static_cast<char>(std::toupper(c)) : c;
    begins = c == '_';
  }
  return text;
}

/// The comment behind a scalar member of pcai_request; "absent" where it has none of that name.
std::string comment_of(const Parameter& parameter) {
  static const std::string kStruct = [] {
    const std::string header = text_of("include/pcai/pcai.h");
    const std::size_t begin = header.find("typedef struct pcai_request {");
    return header.substr(begin, header.find("} pcai_request;") - begin);
  }();
  std::smatch found;
  const std::regex line("\\n  (?:float|u?int\\d+_t) " + c_name(parameter) + "; *(?:// ([^\\n]*))?");
  return std::regex_search(kStruct, found, line) ? found[1].str() : "absent";
}

TEST(ParametersTest, TheHeadersOffValuesAndDefaultsAreTheTables) {
  std::set<std::string_view> in_header;
  for (const Parameter& parameter : kParameters) {
    const std::string comment = comment_of(parameter);
    if (comment == "absent") continue;
    in_header.insert(parameter.name);
    std::smatch found;
    if (std::regex_search(comment, found, std::regex("(-?\\d+) = off"))) {
      ASSERT_TRUE(parameter.off) << parameter.name;
      EXPECT_EQ(found[1].str(), std::to_string(*parameter.off)) << parameter.name;
    }
    if (std::regex_search(comment, found, std::regex("; ([\\d.]+)$"))) {
      const std::string preset = value_text(parameter, {});
      EXPECT_EQ(found[1].str(), preset == "false" ? "0" : preset) << parameter.name;
    }
    if (std::regex_search(comment, found, std::regex("at least (\\d+)"))) {
      EXPECT_EQ(found[1].str(), number_text(parameter.range.min)) << parameter.name;
    }
    if (std::regex_search(comment, found, std::regex("(\\d+)\\.\\.(\\d+)"))) {
      EXPECT_EQ(found[1].str(), number_text(parameter.range.min)) << parameter.name;
      EXPECT_EQ(found[2].str(), number_text(parameter.range.max)) << parameter.name;
    }
  }
  for (const char* const name : {"temperature", "top_p", "top_k", "min_p", "repeat_penalty",
                                 "frequency_penalty", "presence_penalty", "repeat_last_n", "seed",
                                 "max_tokens", "logprobs", "top_logprobs", "ignore_eos"}) {
    EXPECT_TRUE(in_header.contains(name)) << name;
  }
}

TEST(ParametersTest, TheHeadersLimitsAreCores) {
  const std::string header = text_of("include/pcai/pcai.h");
  const auto limit = [&header](const std::string& member) {
    std::smatch found;
    const std::regex line("\\* ?" + member + "; *// [^\\n]*at most (\\d+)");
    return std::regex_search(header, found, line) ? found[1].str() : "none";
  };
  EXPECT_EQ(limit("stop"), std::to_string(kMaxStopSequences));
  EXPECT_EQ(limit("logit_bias"), std::to_string(kMaxLogitBiases));
  EXPECT_EQ(limit("lora"), std::to_string(kMaxAdapters));
}

TEST(ParametersTest, PowerShellHasTheMembersAndTheDefaults) {
  const std::string structs = text_of("powershell/PcaiInference/Native/NativeStructs.cs");
  const std::string function = text_of("powershell/PcaiInference/Public/Invoke-PcaiGenerate.ps1");
  int defaults = 0;
  for (const Parameter& parameter : kParameters) {
    if (comment_of(parameter) == "absent") continue;
    const std::string name = pascal_case(c_name(parameter));
    EXPECT_TRUE(std::regex_search(structs, std::regex("public \\w+ " + name + ";"))) << name;
    std::smatch found;
    if (!std::regex_search(function, found, std::regex("\\$" + name + " = ([\\d.]+),"))) continue;
    EXPECT_EQ(found[1].str(), value_text(parameter, {})) << name;
    ++defaults;
  }
  EXPECT_GE(defaults, 3);
}

}  // namespace
}  // namespace pcai::capi
