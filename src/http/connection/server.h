#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/result.h"
#include "engine/engine.h"
#include "http/model_keeper.h"

namespace pcai::http {

/// Downloads the model of that name, adds it and returns its id. Blocks, on a thread that only
/// pulls. If `progress` returns false the download ends with Cancelled.
struct PullStep {
  std::uint64_t done = 0;  // bytes
  std::uint64_t total = 0;
  std::string digest = {};  // SHA-256 of the first file, as 64 hex digits; "" = not known yet
};
using PullProgressFunction = std::function<bool(const PullStep&)>;
using PullModel =
    std::function<Result<std::string>(const std::string& name, const PullProgressFunction&)>;

/// Whether requests may load, unload, pull, make and remove models: on a server with API keys, on
/// each, on none.
enum class ManageModels : std::uint8_t { WithKeys, Always, Never };

struct HttpOptions {
  std::string host = "127.0.0.1";
  std::uint16_t port = 8080;                    // 0 = any free port; Server::port() says which
  std::vector<std::string> api_keys = {};       // empty = no key needed
  std::vector<std::string> cors_origins = {};   // exact origins that may call from a browser
  bool desktop_origins = false;                 // so may the windows of desktop apps
  std::vector<std::string> allowed_hosts = {};  // Host names besides the loopback ones
  std::vector<std::string> media_hosts = {};    // from which images are fetched; empty = none
  std::uint32_t threads = 1;
  std::uint32_t max_connections = 8192;
  std::uint64_t max_body_bytes = 16ULL << 20;
  std::uint32_t max_header_bytes = 16U << 10;
  std::chrono::milliseconds header_timeout{10'000};
  std::chrono::milliseconds body_timeout{30'000};         // without a byte
  std::chrono::milliseconds keep_alive_timeout{120'000};  // between two requests
  std::chrono::milliseconds write_timeout{60'000};        // without a byte taken by the client
  std::chrono::milliseconds ping_interval{5'000};
  std::string reasoning_field = "reasoning_content";  // of messages; others expect "reasoning"
  bool refuses_unknown_fields = false;                // otherwise answers tell of them
  PullModel pull_model = {};                          // null = requests cannot pull models
  std::shared_ptr<ModelKeeper> keeper = {};           // null = they can neither make nor remove any
  ManageModels manage_models = ManageModels::WithKeys;
};

/// The OpenAI-compatible server over one engine. Any thread may call any method.
class HttpServer {
 public:
  /// Binds and listens, so that port() is known, but serves nothing before run(). Fails with
  /// InvalidRequest if the address is not available, or is not loopback and there is no key.
  static Result<std::unique_ptr<HttpServer>> listen(engine::Engine& engine, HttpOptions options);

  /// Ends open connections at once. If run() is running, waits until it has returned.
  ~HttpServer();

  std::uint16_t port() const noexcept;

  /// Serves until stop() is called; blocks. May be called once.
  void run();

  /// Accepts no new connections and closes idle ones. run() returns when the live requests have
  /// ended, or after `grace`. A second call with grace 0 ends at once.
  void stop(std::chrono::milliseconds grace);

 private:
  class Impl;
  explicit HttpServer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace pcai::http
