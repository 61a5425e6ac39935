#include "app/settings/command_line.h"

#include <gmock/gmock.h>

#include <algorithm>
#include <cmath>

#include "app/commands/commands.h"
#include "app/exit_code.h"
#include "app/settings/sampling_flags.h"
#include "app/terminal/completion.h"
#include "core/parameters/parameters.h"

namespace pcai::app {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::StartsWith;

/// A tree of two commands whose actions note what they got.
class CommandLineTest : public testing::Test {
 protected:
  CommandLineTest() {
    CLI::App& run = line_.add("run", "Answer", "", [this] {
      ++runs_;
      return 7;
    });
    run.add_option("PROMPT", prompt_, "");
    settings_ = std::make_unique<SettingFlags>(run, kServe);
    line_.add("models", "Show", "", [] { return 0; });
  }

  int run(const std::vector<std::string>& arguments) {
    testing::internal::CaptureStderr();
    testing::internal::CaptureStdout();
    const int code = line_.run(arguments);
    out_ = testing::internal::GetCapturedStdout();
    err_ = testing::internal::GetCapturedStderr();
    return code;
  }

  CommandLine line_;
  std::unique_ptr<SettingFlags> settings_;
  std::string prompt_;
  int runs_ = 0;
  std::string out_;
  std::string err_;
};

TEST_F(CommandLineTest, TheChosenCommandGivesTheExitCode) {
  EXPECT_EQ(run({"run", "hello"}), 7);
  EXPECT_EQ(runs_, 1);
  EXPECT_EQ(prompt_, "hello");
}

TEST_F(CommandLineTest, AListFlagTakesOneValueEachTime) {
  EXPECT_EQ(run({"run", "--model", "a", "--model", "b", "hello"}), 7);
  const auto given = settings_->given();
  ASSERT_EQ(given.size(), 1U);
  EXPECT_THAT(given.front().texts, ElementsAre("a", "b"));
  EXPECT_EQ(given.front().source, "--model");
  EXPECT_EQ(prompt_, "hello");
}

TEST_F(CommandLineTest, ValuesAreTakenAsTheyStand) {
  EXPECT_EQ(run({"run", "--gpu-layers", "-1", "--host", "[::1]", "[a, b]"}), 7);
  EXPECT_EQ(prompt_, "[a, b]");
  for (const GivenValue& value : settings_->given()) {
    EXPECT_THAT(value.texts, ElementsAre(value.setting->name == "host" ? "[::1]" : "-1"));
  }
}

TEST_F(CommandLineTest, AfterTwoDashesEverythingIsThePrompt) {
  EXPECT_EQ(run({"run", "--", "--port"}), 7);
  EXPECT_EQ(prompt_, "--port");
}

TEST_F(CommandLineTest, AnUnknownFlagIsNamedWithASuggestion) {
  EXPECT_EQ(run({"run", "--prot", "1"}), kUsage);
  EXPECT_EQ(runs_, 0);
  EXPECT_THAT(err_, HasSubstr("unknown flag '--prot' of `pcai run`; did you mean '--port'?"));
}

TEST_F(CommandLineTest, AnUnknownCommandIsNamedWithASuggestion) {
  EXPECT_EQ(run({"modles"}), kUsage);
  EXPECT_THAT(err_, HasSubstr("unknown command 'modles'; did you mean 'models'?"));
}

TEST_F(CommandLineTest, AWordTooManyIsRefused) {
  EXPECT_EQ(run({"run", "hello", "world"}), kUsage);
  EXPECT_THAT(err_, AllOf(HasSubstr("'world'"), HasSubstr("quotes")));
}

TEST_F(CommandLineTest, AFlagWithoutItsValueIsRefused) {
  EXPECT_EQ(run({"run", "--port"}), kUsage);
  EXPECT_THAT(err_, HasSubstr("--port"));
}

TEST_F(CommandLineTest, HelpGoesToStdoutAndIsNoFailure) {
  EXPECT_EQ(run({"run", "--help"}), kSuccess);
  EXPECT_THAT(out_, AllOf(HasSubstr("--max-queue"), HasSubstr("Usage: pcai run")));
  EXPECT_EQ(runs_, 0);
}

TEST_F(CommandLineTest, WithoutACommandTheHelpGoesToStderr) {
  EXPECT_EQ(run({}), kUsage);
  EXPECT_THAT(err_, HasSubstr("models"));
}

TEST_F(CommandLineTest, TheServersOwnNameMeansServe) {
  CommandLine line;
  add_serve(line);
  add_version(line);
  const auto normalized = [&line](const std::string& program, std::vector<std::string> arguments) {
    return normalized_arguments(line.root(), program, std::move(arguments));
  };
  EXPECT_THAT(normalized("/usr/bin/pcai-inference-server", {}), ElementsAre("serve"));
  EXPECT_THAT(normalized("pcai-inference-server.exe", {"--port", "1"}),
              ElementsAre("serve", "--port", "1"));
  EXPECT_THAT(normalized("pcai-inference-server", {"version"}), ElementsAre("version"));
  EXPECT_THAT(normalized("pcai-inference-server", {"--version"}), ElementsAre("--version"));
  EXPECT_THAT(normalized("pcai", {"--port"}), ElementsAre("--port"));
  EXPECT_THAT(normalized("pcai", {"help", "serve"}), ElementsAre("serve", "--help"));
}

class SamplingFlagsTest : public testing::Test {
 protected:
  Result<GenerateParams> parse(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), "run");
    line_.run(std::move(arguments));
    return flags_.params();
  }

  CommandLine line_;
  CLI::App& command_ = line_.add("run", "", "", [] { return 0; });
  SamplingFlags flags_{command_};
};

