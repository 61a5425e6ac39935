#include <fmt/core.h>

#include <algorithm>
#include <iterator>
#include <nlohmann/json.hpp>

#include "app/bench/speed_check.h"
#include "app/commands/commands.h"
#include "app/exit_code.h"
#include "app/health_check.h"
#include "app/settings/command_line.h"
#include "app/terminal/model_question.h"
#include "app/terminal/status_line.h"
#include "app/terminal/terminal.h"

namespace pcai::app {
namespace {

using Json = nlohmann::ordered_json;
using State = HealthCheck::State;

struct DoctorFlags {
  std::unique_ptr<SettingFlags> settings;
  bool json = false;
  bool speed = false;
};

std::string doctor_json(const std::vector<HealthCheck>& checks, bool is_well) {
  Json list = Json::array();
  for (const HealthCheck& check : checks) {
    list.push_back({{"subject", check.subject},
                    {"state", to_string(check.state)},
                    {"finding", check.finding},
                    {"advice", check.advice.empty() ? Json() : Json(check.advice)}});
  }
  const Json object = {{"ok", is_well}, {"checks", std::move(list)}};
  return object.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

std::string mark(State state) {
  switch (state) {
    case State::Fine: return styled("fine   ", Style::Green, stdout);
    case State::Note: return styled("note   ", Style::Bold, stdout);
    case State::Problem: return styled("problem", Style::Red, stdout);
  }
  return "";
}

std::string doctor_text(const std::vector<HealthCheck>& checks) {
  std::string text;
  for (const HealthCheck& check : checks) {
    text += fmt::format("{}  {:<21} {}\n", mark(check.state), check.subject,
                        terminal_safe(check.finding));
    if (!check.advice.empty()) {
      text += fmt::format("{:30} → {}\n", "", terminal_safe(check.advice));
    }
  }
  return text;
}

int doctor(const DoctorFlags& flags) {
  const Result<ResolvedSettings> resolved = flags.settings->load();
  if (!resolved) return kUsage;
  std::vector<HealthCheck> checks = check_health(resolved->values);
  if (flags.speed) {
    Settings settings = resolved->values;
    if (Status settled = settle_model(settings); !settled) {
      print_error(settled.error().message);
      return exit_code(settled.error().code);
    }
    platform::Signals signals;
    Result<std::vector<HealthCheck>> measured = check_speed(settings, signals);
    clear_status();
    if (!measured) {
      if (const auto number = signals.take(std::chrono::milliseconds(0))) return 128 + *number;
      print_error(measured.error().message);
      return exit_code(measured.error().code);
    }
    std::ranges::move(*measured, std::back_inserter(checks));
  }
  const bool is_well = std::none_of(checks.begin(), checks.end(), [](const HealthCheck& check) {
    return check.state == State::Problem;
  });
  if (!write_out(flags.json ? doctor_json(checks, is_well) : doctor_text(checks))) return kFailure;
  return is_well ? kSuccess : kFailure;
}

}  // namespace

void add_doctor(CommandLine& line) {
  const auto flags = std::make_shared<DoctorFlags>();
  CLI::App& command =
      line.add("doctor", "Look for what could keep pcai from working, and say what to do",
               "Checks backends, processor, memory, GPUs, stores of models, disk and port, and\n"
               "changes nothing. Exits with 1 if there is a problem. --speed also measures, for\n"
               "some minutes, what would make the usual model faster.\n\n"
               "Examples:\n"
               "  pcai doctor\n"
               "  pcai doctor --speed\n"
               "  pcai doctor --port 9000 --json",
               [flags] { return doctor(*flags); });
  command.add_flag("--json", flags->json, "Print JSON");
  command.add_flag("--speed", flags->speed,
                   "Also measure what would make this machine faster, and the gain");
  flags->settings = std::make_unique<SettingFlags>(command, kDoctor);
}

}  // namespace pcai::app
