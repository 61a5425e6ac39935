#include <fmt/core.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <random>

#include "app/bench/bench_report.h"
#include "app/bench/served_program.h"
#include "app/choice/model_choice.h"
#include "app/commands/commands.h"
#include "app/exit_code.h"
#include "app/remote/server_client.h"
#include "app/settings/command_line.h"
#include "app/settings/load_settings.h"
#include "app/terminal/model_question.h"
#include "app/terminal/status_line.h"
#include "app/terminal/terminal.h"
#include "app/version.h"
#include "platform/console.h"
#include "platform/path_text.h"
#include "platform/processors.h"
#include "platform/system.h"

namespace pcai::app {
namespace {

constexpr std::uint32_t kMostRuns = 100;
constexpr std::uint32_t kMostTokens = 1 << 20;
constexpr std::uint32_t kMostStreams = 256;
constexpr std::int64_t kRoom = 256;  // tokens of a context beside the prompt and the answers

struct BenchFlags {
  std::unique_ptr<SettingFlags> settings;
  std::string model = {};
  BenchSizes sizes = {};
  std::uint32_t runs = 3;
  std::optional<std::string> server = {};
  std::optional<std::string> against = {};
  std::vector<std::string> compare = {};
  bool json = false;
};

int refuse(const Error& error) {
  if (!error.message.empty()) print_error(error.message);
  return exit_code(error.code);
}

Result<BenchReport> read_report(const std::string& file) {
  const Result<std::string> text = load_text_file(file, "--compare");
  if (!text) return fail(text.error());
  return parse_bench(*text, file);
}

int compare(const BenchFlags& flags) {
  const Result<BenchReport> before = read_report(flags.compare.front());
  if (!before) return refuse(before.error());
  const Result<BenchReport> after = read_report(flags.compare.back());
  if (!after) return refuse(after.error());
  const std::string text =
      flags.json ? comparison_json(*before, *after) : comparison_text(*before, *after);
  return write_out(text) ? kSuccess : kFailure;
}

/// What --against names.
struct PeerProgram {
  std::string name;
  std::string path;
};

Result<PeerProgram> parse_peer(const std::string& text) {
  const std::size_t mark = text.find('=');
  const std::string name = text.substr(0, mark);
  if (mark == std::string::npos || mark + 1 == text.size() ||
      (name != "llama-server" && name != "pcai")) {
    return fail(ErrorCode::InvalidRequest,
                "--against='" + text +
                    "' is neither llama-server=PATH (also of a fork of it) nor pcai=PATH");
  }
  return PeerProgram{.name = name, .path = text.substr(mark + 1)};
}

/// `pcai serve` of that program, with this command's settings of a load.
std::vector<std::string> own_command(const std::string& program, const BenchFlags& flags,
                                     const Settings& settings, const std::string& model) {
  std::vector<std::string> command = {program,           "serve",          "--host=127.0.0.1",
                                      "--port={port}",   "--discover=off", "--log-level=warning",
                                      "--model=" + model};
  const std::int64_t sequences =
      std::max<std::int64_t>(settings.max_sequences, flags.sizes.streams + 1);
  command.push_back(fmt::format("--max-sequences={}", sequences));
  for (const GivenValue& given : flags.settings->given()) {
    if (given.setting->name == "model") continue;
    for (const std::string& text : given.texts) {
      command.push_back(flag_name(*given.setting) + "=" + text);
    }
  }
  return command;
}

Result<std::vector<std::string>> llama_server_command(const std::string& program,
                                                      const BenchFlags& flags,
                                                      const Settings& settings,
                                                      const std::string& model) {
  const Result<ModelSpec> spec = choose_model(settings, model);
  if (!spec) return fail(spec.error());
  const std::int64_t each =
      settings.context > 0 ? settings.context : flags.sizes.prompt + flags.sizes.answer + kRoom;
  const std::int64_t sequences = flags.sizes.streams + 1;
  std::vector<std::string> command = {program,
                                      "-m",
                                      platform::path_text(spec->config.model_path),
                                      "--host",
                                      "127.0.0.1",
                                      "--port",
                                      "{port}",
                                      "-c",
                                      std::to_string(each * sequences),
                                      "-np",
                                      std::to_string(sequences)};
  if (settings.threads > 0) {
    command.insert(command.end(), {"-t", std::to_string(settings.threads)});
  }
  return command;
}

std::string joined_command(const std::vector<std::string>& command) {
  std::string text;
  for (const std::string& word : command) text += (text.empty() ? "" : " ") + word;
  return text;
}

/// Shows on a terminal what is being done.
void show(const std::string& text) {
  if (platform::is_terminal(stderr)) set_status("bench: " + text);
}

/// Our server, and the other one if there is one. Children live as long as this.
struct Sides {
  std::unique_ptr<ServedProgram> own_child = {};
  std::unique_ptr<ServedProgram> peer_child = {};
  std::vector<MeasuredServer> servers = {};  // ours first
  std::string peer_command = {};
};

Result<std::unique_ptr<Sides>> start_children(const BenchFlags& flags, const Settings& settings,
                                              const std::string& model,
                                              const std::optional<PeerProgram>& peer,
                                              platform::Signals& signals) {
  const Result<std::vector<std::string>> keys = load_api_keys(settings);
  if (!keys) return fail(keys.error());
  const std::string key = keys->empty() ? "" : keys->front();
  auto sides = std::make_unique<Sides>();
  show("loading " + model);
  auto ours = ServedProgram::start(own_command(platform::own_program(), flags, settings, model),
                                   "/ready", {.name = "pcai", .url = "", .key = key}, signals);
  if (!ours) return fail(ours.error());
  sides->own_child = std::move(*ours);
  sides->servers.push_back(sides->own_child->server());
  if (!peer) return sides;
  const bool is_pcai = peer->name == "pcai";
  Result<std::vector<std::string>> command =
      is_pcai ? own_command(peer->path, flags, settings, model)
              : llama_server_command(peer->path, flags, settings, model);
  if (!command) return fail(command.error());
  sides->peer_command = joined_command(*command);
  show("starting " + peer->path);
  auto theirs = ServedProgram::start(
      std::move(*command), is_pcai ? "/ready" : "/health",
      {.name = is_pcai ? "the other pcai" : peer->name, .url = "", .key = is_pcai ? key : ""},
      signals);
  if (!theirs) return fail(theirs.error());
  sides->peer_child = std::move(*theirs);
  sides->servers.push_back(sides->peer_child->server());
  return sides;
}

Status measure_all(const BenchFlags& flags, const Sides& sides, BenchReport& report,
                   platform::Signals& signals) {
  PromptWriter writer(std::random_device{}());
  for (const MeasuredServer& server : sides.servers) {
    show("warming up " + server.name);
    if (Status status = warm_up(server, writer, signals); !status) return status;
  }
  for (const Workload workload : kWorkloads) {
    for (std::uint32_t run = 0; run < flags.runs; ++run) {
      for (std::size_t turn = 0; turn < sides.servers.size(); ++turn) {
        // A B, B A, …: what changes slowly in the machine meets both.
        const std::size_t side = run % 2 == 0 ? turn : sides.servers.size() - 1 - turn;
        const MeasuredServer& server = sides.servers[side];
        show(fmt::format("{}, run {} of {}, {}", to_text(workload, flags.sizes), run + 1,
                         flags.runs, server.name));
        const auto measured = measure(server, workload, flags.sizes, writer, signals);
        if (!measured) return fail(measured.error());
        add(side == 0 ? report.figures : report.peer->figures, *measured);
      }
    }
  }
  return {};
}

int run_bench(const BenchFlags& flags, const Sides& sides, BenchReport report,
              platform::Signals& signals) {
  const Status status = measure_all(flags, sides, report, signals);
  clear_status();
  if (!status) {
    if (const auto number = signals.take(std::chrono::milliseconds(0))) return 128 + *number;
    return refuse(status.error());
  }
  return write_out(flags.json ? bench_json(report) : bench_text(report)) ? kSuccess : kFailure;
}

int bench_server(const BenchFlags& flags, const Settings& settings) {
  const Result<ServerClient> client = *flags.server == "auto"
                                          ? ServerClient::of(settings)
                                          : ServerClient::at(*flags.server, settings);
  if (!client) return refuse(client.error());
  const Result<nlohmann::json> models = client->models();
  if (!models) return refuse(models.error());
  std::string model = flags.model;
  if (model.empty() && !models->empty() && models->front().is_object()) {
    model = models->front().value("id", "");
  }
  const Result<std::vector<std::string>> keys = load_api_keys(settings);
  if (!keys) return refuse(keys.error());
  Sides sides;
  sides.servers.push_back({.name = client->url(),
                           .url = client->url(),
                           .key = keys->empty() ? "" : keys->front(),
                           .model = model});
  platform::Signals signals;
  return run_bench(
      flags, sides,
      {.version = "", .model = model, .processor = client->url(), .sizes = flags.sizes}, signals);
}

/// Flags that say how a model is loaded have no effect on a running server, and a key has none on
/// one that is started here.
Status check_flags(const BenchFlags& flags) {
  for (const GivenValue& given : flags.settings->given()) {
    const std::string_view name = given.setting->name;
    const bool is_key = name == "api_key" || name == "api_key_file";
    const bool is_general = name == "config";
    if (is_general || is_key == flags.server.has_value()) continue;
    return fail(ErrorCode::InvalidRequest,
                given.source + (is_key ? " has an effect only with --server"
                                       : " has no effect with --server; give it to `pcai serve`"));
  }
  if (flags.server && flags.against) {
    return fail(ErrorCode::InvalidRequest, "--against and --server do not go together");
  }
  return {};
}

int bench(const BenchFlags& flags) {
  if (!flags.compare.empty()) return compare(flags);
  Result<ResolvedSettings> resolved = flags.settings->load();
  if (!resolved) return kUsage;
  if (Status status = check_flags(flags); !status) return refuse(status.error());
  Settings& settings = resolved->values;
  if (flags.server) return bench_server(flags, settings);
  std::optional<PeerProgram> peer;
  if (flags.against) {
    Result<PeerProgram> parsed = parse_peer(*flags.against);
    if (!parsed) return refuse(parsed.error());
    peer = std::move(*parsed);
  }
  if (!flags.model.empty()) settings.model = {flags.model};
  if (Status settled = settle_model(settings); !settled) return refuse(settled.error());
  const std::string model = settings.model.empty() ? "" : settings.model.front();
  const Result<ModelSpec> spec = choose_model(settings, model);
  if (!spec) return refuse(spec.error());
  platform::Signals signals;
  const auto sides = start_children(flags, settings, model, peer, signals);
  if (!sides) {
    clear_status();
    if (const auto number = signals.take(std::chrono::milliseconds(0))) return 128 + *number;
    return refuse(sides.error());
  }
  BenchReport report = {.version = kVersion,
                        .model = spec->id,
                        .processor = platform::processor_name(),
                        .threads = settings.threads,
                        .sizes = flags.sizes};
  if (peer) {
    report.peer =
        BenchPeer{.name = (*sides)->servers.back().name, .command = (*sides)->peer_command};
  }
  return run_bench(flags, **sides, std::move(report), signals);
}

}  // namespace

void add_bench(CommandLine& line) {
  const auto flags = std::make_shared<BenchFlags>();
  CLI::App& command = line.add(
      "bench", "Measure how fast a model reads and writes on this machine",
      "Starts its own server with the model, and asks it as clients do. Prompts are random\n"
      "words, so nothing is cached.\n\n"
      "Examples:\n"
      "  pcai bench\n"
      "  pcai bench smollm2 --runs 5 --json > before.json\n"
      "  pcai bench --compare before.json after.json\n"
      "  pcai bench smollm2 --against llama-server=/opt/llama.cpp/llama-server\n"
      "  pcai bench --server auto                   measure a running server",
      [flags] { return bench(*flags); });
  command.add_option("MODEL", flags->model, "The model; without it as for `pcai run`")
      ->type_name("MODEL");
  const auto number = [&command](const char* name, std::uint32_t& value, std::uint32_t least,
                                 std::uint32_t most, const char* help) {
    command.add_option(name, value, help)
        ->type_name("N")
        ->check(CLI::Range(least, most).description(""))
        ->default_str(std::to_string(value));
  };
  number("--runs", flags->runs, 1, kMostRuns, "How often each measurement is made");
  number("--prompt", flags->sizes.prompt, 16, kMostTokens, "Tokens of a long prompt");
  number("--answer", flags->sizes.answer, 2, kMostTokens, "Tokens of an answer");
  number("--streams", flags->sizes.streams, 1, kMostStreams, "Answers at the same time");
  command
      .add_option("--against", flags->against,
                  "Measure another program by turns with pcai: llama-server=PATH or pcai=PATH")
      ->type_name("NAME=PATH");
  command
      .add_option("--server", flags->server,
                  "Measure the server at this address; auto = the one that host and port of the "
                  "settings describe")
      ->type_name("URL");
  command
      .add_option("--compare", flags->compare,
                  "Show two results that were kept as JSON, side by "
                  "side, and measure nothing")
      ->type_name("FILE")
      ->expected(2);
  command.add_flag("--json", flags->json, "Print the result as JSON");
  flags->settings = std::make_unique<SettingFlags>(command, kBench);
}

}  // namespace pcai::app
