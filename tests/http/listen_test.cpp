#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "http/test_server.h"

namespace pcai::test {
namespace {

using testing::HasSubstr;

class ListenTest : public testing::Test {
 protected:
  ListenTest() : engine_(std::make_shared<backend::BackendRegistry>(), {}) {}

  Result<std::unique_ptr<http::HttpServer>> listen(http::HttpOptions options) {
    return http::HttpServer::listen(engine_, std::move(options));
  }

  void expect_refused(const http::HttpOptions& options, const char* field, const char* why) {
    const auto server = listen(options);
    ASSERT_FALSE(server) << field;
    EXPECT_EQ(server.error().code, ErrorCode::InvalidRequest);
    EXPECT_THAT(server.error().field, HasSubstr(field));
    EXPECT_THAT(server.error().message, HasSubstr(why));
  }

  engine::Engine engine_;
};

TEST_F(ListenTest, PortZeroIsAnyFreePort) {
  const auto server = listen({.port = 0});
  ASSERT_TRUE(server);
  EXPECT_NE((*server)->port(), 0);
}

TEST_F(ListenTest, APortInUseIsNamedWithTheWayOut) {
  const auto first = listen({.port = 0});
  ASSERT_TRUE(first);
  const std::uint16_t port = (*first)->port();
  expect_refused({.port = port}, "port", ("127.0.0.1:" + std::to_string(port)).c_str());
  expect_refused({.port = port}, "port", "--port");
}

TEST_F(ListenTest, APublicAddressNeedsAKey) {
  for (const char* host : {"0.0.0.0", "::", "[::]"}) {
    expect_refused({.host = host, .port = 0}, "host", "API key");
  }
  EXPECT_TRUE(listen({.host = "0.0.0.0", .port = 0, .api_keys = {"k"}}));
}

TEST_F(ListenTest, NamesAndLoopbackAddressesAreFine) {
  for (const char* host : {"localhost", "127.0.0.1", "127.0.0.2"}) {
    EXPECT_TRUE(listen({.host = host, .port = 0})) << host;
  }
}

TEST_F(ListenTest, AHostThatDoesNotExistIsNamed) {
  expect_refused({.host = "no.such.host.invalid", .port = 0}, "host", "no.such.host.invalid");
  expect_refused({.host = "", .port = 0}, "host", "127.0.0.1");
}

TEST_F(ListenTest, OptionsOutOfRangeAreNamed) {
  expect_refused({.port = 0, .api_keys = {""}}, "api_keys", "empty");
  expect_refused({.port = 0, .api_keys = {"good", "bad\n"}}, "api_keys", "printable");
  expect_refused({.port = 0, .cors_origins = {"*"}}, "cors_origins", "'*'");
  expect_refused({.port = 0, .cors_origins = {"page.example"}}, "cors_origins", "page.example");
  expect_refused({.port = 0, .allowed_hosts = {"box:80"}}, "allowed_hosts", "box:80");
  expect_refused({.port = 0, .threads = 0}, "threads", "1 to 64");
  expect_refused({.port = 0, .max_connections = 0}, "max_connections", "at least 1");
  expect_refused({.port = 0, .max_body_bytes = 0}, "max_body_bytes", "at least 1");
  expect_refused({.port = 0, .max_header_bytes = 10}, "max_header_bytes", "256");
  expect_refused({.port = 0, .ping_interval = std::chrono::milliseconds(0)}, "ping_interval",
                 "1 ms");
}

TEST(ListenIpv6Test, TheLoopbackAddressServes) {
  ServerSetup setup;
  setup.http.host = "::1";
  std::unique_ptr<TestServer> server;
  try {
    server = std::make_unique<TestServer>(setup);
  } catch (const std::exception& error) {
    GTEST_SKIP() << "no IPv6 here: " << error.what();
  }
  HttpClient client(server->port(), "::1");
  client.send("GET /health HTTP/1.1\r\nHost: [::1]:1\r\n\r\n");
  EXPECT_EQ(client.read().status, 200);
}

TEST(ListenPublicTest, AnAddressServesItsKeyHoldersUnderAnyAddress) {
  ServerSetup setup;
  setup.http.host = "0.0.0.0";
  setup.http.api_keys = {"k"};
  const TestServer server(setup);
  HttpClient client = server.connect();
  client.send(
      "GET /v1/models HTTP/1.1\r\nHost: 192.168.7.7:1\r\nx-api-key: k\r\n\r\n"
      "GET /v1/models HTTP/1.1\r\nHost: rebound.example\r\nx-api-key: k\r\n\r\n");
  EXPECT_EQ(client.read().status, 200);
  EXPECT_EQ(client.read().status, 403);
}

}  // namespace
}  // namespace pcai::test
