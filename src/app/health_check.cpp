#include "app/health_check.h"

#include <fmt/core.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <system_error>

#include "app/backends.h"
#include "app/choice/default_model.h"
#include "app/choice/model_choice.h"
#include "app/choice/placement.h"
#include "app/cpu.h"
#include "app/remote/server_client.h"
#include "app/terminal/text_table.h"
#include "app/version.h"
#include "fit/gpu_config.h"
#include "platform/files.h"
#include "platform/library.h"
#include "platform/network.h"
#include "platform/path_text.h"
#include "platform/processors.h"

namespace pcai::app {
namespace {

namespace fs = std::filesystem;
using State = HealthCheck::State;
using Checks = std::vector<HealthCheck>;

constexpr std::uint64_t kLittleMemory = std::uint64_t{2} << 30;
constexpr std::uint64_t kLittleDisk = std::uint64_t{5} << 30;

void check_backends(Checks& checks) {
  const backend::BackendRegistry& registry = all_backends();
  bool any = false;
  for (const backend::BackendEntry& entry : registry.entries()) {
    const bool is_usable = static_cast<bool>(entry.create);
    const bool is_real = entry.descriptor.needs_file;
    any |= is_usable && is_real;
    if (!is_real) continue;
    std::string finding = is_usable ? "usable" : "not usable: " + entry.why_not;
    if (!entry.descriptor.version.empty()) finding += " (" + entry.descriptor.version + ")";
    checks.push_back({"backend " + entry.name, is_usable ? State::Fine : State::Note, finding});
    if (is_usable && entry.kernels) {
      checks.push_back({"kernels of " + entry.name, State::Fine, entry.kernels()});
    }
  }
  if (!any) {
    checks.push_back({"backends", State::Problem, "no backend can run a model",
                      "install a build with llama.cpp, or see why above"});
  }
}

void check_processor(Checks& checks) {
  std::string features;
  for (const CpuFeature& feature : cpu_features()) {
    if (feature.usable) features += " " + std::string(feature.name);
  }
  const fit::Device cpu = fit::cpu_device();
  checks.push_back(
      {"processor", State::Fine,
       fmt::format("{}, {} cores;{}", cpu.name, platform::usable_processors(), features)});
  HealthCheck memory = {
      "memory", State::Fine,
      fmt::format("{} of {} free", human_size(cpu.memory_free), human_size(cpu.memory_total))};
  if (cpu.memory_free > 0 && cpu.memory_free < kLittleMemory) {
    memory.state = State::Note;
    memory.advice = "close other programs, or use a small model: `pcai plan MODEL` shows what fits";
  }
  checks.push_back(std::move(memory));
}

void check_gpus(Checks& checks) {
  const platform::DriverNames names = platform::driver_names();
  for (const auto& [what, library] :
       {std::pair{"NVIDIA's driver", names.cuda}, std::pair{"Vulkan's loader", names.vulkan}}) {
    checks.push_back(
        {what, State::Fine,
         library + (platform::Library(library).is_open() ? ": found" : ": not there")});
  }
  const std::vector<fit::Device> gpus = fit::find_gpus(names);
  for (const fit::Device& gpu : gpus) {
    checks.push_back({fmt::format("GPU {}", gpu.index), State::Fine,
                      fmt::format("{} ({}), {} of {} free", gpu.name, gpu.driver,
                                  human_size(gpu.memory_free), human_size(gpu.memory_total))});
  }
  if (!gpus.empty() && usable_devices().size() == 1) {
    checks.push_back({"GPUs", State::Note, "this build computes on the CPU only",
                      "a build with -DPCAI_WITH_CUDA=ON or -DPCAI_WITH_VULKAN=ON uses them"});
  }
}

void check_stores(Checks& checks, const Settings& settings) {
  const models::ModelFolders folders = model_folders(settings);
  const std::vector<models::FoundModel> models = models::find_models(folders);
  std::map<std::string, std::pair<int, int>> counts;  // whole, damaged
  for (const models::FoundModel& model : models) {
    auto& [whole, damaged] = counts[model.source];
    ++(model.error ? damaged : whole);
  }
  std::vector<models::StorePlace> places = models::store_places();
  for (const fs::path& folder : folders.extra) places.push_back({"folder", folder});
  for (const models::StorePlace& place : places) {
    std::error_code error;
    const bool exists = !place.path.empty() && fs::is_directory(place.path, error);
    checks.push_back({"store " + place.source, State::Fine,
                      platform::path_text(place.path) + (exists ? "" : ": not there")});
  }
  int runnable = 0;
  for (const auto& [source, count] : counts) {
    runnable += count.first;
    HealthCheck check = {"models of " + source, State::Fine,
                         fmt::format("{} whole, {} damaged", count.first, count.second)};
    if (count.second > 0) {
      check.state = State::Note;
      check.advice = "`pcai models` shows what is wrong with each";
    }
    checks.push_back(std::move(check));
  }
  if (runnable == 0) {
    checks.push_back({"models", State::Note, "none on this machine",
                      "get the default one with " + default_model_command()});
  }
}

/// The folder, or the nearest one above it that is there.
fs::path existing(fs::path folder) {
  std::error_code error;
  while (!folder.empty() && !fs::exists(folder, error) && folder != folder.parent_path()) {
    folder = folder.parent_path();
  }
  return folder;
}

void check_own_folder(Checks& checks) {
  const fs::path own = models::own_models_folder();
  if (own.empty()) {
    checks.push_back(
        {"models folder", State::Problem, "there is no home folder", "set PCAI_MODELS_DIR"});
    return;
  }
  const fs::path nearest = existing(own);
  HealthCheck folder = {"models folder", State::Fine, platform::path_text(own)};
  if (!platform::is_writable(nearest)) {
    folder.state = State::Problem;
    folder.finding += ": cannot be written";
    folder.advice = "allow this user to write " + platform::path_text(nearest) +
                    ", or set PCAI_MODELS_DIR to another folder";
  }
  checks.push_back(std::move(folder));
  std::error_code error;
  const fs::space_info space = fs::space(nearest, error);
  if (error) return;
  HealthCheck disk = {"disk", State::Fine,
                      fmt::format("{} free for models", human_size(space.available))};
  if (space.available < kLittleDisk) {
    disk.state = State::Note;
    disk.advice = "most models are larger; free some space, or set PCAI_MODELS_DIR to another disk";
  }
  checks.push_back(std::move(disk));
}

void check_port(Checks& checks, const Settings& settings) {
  const auto port = static_cast<std::uint16_t>(settings.port);
  HealthCheck check = {"port", State::Fine,
                       fmt::format("{}:{} is free", settings.host, settings.port)};
  if (port != 0 && !platform::is_port_free(settings.host, port)) {
    const auto server = ServerClient::of(settings);
    if (server && server->is_ours()) {
      checks.push_back({"port", State::Fine, "a pcai server answers at " + server->url()});
      return;
    }
    check.state = State::Problem;
    check.finding = fmt::format("{}:{} is taken, or not this machine's", settings.host, port);
    check.advice = "stop the program that listens there, or use another --port";
  }
  checks.push_back(std::move(check));
}

}  // namespace

std::string_view to_string(State state) noexcept {
  switch (state) {
    case State::Fine: return "fine";
    case State::Note: return "note";
    case State::Problem: return "problem";
  }
  return "fine";
}

std::vector<HealthCheck> check_health(const Settings& settings) {
  Checks checks = {
      {"pcai", State::Fine, fmt::format("{}, built by {}", kVersion, kCompiler)},
      {"settings", State::Fine, settings.config.empty() ? "no settings file" : settings.config}};
  check_backends(checks);
  check_processor(checks);
  check_gpus(checks);
  check_own_folder(checks);
  check_stores(checks, settings);
  check_port(checks, settings);
  return checks;
}

}  // namespace pcai::app
