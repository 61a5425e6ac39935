#include "app/remote/server_client.h"

#include <fmt/core.h>

#include <nlohmann/json.hpp>

#include "app/remote/chat_stream.h"
#include "app/remote/http_call.h"
#include "app/settings/load_settings.h"

namespace pcai::app {
namespace {

using Json = nlohmann::json;

constexpr std::chrono::seconds kAsk{10};
constexpr std::chrono::seconds kProbe{2};
constexpr std::size_t kMostBytes = std::size_t{16} << 20;

Result<std::string> first_key(const Settings& settings) {
  Result<std::vector<std::string>> keys = load_api_keys(settings);
  if (!keys) return fail(keys.error());
  return keys->empty() ? std::string() : keys->front();
}

/// The address under which this machine reaches a server that listens on `host`.
std::string url_of(const Settings& settings) {
  std::string host = settings.host;
  if (host == "0.0.0.0") host = "127.0.0.1";
  if (host == "::") host = "::1";
  if (host.find(':') != std::string::npos && host.front() != '[') host = "[" + host + "]";
  return fmt::format("http://{}:{}", host, settings.port);
}

}  // namespace

Result<ServerClient> ServerClient::of(const Settings& settings) {
  Result<std::string> key = first_key(settings);
  if (!key) return fail(key.error());
  return ServerClient(url_of(settings), std::move(*key));
}

Result<ServerClient> ServerClient::at(std::string address, const Settings& settings) {
  Result<std::string> key = first_key(settings);
  if (!key) return fail(key.error());
  const std::size_t scheme = address.find("://");
  const bool is_web = address.starts_with("http://") || address.starts_with("https://");
  if (scheme == std::string::npos) address = "http://" + address;
  while (address.ends_with('/')) address.pop_back();
  if (address.ends_with("/v1")) address.resize(address.size() - 3);
  const bool has_host = address.find("://") + 3 < address.size();
  if ((scheme != std::string::npos && !is_web) || !has_host) {
    return fail(ErrorCode::InvalidRequest, "--server='" + address +
                                               "' is not the address of a server, such as "
                                               "http://127.0.0.1:8080");
  }
  return ServerClient(std::move(address), std::move(*key));
}

bool ServerClient::is_ours() const {
  const HttpCall wanted = {.url = url_ + "/health", .key = key_, .timeout = kProbe};
  return call(wanted, [](std::string_view) { return true; }).is_ours;
}

Result<Json> ServerClient::ask(const std::string& path, std::string request) const {
  std::string body;
  const HttpCall wanted = {
      .url = url_ + path, .key = key_, .body = std::move(request), .timeout = kAsk};
  const HttpAnswer answer = call(wanted, [&body](std::string_view piece) {
    body += piece;
    return body.size() <= kMostBytes;
  });
  if (!answer.problem.empty()) {
    return fail(ErrorCode::Internal,
                fmt::format("no pcai server answers at {} ({}); start one with "
                            "`pcai serve`, or name its --host and --port",
                            url_, answer.problem));
  }
  Json json = Json::parse(body, nullptr, false);
  if (answer.status == 200 && json.is_object()) return json;
  const bool said = json.is_object() && json.contains("error") && json["error"].is_object();
  const std::string why = said ? json["error"].value("message", "") : "it is not a pcai server";
  const bool is_ours_to_mend = answer.status == 404 || answer.status == 400;
  return fail(is_ours_to_mend ? ErrorCode::InvalidRequest : ErrorCode::Internal,
              fmt::format("{} answers: {}", url_, why));
}

Result<Json> ServerClient::models() const {
  Result<Json> json = ask("/v1/models", "");
  if (!json) return json;
  if (json->contains("data") && (*json)["data"].is_array()) return (*json)["data"];
  return fail(ErrorCode::Internal, fmt::format("{} answers: it is not a pcai server", url_));
}

Result<std::string> ServerClient::unload(const std::string& model) const {
  const Result<Json> json = ask("/v1/models/unload", Json{{"model", model}}.dump());
  if (!json) return fail(json.error());
  return json->value("id", model);
}

Answer ServerClient::answer(const GenerateRequest& request, const Sampling& sampling,
                            platform::Signals& signals, const AnswerPieces& pieces) const {
  Answer answer;
  Result<std::string> body = chat_body(request, sampling);
  if (!body) {
    answer.error = body.error();
    return answer;
  }
  ChatStream stream(answer, pieces);
  const HttpCall wanted = {.url = url_ + "/v1/chat/completions",
                           .key = key_,
                           .body = std::move(*body),
                           .signals = &signals};
  const HttpAnswer got =
      call(wanted, [&stream](std::string_view piece) { return stream.add(piece); });
  if (got.problem.empty()) {
    stream.end(got.status);
  } else if (signals.pending()) {
    answer.signal = signals.take();
    answer.error = Error{ErrorCode::Cancelled, "the request was cancelled"};
  } else if (!answer.error) {
    answer.error = Error{got.status == 0 ? ErrorCode::Internal : ErrorCode::Cancelled,
                         fmt::format("the server at {} does not answer: {}", url_, got.problem)};
  }
  return answer;
}

}  // namespace pcai::app
