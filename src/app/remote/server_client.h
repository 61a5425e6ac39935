#pragma once

#include <chrono>
#include <nlohmann/json_fwd.hpp>
#include <string>

#include "app/answer.h"
#include "app/settings/sampling_flags.h"
#include "app/settings/settings.h"
#include "core/request.h"
#include "platform/signals.h"

namespace pcai::app {

/// A running server, ours or another that speaks OpenAI's API. It is this machine, or one of its
/// networks: no proxy is used.
class ServerClient {
 public:
  /// The server that listens where the settings say, with their first key. Fails as load_api_keys
  /// does.
  static Result<ServerClient> of(const Settings& settings);

  /// The one at that address, with or without "http://" and "/v1". Fails with InvalidRequest for
  /// what is none.
  static Result<ServerClient> at(std::string address, const Settings& settings);

  /// "http://127.0.0.1:8080".
  const std::string& url() const noexcept { return url_; }

  /// True if a server of ours answers there, whether or not it takes the key.
  bool is_ours() const;

  /// `data` of GET /v1/models. Fails with Internal, and says how to start a server.
  Result<nlohmann::json> models() const;

  /// Unloads a model by POST /v1/models/unload; its id. Fails with what the server says.
  Result<std::string> unload(const std::string& model) const;

  /// Sends a chat and reads its answer as it comes; a signal ends it. Only what `sampling` says is
  /// sent of how to sample, so that the model's own defaults hold there.
  Answer answer(const GenerateRequest& request, const Sampling& sampling,
                platform::Signals& signals, const AnswerPieces& pieces) const;

 private:
  /// The JSON that the server answers to GET, or to POST if there is a request. Another status than
  /// 200 is an error in its words.
  Result<nlohmann::json> ask(const std::string& path, std::string request) const;

  ServerClient(std::string url, std::string key) : url_(std::move(url)), key_(std::move(key)) {}

  std::string url_;
  std::string key_;  // empty = none
};

}  // namespace pcai::app
