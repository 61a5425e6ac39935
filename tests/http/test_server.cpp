#include "http/test_server.h"

#include <chrono>
#include <nlohmann/json.hpp>
#include <stdexcept>

namespace pcai::test {

TestServer::TestServer(ServerSetup setup) {
  auto registry = std::make_shared<backend::BackendRegistry>();
  backend::fake::register_fake(*registry, setup.fake);
  engine_ = std::make_unique<engine::Engine>(registry, setup.engine);
  static_cast<void>(engine_->add_model({.id = setup.model, .config = {}, .backend = "fake"}));
  if (setup.load) {
    backend::NoProgress progress;
    if (auto loaded = engine_->load_model(setup.model, progress); !loaded) {
      throw std::runtime_error(loaded.error().message);
    }
  }
  setup.http.port = 0;
  auto server = http::HttpServer::listen(*engine_, setup.http);
  if (!server) throw std::runtime_error(server.error().message);
  server_ = std::move(*server);
  thread_ = std::thread([this] { server_->run(); });
}

TestServer::~TestServer() {
  server_->stop(std::chrono::milliseconds(0));
  join();
}

void TestServer::join() {
  if (thread_.joinable()) thread_.join();
}

Answer TestServer::get(std::string_view target, std::string_view headers) const {
  HttpClient client = connect();
  client.send(request_bytes("GET", target, headers));
  return client.read();
}

Answer TestServer::post(std::string_view target, std::string_view body,
                        std::string_view headers) const {
  HttpClient client = connect();
  client.send(post_bytes(target, body, headers));
  return client.read();
}

std::string request_bytes(std::string_view method, std::string_view target,
                          std::string_view headers, std::string_view body) {
  std::string bytes(method);
  bytes.append(" ").append(target).append(" HTTP/1.1\r\nHost: localhost\r\n");
  bytes.append(headers).append("\r\n").append(body);
  return bytes;
}

std::string post_bytes(std::string_view target, std::string_view body, std::string_view headers) {
  const std::string own =
      "Content-Type: application/json\r\nContent-Length: " + std::to_string(body.size()) + "\r\n" +
      std::string(headers);
  return request_bytes("POST", target, own, body);
}

std::string chat_body(std::string_view content, std::string_view fields) {
  return R"({"model":"fake/model:1b","messages":[{"role":"user","content":)" +
         nlohmann::json(content).dump() + "}]" + std::string(fields) + "}";
}

std::string streamed_text(std::string_view sse, int choice) {
  std::string text;
  constexpr std::string_view kData = "data: ";
  for (std::size_t at = sse.find(kData); at != std::string_view::npos; at = sse.find(kData, at)) {
    at += kData.size();
    const std::string_view frame = sse.substr(at, sse.find("\n\n", at) - at);
    if (frame == "[DONE]") continue;
    const auto json = nlohmann::json::parse(frame);
    if (!json.contains("choices")) continue;
    for (const auto& one : json["choices"]) {
      if (one["index"] != choice || !one["delta"].contains("content")) continue;
      text += one["delta"]["content"].get<std::string>();
    }
  }
  return text;
}

bool becomes_true(const std::function<bool()>& condition) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return true;
}

}  // namespace pcai::test
