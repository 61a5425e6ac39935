#include <curl/curl.h>
#include <fmt/core.h>

#include <cmath>
#include <ctime>
#include <nlohmann/json.hpp>

#include "app/commands/commands.h"
#include "app/exit_code.h"
#include "app/settings/command_line.h"
#include "app/settings/load_settings.h"
#include "app/terminal/terminal.h"
#include "app/terminal/text_table.h"

namespace pcai::app {
namespace {

using Json = nlohmann::json;

constexpr long kSeconds = 10;
constexpr std::size_t kMaxBytes = std::size_t{16} << 20;

struct PsFlags {
  std::unique_ptr<SettingFlags> settings;
  bool all = false;
  bool json = false;
};

std::size_t append(char* data, std::size_t, std::size_t bytes, void* text) {
  auto& body = *static_cast<std::string*>(text);
  if (body.size() + bytes > kMaxBytes) return 0;
  body.append(data, bytes);
  return bytes;
}

/// The address under which this machine reaches a server that listens on `host`.
std::string server_url(const Settings& settings) {
  std::string host = settings.host;
  if (host == "0.0.0.0") host = "127.0.0.1";
  if (host == "::") host = "::1";
  if (host.find(':') != std::string::npos && host.front() != '[') host = "[" + host + "]";
  return fmt::format("http://{}:{}", host, settings.port);
}

/// The models of the server that these settings describe.
Result<Json> served_models(const Settings& settings) {
  Result<std::vector<std::string>> keys = load_api_keys(settings);
  if (!keys) return fail(keys.error());
  const std::string url = server_url(settings);
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> request(curl_easy_init(),
                                                                    curl_easy_cleanup);
  std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers(nullptr, curl_slist_free_all);
  if (!keys->empty()) {
    headers.reset(curl_slist_append(nullptr, ("Authorization: Bearer " + keys->front()).c_str()));
  }
  std::string body;
  const std::string models = url + "/v1/models";
  curl_easy_setopt(request.get(), CURLOPT_URL, models.c_str());
  curl_easy_setopt(request.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(request.get(), CURLOPT_PROXY, "");  // it is this machine, or one of its networks
  curl_easy_setopt(request.get(), CURLOPT_TIMEOUT, kSeconds);
  curl_easy_setopt(request.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(request.get(), CURLOPT_WRITEFUNCTION, append);
  curl_easy_setopt(request.get(), CURLOPT_WRITEDATA, &body);
  const CURLcode code = curl_easy_perform(request.get());
  if (code != CURLE_OK) {
    return fail(ErrorCode::Internal,
                fmt::format("no pcai server answers at {} ({}); start one with "
                            "`pcai serve`, or name its --host and --port",
                            url, curl_easy_strerror(code)));
  }
  const Json answer = Json::parse(body, nullptr, false);
  if (answer.is_object() && answer.contains("data") && answer["data"].is_array()) {
    return answer["data"];
  }
  const bool said = answer.is_object() && answer.contains("error") && answer["error"].is_object();
  const std::string why = said ? answer["error"].value("message", "") : "it is not a pcai server";
  return fail(ErrorCode::Internal, fmt::format("{} answers: {}", url, why));
}

bool is_here(const Json& model) {
  return model.is_object() && model.value("state", "") != "unloaded";
}

std::string leaves(const Json& model) {
  if (model.value("pinned", false)) return "never (pinned)";
  const std::int64_t at = model.value("unloads_at", std::int64_t{0});
  if (at == 0) return "";
  return fmt::format("in {} s", std::max<std::int64_t>(0, at - std::time(nullptr)));
}

std::string ps_text(const Json& models) {
  using Align = TextTable::Align;
  TextTable table({{"MODEL"},
                   {"STATE"},
                   {"MEMORY", Align::Right},
                   {"REQUESTS", Align::Right},
                   {"LOADS", Align::Right},
                   {"LEAVES"},
                   {""}});
  for (const Json& model : models) {
    std::string state = model.value("state", "");
    if (state == "loading") {
      state += fmt::format(" {} %", std::lround(model.value("load_progress", 0.0) * 100));
    }
    const std::uint64_t memory = model.value("memory_bytes", std::uint64_t{0});
    table.add_row({model.value("id", ""), std::move(state), memory > 0 ? human_size(memory) : "",
                   std::to_string(model.value("requests", 0)),
                   std::to_string(model.value("loads", 0)), leaves(model),
                   model.value("error", "")});
  }
  return table.text();
}

int ps(const PsFlags& flags) {
  const Result<ResolvedSettings> resolved = flags.settings->load();
  if (!resolved) return kUsage;
  Result<Json> models = served_models(resolved->values);
  if (!models) {
    print_error(models.error().message);
    return exit_code(models.error().code);
  }
  Json shown = Json::array();
  for (Json& model : *models) {
    if (flags.all || is_here(model)) shown.push_back(std::move(model));
  }
  if (flags.json) {
    const std::string text = shown.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
    return write_out(text) ? kSuccess : kFailure;
  }
  if (shown.empty()) {
    print_error("the server has no model in memory; `pcai ps --all` shows what it offers");
    return kSuccess;
  }
  return write_out(ps_text(shown)) ? kSuccess : kFailure;
}

}  // namespace

void add_ps(CommandLine& line) {
  const auto flags = std::make_shared<PsFlags>();
  CLI::App& command = line.add("ps", "Show the models that a running server has loaded",
                               "Asks the server that --host and --port (or pcai.toml) describe.\n\n"
                               "Examples:\n"
                               "  pcai ps\n"
                               "  pcai ps --all --json\n"
                               "  pcai ps --port 9000 --api-key-file ~/.config/pcai/keys",
                               [flags] { return ps(*flags); });
  command.add_flag("--all,-a", flags->all, "Also show the models that are not loaded");
  command.add_flag("--json", flags->json, "Print JSON in the format of GET /v1/models");
  flags->settings = std::make_unique<SettingFlags>(command, kPs);
}

}  // namespace pcai::app
