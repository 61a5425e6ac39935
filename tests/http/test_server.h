#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>

#include "backend/fake/fake_backend.h"
#include "engine/engine.h"
#include "http/connection/server.h"
#include "http/http_client.h"

namespace pcai::test {

struct ServerSetup {
  backend::fake::FakeOptions fake = {};
  engine::EngineOptions engine = {};
  http::HttpOptions http = {};
  std::string model = "fake/model:1b";
  bool load = true;
};

/// A server over a fake backend on a free port, serving until it is destroyed.
class TestServer {
 public:
  explicit TestServer(ServerSetup setup = {});
  ~TestServer();

  engine::Engine& engine() { return *engine_; }
  http::HttpServer& server() { return *server_; }
  std::uint16_t port() const { return server_->port(); }
  HttpClient connect() const { return HttpClient(port()); }

  /// Waits until run() has returned.
  void join();

  /// One request on its own connection; `headers` are whole lines with their CRLF.
  Answer get(std::string_view target, std::string_view headers = "") const;
  Answer post(std::string_view target, std::string_view body, std::string_view headers = "") const;

 private:
  std::unique_ptr<engine::Engine> engine_;
  std::unique_ptr<http::HttpServer> server_;
  std::thread thread_;
};

/// The bytes of a request with a right Host; `headers` are whole lines with their CRLF.
std::string request_bytes(std::string_view method, std::string_view target,
                          std::string_view headers = "", std::string_view body = "");

/// The same for a POST with a JSON body.
std::string post_bytes(std::string_view target, std::string_view body,
                       std::string_view headers = "");

/// A chat request whose last user message is `content`; `fields` begin with a comma.
std::string chat_body(std::string_view content, std::string_view fields = "");

/// The concatenated delta.content of a stream's body, for one choice.
std::string streamed_text(std::string_view sse, int choice = 0);

/// Polls until it is true, for ten seconds at most; says whether it became true.
bool becomes_true(const std::function<bool()>& condition);

}  // namespace pcai::test
