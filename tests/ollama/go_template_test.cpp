#include "ollama/go_template.h"

#include <gtest/gtest.h>

#include "ollama/generate_request.h"

namespace pcai::ollama {
namespace {

std::string rendered(std::string_view text, GoTemplate::Turn turn) {
  const auto parsed = GoTemplate::parse(text, "template");
  EXPECT_TRUE(parsed) << text << ": " << parsed.error().message;
  return parsed ? parsed->render(turn) : "";
}

// ChatML, as Ollama's library had it.
constexpr std::string_view kChatMl = R"({{ if .System }}<|im_start|>system
{{ .System }}<|im_end|>
{{ end }}{{ if .Prompt }}<|im_start|>user
{{ .Prompt }}<|im_end|>
{{ end }}<|im_start|>assistant
{{ .Response }}<|im_end|>
)";

TEST(GoTemplateTest, ATurnEndsWhereTheResponseBegins) {
  EXPECT_EQ(rendered(kChatMl, {.system = "Be kind.", .prompt = "Hi"}),
            "<|im_start|>system\nBe kind.<|im_end|>\n<|im_start|>user\nHi<|im_end|>\n"
            "<|im_start|>assistant\n");
  EXPECT_EQ(rendered(kChatMl, {.prompt = "Hi"}),
            "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n");
  EXPECT_EQ(rendered("{{ .Prompt }}", {.prompt = "Hi"}), "Hi");
  EXPECT_EQ(rendered("", {.prompt = "Hi"}), "");
}

TEST(GoTemplateTest, ConditionsAndBlanksAreGos) {
  EXPECT_EQ(rendered("{{ if .System }}a{{ else }}b{{ end }}", {}), "b");
  EXPECT_EQ(
      rendered("{{ if .System }}a{{ else if .Prompt }}b{{ else }}c{{ end }}", {.prompt = "x"}),
      "b");
  EXPECT_EQ(rendered("{{ if .System }}a{{ else if .Prompt }}b{{ else }}c{{ end }}d", {}), "cd");
  EXPECT_EQ(rendered("{{ if or .System .Prompt }}a{{ end }}", {.prompt = "x"}), "a");
  EXPECT_EQ(rendered("{{ if and .System .Prompt }}a{{ end }}", {.prompt = "x"}), "");
  EXPECT_EQ(rendered("{{ if not .System }}a{{ end }}", {}), "a");
  EXPECT_EQ(rendered("a  {{- .Prompt -}}\n  b", {.prompt = "x"}), "axb");
  EXPECT_EQ(rendered("a {{- if .Prompt }} b {{- end }} c", {.prompt = "x"}), "a b c");
  EXPECT_EQ(rendered("{{/* told */}}{{ $.Prompt }}", {.prompt = "x"}), "x");
  EXPECT_EQ(
      rendered("<PRE> {{ .Prompt }} <SUF>{{ .Suffix }} <MID>", {.prompt = "a", .suffix = "b"}),
      "<PRE> a <SUF>b <MID>");
  EXPECT_EQ(rendered("{{ .Prompt }}", {.system = "no", .prompt = "{{ .System }}"}),
            "{{ .System }}");
}

TEST(GoTemplateTest, WhatNeedsMoreIsUnsupportedAndWhatIsDamagedIsWrong) {
  for (const char* text : {"{{ range .Messages }}{{ end }}", "{{ .Messages }}", "{{ $x := 1 }}",
                           "{{ if eq .Prompt 1 }}a{{ end }}", "{{ len .Prompt }}", "{{ }}",
                           "{{ if }}a{{ end }}", "{{ template \"x\" }}"}) {
    const auto parsed = GoTemplate::parse(text, "template");
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, ErrorCode::Unsupported) << text;
    EXPECT_EQ(parsed.error().field, "template");
  }
  std::string deep;
  for (int i = 0; i < 1000; ++i) deep += "{{ if .Prompt }}";
  for (const std::string& text : {std::string("{{ if .Prompt }}a"), std::string("{{ end }}"),
                                  std::string("{{ else }}"), std::string("{{ .Prompt"), deep}) {
    const auto parsed = GoTemplate::parse(text, "template");
    ASSERT_FALSE(parsed) << text.substr(0, 40);
    EXPECT_EQ(parsed.error().code, ErrorCode::InvalidRequest) << text.substr(0, 40);
  }
}

TEST(GoTemplateTest, AChatTemplateKeepsItsTextsAsLiterals) {
  const std::string jinja = GoTemplate::parse(kChatMl, "template")->jinja();
  EXPECT_NE(jinja.find(R"({{ "<|im_start|>user\n" }}{{ Prompt }}{{ "<|im_end|>\n" }})"),
            std::string::npos)
      << jinja;
  EXPECT_NE(jinja.find("{% if System %}"), std::string::npos);
  EXPECT_EQ(jinja.find("{{ .Prompt"), std::string::npos);
  const std::string quotes = GoTemplate::parse("\"}} {{ .Prompt }}", "template")->jinja();
  EXPECT_NE(quotes.find(R"({{ "\"}} " }})"), std::string::npos) << quotes;
}

TEST(GoTemplateTest, ARequestsOwnTemplateWritesItsPrompt) {
  const auto request = parse_ollama_generate(
      R"({"model":"m","prompt":"Hi","system":"S","template":"[{{ .System }}] {{ .Prompt }}:"})");
  ASSERT_TRUE(request) << request.error().message;
  EXPECT_EQ(std::get<TextPrompt>(request->generate.prompt).text, "[S] Hi:");
  const auto raw =
      parse_ollama_generate(R"({"model":"m","prompt":"Hi","raw":true,"template":"x"})");
  EXPECT_EQ(std::get<TextPrompt>(raw->generate.prompt).text, "Hi");
  EXPECT_EQ(
      parse_ollama_generate(R"({"model":"m","prompt":"a","template":"{{ .X }}"})").error().field,
      "template");
  EXPECT_EQ(
      parse_ollama_generate(R"({"model":"m","prompt":"a","template":"{% if 1 %}"})").error().field,
      "template");
}

}  // namespace
}  // namespace pcai::ollama
