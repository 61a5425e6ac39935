#include "http/media/media_fetch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <boost/asio.hpp>
#include <nlohmann/json.hpp>
#include <thread>

#include "http/test_server.h"

namespace pcai::test {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using testing::HasSubstr;

const std::string kPng = std::string("\x89PNG\r\n\x1A\n", 8) + "pixels";

std::string ok(const std::string& body) {
  return "HTTP/1.1 200 OK\r\nContent-Type: image/png\r\nContent-Length: " +
         std::to_string(body.size()) + "\r\nConnection: close\r\n\r\n" + body;
}

std::string moved(const std::string& to) {
  return "HTTP/1.1 302 Found\r\nLocation: " + to +
         "\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
}

/// Answers each connection by its request's path, one after the other, until it is destroyed.
class Origin {
 public:
  using Answers = std::map<std::string, std::string>;  // "" = never

  explicit Origin(Answers answers) : answers_(std::move(answers)) {
    thread_ = std::thread([this] { serve(); });
  }
  ~Origin() {
    stopping_ = true;
    boost::system::error_code ignored;
    tcp::socket last(context_);
    last.connect(acceptor_.local_endpoint(), ignored);
    thread_.join();
  }

  std::string host() const { return "127.0.0.1:" + std::to_string(port()); }
  std::string url(const std::string& path) const { return "http://" + host() + path; }
  std::uint16_t port() const { return acceptor_.local_endpoint().port(); }
  int requests() const { return requests_; }

 private:
  void serve() {
    std::vector<tcp::socket> silent;
    while (true) {
      tcp::socket socket = acceptor_.accept();
      if (stopping_) return;
      std::string head;
      boost::system::error_code error;
      asio::read_until(socket, asio::dynamic_buffer(head), "\r\n\r\n", error);
      ++requests_;
      const std::size_t begin = head.find(' ') + 1;
      const auto found = answers_.find(head.substr(begin, head.find(' ', begin) - begin));
      if (found == answers_.end()) {
        asio::write(socket, asio::buffer("HTTP/1.1 404 No\r\nContent-Length: 0\r\n\r\n", 39),
                    error);
      } else if (found->second.empty()) {
        silent.push_back(std::move(socket));
      } else {
        asio::write(socket, asio::buffer(found->second), error);
      }
    }
  }