TEST_F(SamplingFlagsTest, WithoutFlagsTheContractsDefaultsHold) {
  const auto params = parse({});
  ASSERT_TRUE(params) << params.error().message;
  EXPECT_FLOAT_EQ(params->temperature, 0.7F);
  EXPECT_FLOAT_EQ(params->top_p, 0.9F);
  EXPECT_EQ(params->top_k, 40);
  EXPECT_EQ(params->max_tokens, 2048U);
  EXPECT_FALSE(params->seed.has_value());
}

TEST_F(SamplingFlagsTest, EachFlagSetsItsParameter) {
  const auto params = parse({"--max-tokens",
                             "5",
                             "--temperature",
                             "0.5",
                             "--top-p",
                             "0.25",
                             "--top-k",
                             "7",
                             "--min-p",
                             "0.125",
                             "--repeat-penalty",
                             "1.5",
                             "--frequency-penalty",
                             "-0.5",
                             "--presence-penalty",
                             "0.75",
                             "--seed",
                             "18446744073709551615",
                             "--stop",
                             "a",
                             "--stop",
                             "b"});
  ASSERT_TRUE(params) << params.error().message;
  EXPECT_EQ(params->max_tokens, 5U);
  EXPECT_FLOAT_EQ(params->temperature, 0.5F);
  EXPECT_FLOAT_EQ(params->top_p, 0.25F);
  EXPECT_EQ(params->top_k, 7);
  EXPECT_FLOAT_EQ(params->min_p, 0.125F);
  EXPECT_FLOAT_EQ(params->repeat_penalty, 1.5F);
  EXPECT_FLOAT_EQ(params->frequency_penalty, -0.5F);
  EXPECT_FLOAT_EQ(params->presence_penalty, 0.75F);
  EXPECT_EQ(params->seed, UINT64_MAX);
  EXPECT_THAT(params->stop_sequences, ElementsAre("a", "b"));
}

