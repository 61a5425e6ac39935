#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>

#include "app/answer.h"
#include "app/commands/commands.h"
#include "app/engine_setup.h"
#include "app/exit_code.h"
#include "app/logging.h"
#include "app/plain_text.h"
#include "app/settings/command_line.h"
#include "app/settings/sampling_flags.h"
#include "app/terminal/chat.h"
#include "app/terminal/terminal.h"
#include "platform/console.h"

namespace pcai::app {
namespace {

constexpr std::size_t kLargestPrompt = std::size_t{64} << 20;

struct RunFlags {
  std::unique_ptr<SettingFlags> settings;
  std::unique_ptr<SamplingFlags> sampling;
  std::optional<std::string> prompt = {};
  std::optional<std::string> system = {};
  bool json = false;
};

int refuse(const Error& error) {
  print_error(error.message);
  return exit_code(error.code);
}

Result<std::string> read_stdin() {
  std::string text;
  std::array<char, 1 << 16> block{};
  while (const std::size_t length = std::fread(block.data(), 1, block.size(), stdin)) {
    text.append(block.data(), length);
    if (text.size() > kLargestPrompt) {
      return fail(ErrorCode::InvalidRequest, "the prompt on stdin is larger than 64 MiB");
    }
  }
  if (std::ferror(stdin) != 0) return fail(ErrorCode::Internal, "stdin cannot be read");
  return plain_text(std::move(text), "the prompt on stdin");
}

/// The request that the flags make, which the model's defaults may still complete; without a
/// prompt for a chat.
Result<GenerateRequest> make_request(const RunFlags& flags, bool is_chat) {
  Result<GenerateParams> params = flags.sampling->params();
  if (!params) return fail(params.error());
  ChatPrompt prompt;
  if (flags.system) prompt.messages.push_back({.role = Role::System, .content = flags.system});
  if (!is_chat) {
    const bool on_stdin = !flags.prompt || *flags.prompt == "-";
    Result<std::string> text = on_stdin ? read_stdin() : *flags.prompt;
    if (!text) return fail(text.error());
    if (text->find_first_not_of(" \t\r\n") == std::string::npos) {
      return fail(ErrorCode::InvalidRequest, "the prompt is empty");
    }
    prompt.messages.push_back({.role = Role::User, .content = std::move(*text)});
  }
  GenerateRequest request{.prompt = std::move(prompt), .params = std::move(*params)};
  if (is_chat && !flags.system) return request;
  if (Status status = check_request(request); !status) return fail(status.error());
  return request;
}

int answer_once(engine::Engine& engine, GenerateRequest request, const std::string& model,
                bool json, platform::Signals& signals) {
  const bool terminal = platform::is_terminal(stdout);
  bool is_lost = false;  // a piece that could not be written
  AnswerPieces pieces;
  pieces.warning = [](std::string_view text) { print_warning(terminal_safe(text)); };
  if (!json) {
    pieces.text = [terminal, &is_lost](std::string_view piece) {
      is_lost |= !write_out(terminal ? terminal_safe(piece, true) : std::string(piece));
      return !is_lost;
    };
    pieces.reasoning = [](std::string_view piece) {
      if (platform::is_terminal(stderr)) {
        std::fputs(styled(terminal_safe(piece, true), Style::Dim, stderr).c_str(), stderr);
      }
      return true;
    };
  }
  const Answer answer = get_answer(engine, std::move(request), signals, pieces);
  const std::string content = answer.response.content.value_or("");
  if (!json && !is_lost && !content.empty() && content.back() != '\n') is_lost = !write_out("\n");
  if (answer.signal) return 128 + *answer.signal;
  if (is_lost) return kFailure;
  if (answer.error) return refuse(*answer.error);
  if (json) {
    const std::string text =
        to_json(answer, model)
            .dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace) +
        "\n";
    return write_out(text) ? kSuccess : kFailure;
  }
  if (answer.response.finish_reason == FinishReason::Length) {
    print_warning("the answer was cut at the token limit (--max-tokens, --context)");
  }
  return kSuccess;
}

int run(const RunFlags& flags) {
  Result<ResolvedSettings> resolved = flags.settings->load();
  if (!resolved) return kUsage;
  Settings& settings = resolved->values;
  const bool is_chat =
      !flags.prompt && !flags.json && platform::is_terminal(stdin) && platform::is_terminal(stdout);
  Result<GenerateRequest> request = make_request(flags, is_chat);
  if (!request) return refuse(request.error());
  if (settings.model.size() > 1) {
    if (resolved->sources["model"] == "--model") {
      return refuse({ErrorCode::InvalidRequest, "`pcai run` takes one --model"});
    }
    settings.model.resize(1);
  }
  start_logging(settings);
  platform::Signals signals;
  const auto prepared = make_engine(settings);
  if (!prepared) return refuse(prepared.error());
  engine::Engine& engine = *prepared->engine;
  Result<GenerateParams> params = flags.sampling->params(engine.defaults(""));
  if (!params) return refuse(params.error());
  request->params = *std::move(params);
  const auto loaded = load_model(engine, "", signals);
  if (!loaded) {
    if (const auto number = signals.take(std::chrono::milliseconds(0))) return 128 + *number;
    return refuse(loaded.error());
  }
  const std::string model = loaded->info.id;
  return is_chat ? chat(engine, std::move(*request), model, signals)
                 : answer_once(engine, std::move(*request), model, flags.json, signals);
}

}  // namespace

void add_run(CommandLine& line) {
  const auto flags = std::make_shared<RunFlags>();
  CLI::App& command = line.add(
      "run", "Answer one prompt, or chat at the terminal",
      "Without PROMPT, the prompt is read from stdin; at a terminal a chat begins.\n\n"
      "Examples:\n"
      "  pcai run \"Why is the sky blue?\"\n"
      "  pcai run                                   chat with the default model\n"
      "  dmesg | tail -50 | pcai run --system \"Explain these messages.\"\n"
      "  pcai run --model ./qwen.gguf --temperature 0 --max-tokens 64 --json \"Name a prime\"",
      [flags] { return run(*flags); });
  command.add_option("PROMPT", flags->prompt, "The prompt; - = read it from stdin")
      ->type_name("TEXT");
  command.add_option("--system", flags->system, "Instructions for the model")->type_name("TEXT");
  flags->sampling = std::make_unique<SamplingFlags>(command);
  command.add_flag("--json", flags->json, "Print the result as JSON when the answer is complete");
  flags->settings = std::make_unique<SettingFlags>(command, kRun);
}

}  // namespace pcai::app