  Answers answers_;
  asio::io_context context_;
  tcp::acceptor acceptor_{context_, tcp::endpoint(asio::ip::address_v4::loopback(), 0)};
  std::atomic<bool> stopping_{false};
  std::atomic<int> requests_{0};
  std::thread thread_;
};

std::string refusal(const std::string& url, const std::vector<std::string>& hosts,
                    const http::FetchLimits& limits = {}) {
  const auto media = http::fetch_file(url, MediaKind::Image, hosts, limits);
  EXPECT_FALSE(media) << url;
  if (media) return "";
  EXPECT_EQ(media.error().code, ErrorCode::InvalidRequest);
  EXPECT_EQ(media.error().field, "") << "it does not know where the URL stands";
  return media.error().message;
}

TEST(MediaFetchTest, AFileOfAListedHostIsFetched) {
  const Origin origin(Origin::Answers{{"/a.png", ok(kPng)}});
  const auto media =
      http::fetch_file(origin.url("/a.png"), MediaKind::Image, {"other", origin.host()});
  ASSERT_TRUE(media) << media.error().message;
  EXPECT_EQ(*media->bytes, kPng);
}

TEST(MediaFetchTest, OtherHostsAreNotAsked) {
  const Origin origin(Origin::Answers{{"/a.png", ok(kPng)}});
  EXPECT_THAT(refusal(origin.url("/a.png"), {"example.org"}), HasSubstr("--media-hosts"));
  EXPECT_THAT(refusal(origin.url("/a.png"), {"127.0.0.1"}), HasSubstr("--media-hosts"));
  EXPECT_THAT(refusal("http://user@" + origin.host() + "/a.png", {origin.host()}),
              HasSubstr("or has a user name in it"));
  EXPECT_THAT(refusal("file:///etc/passwd", {"example.org"}), HasSubstr("http"));
  EXPECT_EQ(origin.requests(), 0);
}

TEST(MediaFetchTest, ANameMustNotLeadToAPrivateAddress) {
  const Origin origin(Origin::Answers{{"/a.png", ok(kPng)}});
  const std::string port = std::to_string(origin.port());
  // Names of the loopback that no file of hosts has, but every resolver.
  const std::string name = "pcai.localhost:" + port;
  EXPECT_THAT(refusal("http://" + name + "/a.png", {name}), HasSubstr("private address"));
  EXPECT_EQ(origin.requests(), 0);
  EXPECT_TRUE(http::fetch_file("http://localhost:" + port + "/a.png", MediaKind::Image,
                               {"localhost:" + port}));
}

TEST(MediaFetchTest, RedirectsStayOnTheList) {
  const Origin elsewhere(Origin::Answers{{"/b.png", ok(kPng)}});
  const Origin origin(Origin::Answers{{"/here", moved("/a.png")},
                                      {"/a.png", ok(kPng)},
                                      {"/away", moved(elsewhere.url("/b.png"))},
                                      {"/file", moved("file:///etc/passwd")},
                                      {"/round", moved("/round")}});
  EXPECT_TRUE(http::fetch_file(origin.url("/here"), MediaKind::Image, {origin.host()}));
  EXPECT_THAT(refusal(origin.url("/away"), {origin.host()}), HasSubstr("after a redirect"));
  EXPECT_EQ(elsewhere.requests(), 0);
  EXPECT_TRUE(
      http::fetch_file(origin.url("/away"), MediaKind::Image, {origin.host(), elsewhere.host()}));
  EXPECT_THAT(refusal(origin.url("/file"), {origin.host()}), HasSubstr("file:"));
  EXPECT_THAT(refusal(origin.url("/round"), {origin.host()}), HasSubstr("3 redirects"));
}

TEST(MediaFetchTest, WhatIsTooLargeIsNotTaken) {
  const std::string large = kPng + std::string(2000, 'x');
  std::string unsaid = ok(large);
  unsaid.erase(unsaid.find("Content-Length"), unsaid.find("Connection") - unsaid.find("Content-L"));
  const Origin origin(Origin::Answers{{"/said", ok(large)}, {"/unsaid", unsaid}});
  for (const char* path : {"/said", "/unsaid"}) {
    EXPECT_THAT(refusal(origin.url(path), {origin.host()}, {.bytes = 1000}),
                HasSubstr("larger than 1000 bytes"));
    EXPECT_TRUE(http::fetch_file(origin.url(path), MediaKind::Image, {origin.host()}));
  }
}

TEST(MediaFetchTest, AHostThatDoesNotAnswerIsGivenUp) {
  const Origin origin(Origin::Answers{{"/never", ""}});
  EXPECT_THAT(
      refusal(origin.url("/never"), {origin.host()}, {.time = std::chrono::milliseconds(100)}),
      HasSubstr("cannot be fetched"));
}

TEST(MediaFetchTest, WhatIsNoImageIsRefused) {
  const Origin origin(Origin::Answers{{"/page", ok("<html>an image, I swear</html>")}});
  EXPECT_THAT(refusal(origin.url("/page"), {origin.host()}), HasSubstr("holds no image"));
  EXPECT_THAT(refusal(origin.url("/none"), {origin.host()}), HasSubstr("status 404"));
}

TEST(MediaFetchTest, TheListHoldsHostsOnly) {
  for (const char* host : {"example.org", "example.org:8000", "127.0.0.1", "[::1]:80"}) {
    EXPECT_TRUE(http::check_media_host(host)) << host;
  }
  for (const char* host :
       {"", "http://example.org", "*.example.org/", "a b", "x/y", "u@h", "h:x"}) {
    EXPECT_FALSE(http::check_media_host(host)) << host;
  }
}

TEST(MediaFetchTest, ALinkInAChatIsFetchedWhereTheServerAllowsIt) {
  const Origin origin(Origin::Answers{{"/a.png", ok(kPng)}});
  const TestServer server({.http = {.media_hosts = {origin.host()}}});
  const auto body = [](const std::string& url) {
    const nlohmann::json part = {{"type", "image_url"}, {"image_url", url}};
    const nlohmann::json message = {{"role", "user"}, {"content", {part}}};
    return nlohmann::json{{"model", "fake/model:1b"}, {"messages", {message}}}.dump();
  };
  const Answer answer = server.post("/v1/chat/completions", body(origin.url("/a.png")));
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_THAT(answer.body, HasSubstr("<image:PNG:14:"));
  const Answer refused = server.post("/v1/chat/completions", body(origin.url("/b.png")));
  EXPECT_EQ(refused.status, 400);
  EXPECT_THAT(refused.body, HasSubstr("status 404"));
}

}  // namespace
}  // namespace pcai::test