TEST_F(SamplingFlagsTest, EveryParameterThatHasAFlagIsSetByItAndBoundedByTheTable) {
  for (const Parameter& parameter : kParameters) {
    if (!parameter.faces.has(Face::Flag) || parameter.text_bytes > 0) continue;
    std::string flag = "--" + std::string(parameter.name);
    std::ranges::replace(flag, '_', '-');
    const auto run = [&](const std::string& value) {
      CommandLine line;
      SamplingFlags flags(line.add("run", "", "", [] { return 0; }));
      line.run({"run", flag, value});
      return flags.params();
    };
    const auto one = run("1");
    ASSERT_TRUE(one) << flag << ": " << one.error().message;
    EXPECT_EQ(value_text(parameter, *one), "1") << flag;
    if (parameter.name == "seed") continue;  // all its bits are
    const auto refused = run(number_text(parameter.range.min - 1));
    if (std::isinf(parameter.range.min)) continue;
    ASSERT_FALSE(refused) << flag;
    EXPECT_THAT(refused.error().message, StartsWith(flag));
  }
}

TEST_F(SamplingFlagsTest, WhatIsNoNumberIsNamed) {
  const auto params = parse({"--max-tokens", "many"});
  ASSERT_FALSE(params);
  EXPECT_EQ(params.error().message, "--max-tokens='many' is not a whole number (0..4294967295)");
}

TEST_F(SamplingFlagsTest, ANumberThatDoesNotFitIsRefused) {
  for (const std::string text : {"-1", "4294967296", "1.5", "0x10", "1 ", ""}) {
    CommandLine line;
    SamplingFlags flags(line.add("run", "", "", [] { return 0; }));
    line.run({"run", "--max-tokens", text});
    EXPECT_FALSE(flags.params()) << text;
  }
}

TEST_F(SamplingFlagsTest, WhatNoBackendAcceptsIsRefused) {
  for (const std::string text : {"-0.1", "nan", "inf"}) {
    CommandLine line;
    SamplingFlags flags(line.add("run", "", "", [] { return 0; }));
    line.run({"run", "--temperature", text});
    EXPECT_FALSE(flags.params()) << text;
  }
}

TEST_F(SamplingFlagsTest, OneValueCannotBeGivenTwice) {
  const auto params = parse({"--seed", "1", "--seed", "2"});
  ASSERT_FALSE(params);
  EXPECT_THAT(params.error().message, HasSubstr("given 2 times"));
}

class CompletionTest : public testing::Test {
 protected:
  CompletionTest() {
    add_serve(line_);
    add_completion(line_);
    add_worker(line_);
  }

  std::string script(const std::string& shell) {
    const auto made = completion_script(line_.root(), shell);
    return made ? *made : made.error().message;
  }

  CommandLine line_;
};

TEST_F(CompletionTest, EveryShellGetsEveryFlagOfEveryCommand) {
  for (const std::string shell : {"bash", "zsh", "fish", "powershell"}) {
    const std::string text = script(shell);
    for (const CompletionCommand& command : completion_commands(line_.root())) {
      EXPECT_THAT(text, HasSubstr(command.name)) << shell;
      for (const CompletionFlag& flag : command.flags) {
        const std::string name = shell == "fish" ? "-l " + flag.name.substr(2) : flag.name;
        EXPECT_THAT(text, HasSubstr(name)) << shell << " " << command.name;
      }
    }
    EXPECT_THAT(text, testing::Not(HasSubstr("@"
                                             "FLAGS")))
        << shell;
  }
}

TEST_F(CompletionTest, ChoicesComeFromTheTable) {
  EXPECT_THAT(script("bash"), HasSubstr("'serve --isolation') _pcai_reply -W 'process none'"));
  EXPECT_THAT(script("fish"), HasSubstr("-l isolation -r -f -a 'process none'"));
  EXPECT_THAT(script("zsh"), HasSubstr(":value:(process none)"));
  EXPECT_THAT(script("powershell"), HasSubstr("'serve --isolation' = @('process', 'none')"));
}

TEST_F(CompletionTest, HiddenCommandsStayHidden) {
  for (const CompletionCommand& command : completion_commands(line_.root())) {
    EXPECT_NE(command.name, "worker");
  }
}

TEST_F(CompletionTest, AnUnknownShellIsAnErrorThatNamesTheKnownOnes) {
  EXPECT_THAT(script("tcsh"), HasSubstr("bash, zsh, fish, powershell"));
}

}  // namespace
}  // namespace pcai::app
