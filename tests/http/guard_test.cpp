#include "http/guard/guard.h"

#include <gtest/gtest.h>

namespace pcai::http {
namespace {

constexpr const char* kPage = "https://page.example";

HttpRequest make_request(std::string method, std::vector<HttpHeader> headers) {
  HttpRequest request{.method = std::move(method), .target = "/x", .headers = std::move(headers)};
  if (request.count("Host") == 0) request.headers.push_back({"Host", "localhost:8080"});
  return request;
}

HttpRequest json_post(std::vector<HttpHeader> headers = {}) {
  headers.push_back({"Content-Type", "application/json"});
  return make_request("POST", std::move(headers));
}

Guard make_guard(std::vector<std::string> keys = {}, std::vector<std::string> origins = {kPage}) {
  return Guard(HostCheck("127.0.0.1", true, {"box.lan"}), Cors(std::move(origins)),
               Auth(std::move(keys)), 1000);
}

const RouteMatch kFound{.route = 0, .parameter = {}, .allow = "POST, OPTIONS"};

int status(const Guard& guard, const HttpRequest& request, const RouteMatch& match = kFound,
           bool open = false) {
  const Verdict verdict = guard.check(request, match, open);
  return verdict.answer ? verdict.answer->status : 0;
}

std::string header(const std::vector<HttpHeader>& headers, std::string_view name) {
  for (const HttpHeader& header : headers) {
    if (header.name == name) return header.value;
  }
  return "";
}

TEST(HostCheckTest, LoopbackNamesPassWithAnyPort) {
  const HostCheck check("127.0.0.1", true, {"Box.lan"});
  for (const char* host : {"localhost", "LOCALHOST:1", "127.0.0.1", "127.0.0.1:65535", "[::1]",
                           "[::1]:8080", "box.LAN", "box.lan:80"}) {
    EXPECT_TRUE(check.allows(host)) << host;
  }
}

TEST(HostCheckTest, EverythingElseIsRefused) {
  const HostCheck check("127.0.0.1", true, {});
  for (const char* host : {"",
                           "evil.example",
                           "localhost.evil.example",
                           "evil.localhost",
                           "localhost.",
                           "localhost:",
                           "localhost:x",
                           "localhost:123456",
                           "localhost:80:80",
                           "[::1",
                           "[::1]x",
                           "::1",
                           "127.0.0.2",
                           "0.0.0.0",
                           "2130706433",
                           "localhost@evil.example",
                           "evil.example:localhost",
                           "localhost ",
                           "localhost,evil.example",
                           "192.168.1.5",
                           "[::ffff:127.0.0.1]"}) {
    EXPECT_FALSE(check.allows(host)) << host;
  }
}

TEST(HostCheckTest, TheAddressThatIsBoundIsAllowed) {
  EXPECT_TRUE(HostCheck("127.0.0.9", true, {}).allows("127.0.0.9:1"));
  EXPECT_TRUE(HostCheck("fe80::1", false, {}).allows("[fe80::1]:1"));
  EXPECT_TRUE(HostCheck("[::1]", true, {}).allows("[::1]:1"));
}

TEST(HostCheckTest, APublicBindAlsoTakesAddressesButNoNames) {
  const HostCheck check("0.0.0.0", false, {"box.lan"});
  for (const char* host : {"192.168.1.5:8080", "[fe80::5]:80", "box.lan", "localhost"}) {
    EXPECT_TRUE(check.allows(host)) << host;
  }
  for (const char* host :
       {"evil.example", "192.168.1.5.evil.example", "[192.168.1.5]", "fe80::5"}) {
    EXPECT_FALSE(check.allows(host)) << host;
  }
}

TEST(GuardTest, AGoodRequestPasses) {
  EXPECT_EQ(status(make_guard(), json_post()), 0);
  EXPECT_EQ(status(make_guard(), make_request("GET", {})), 0);
}

TEST(GuardTest, HostComesBeforeEverythingElse) {
  const Guard guard = make_guard({"key"});
  EXPECT_EQ(status(guard, make_request("GET", {{"Host", "evil.example"}})), 403);
  EXPECT_EQ(status(guard, make_request("OPTIONS", {{"Host", "evil.example"},
                                                   {"Origin", kPage},
                                                   {"Access-Control-Request-Method", "POST"}})),
            403);
  HttpRequest absolute = make_request("GET", {{"Authorization", "Bearer key"}});
  absolute.target = "http://evil.example/v1/models";
  EXPECT_EQ(status(guard, absolute), 403);
  absolute.target = "http://localhost/v1/models";
  EXPECT_EQ(status(guard, absolute), 0);
}

TEST(GuardTest, AMissingOrDoubleHostIsABadRequest) {
  HttpRequest none{.method = "GET", .target = "/x", .headers = {}};
  EXPECT_EQ(status(make_guard(), none), 400);
  none.version = 10;
  EXPECT_EQ(status(make_guard(), none), 0);
  EXPECT_EQ(
      status(make_guard(), make_request("GET", {{"Host", "localhost"}, {"Host", "localhost"}})),
      400);
}

TEST(GuardTest, OnlyPlainChunkedIsATransferEncoding) {
  HttpRequest request = json_post({{"Transfer-Encoding", "chunked"}});
  request.chunked = true;
  EXPECT_EQ(status(make_guard(), request), 0);
  request.version = 10;
  EXPECT_EQ(status(make_guard(), request), 400);
  for (const char* value : {"gzip", "gzip, chunked", "identity", "chunked, identity", ""}) {
    HttpRequest other = json_post({{"Transfer-Encoding", value}});
    other.chunked = std::string_view(value).ends_with("chunked");
    EXPECT_EQ(status(make_guard(), other), 400) << value;
  }
}

TEST(GuardTest, AProgramMaySendABodyOfAnyTypeOrOfNone) {
  for (const char* type : {"", "text/plain", "application/x-www-form-urlencoded",
                           "application/octet-stream", "text/plain; application/json"}) {
    HttpRequest request = make_request("POST", {});
    if (*type != 0) request.headers.push_back({"Content-Type", type});
    EXPECT_EQ(status(make_guard(), request), 0) << type;
    request.content_length = 1;
    EXPECT_EQ(status(make_guard(), request), 0) << type;
    request.content_length.reset();
    request.chunked = true;
    request.headers.push_back({"Transfer-Encoding", "chunked"});
    EXPECT_EQ(status(make_guard(), request), 0) << type;
  }
}

TEST(GuardTest, WhatMayBeAPageMustSendJson) {
  // What browsers add to a form, a beacon and a simple fetch, alone and together.
  for (const HttpHeader& mark : std::vector<HttpHeader>{{"Origin", "http://page.example"},
                                                        {"origin", "null"},
                                                        {"Origin", kPage},
                                                        {"Origin", ""},
                                                        {"Referer", "http://page.example/x"},
                                                        {"Sec-Fetch-Site", "same-origin"},
                                                        {"Sec-Fetch-Site", "none"},
                                                        {"Sec-Fetch-Mode", "navigate"},
                                                        {"Sec-Fetch-Mode", "no-cors"}}) {
    for (const char* type : {"", "text/plain", "application/x-www-form-urlencoded",
                             "multipart/form-data; boundary=x", "text/plain; application/json"}) {
      HttpRequest request = make_request("POST", {mark});
      if (*type != 0) request.headers.push_back({"Content-Type", type});
      request.content_length = 1;
      EXPECT_EQ(status(make_guard(), request), 415)
          << mark.name << ": " << mark.value << " " << type;
    }
  }
  // Node's fetch says this much of itself.
  HttpRequest node = make_request("POST", {{"Sec-Fetch-Mode", "cors"}});
  node.headers.push_back({"Content-Type", "text/plain;charset=UTF-8"});
  EXPECT_EQ(status(make_guard(), node), 0);
}

TEST(GuardTest, AContainersNameForItsMachineIsForProgramsOfThisMachine) {
  for (const char* host :
       {"host.docker.internal", "HOST.docker.internal:8080", "host.containers.internal:1"}) {
    HttpRequest request = make_request("GET", {{"Host", host}});
    EXPECT_EQ(status(make_guard(), request), 403) << "from elsewhere: " << host;
    request.from_this_machine = true;
    EXPECT_EQ(status(make_guard(), request), 0) << host;
    HttpRequest page = request;
    page.headers.push_back({"Origin", std::string("http://") + host});
    EXPECT_EQ(status(make_guard(), page), 403) << "a page that bound the name to us: " << host;
    page = request;
    page.headers.push_back({"Referer", std::string("http://") + host + "/"});
    EXPECT_EQ(status(make_guard(), page), 403) << host;
  }
  HttpRequest other = make_request("GET", {{"Host", "evil.docker.internal"}});
  other.from_this_machine = true;
  EXPECT_EQ(status(make_guard(), other), 403);
}

TEST(GuardTest, ARouteMayHaveItsOwnLimitOfTheBody) {
  HttpRequest request = json_post();
  request.content_length = 5000;
  EXPECT_FALSE(make_guard().check(request, kFound, false, 5000).answer);
  ASSERT_TRUE(make_guard().check(request, kFound, false, 4999).answer);
  EXPECT_EQ(make_guard().check(request, kFound, false, 4999).answer->status, 413);
}

TEST(GuardTest, BodiesMustBePlainJsonWithinTheLimit) {
  EXPECT_EQ(status(make_guard(),
                   make_request("POST", {{"content-type", "Application/JSON; charset=utf-8"}})),
            0);
  EXPECT_EQ(status(make_guard(), json_post({{"Content-Encoding", "gzip"}})), 415);
  EXPECT_EQ(status(make_guard(), json_post({{"Content-Encoding", "identity"}})), 0);
  EXPECT_EQ(status(make_guard(), json_post({{"Expect", "100-continue"}})), 0);
  EXPECT_EQ(status(make_guard(), json_post({{"Expect", "a miracle"}})), 417);
  HttpRequest large = json_post();
  large.content_length = 1001;
  EXPECT_EQ(status(make_guard(), large), 413);
  large.content_length = 1000;
  EXPECT_EQ(status(make_guard(), large), 0);
}

TEST(GuardTest, UnknownRoutesAndMethodsAreTold) {
  const RouteMatch wrong_method{.route = {}, .parameter = {}, .allow = "POST, OPTIONS"};
  const auto answer = make_guard().check(make_request("GET", {}), wrong_method, false).answer;
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 405);
  EXPECT_EQ(header(answer->headers, "Allow"), "POST, OPTIONS");
  EXPECT_EQ(status(make_guard(), make_request("GET", {}), RouteMatch{}), 404);
  EXPECT_EQ(status(make_guard(), make_request("OPTIONS", {}), wrong_method), 204);
}

struct AuthCase {
  std::vector<HttpHeader> headers;
  bool one_key;   // passes with the key "alpha"
  bool two_keys;  // passes with "alpha" and "bravo"
};

TEST(AuthTest, EveryRouteNeedsAKeyThatIsOurs) {
  const Guard one = make_guard({"alpha"});
  const Guard two = make_guard({"alpha", "bravo"});
  const std::vector<AuthCase> cases = {
      {{}, false, false},
      {{{"Authorization", "Bearer alpha"}}, true, true},
      {{{"Authorization", "bearer  alpha "}}, true, true},
      {{{"authorization", "Bearer bravo"}}, false, true},
      {{{"x-api-key", "alpha"}}, true, true},
      {{{"X-Api-Key", "bravo"}}, false, true},
      {{{"Authorization", "Bearer wrong"}, {"x-api-key", "alpha"}}, true, true},
      {{{"Authorization", "alpha"}}, false, false},
      {{{"Authorization", "Basic alpha"}}, false, false},
      {{{"Authorization", "Bearer"}}, false, false},
      {{{"Authorization", "Bearer "}}, false, false},
      {{{"Authorization", "Bearer alphabravo"}}, false, false},
      {{{"Authorization", "Bearer alph"}}, false, false},
      {{{"Authorization", "Bearer ALPHA"}}, false, false},
      {{{"x-api-key", ""}}, false, false},
  };
  for (const AuthCase& c : cases) {
    const std::string shown = c.headers.empty() ? "nothing" : c.headers[0].value;
    EXPECT_EQ(status(one, make_request("GET", c.headers)) == 0, c.one_key) << shown;
    EXPECT_EQ(status(two, make_request("GET", c.headers)) == 0, c.two_keys) << shown;
    // An unknown route says no more to a stranger than a known one, and no key is asked for
    // nothing.
    EXPECT_EQ(status(one, make_request("GET", c.headers), RouteMatch{}), c.one_key ? 404 : 401);
    EXPECT_EQ(status(one, make_request("GET", c.headers), kFound, true), 0);
    EXPECT_EQ(status(make_guard(), make_request("GET", c.headers)), 0);
  }
}

TEST(AuthTest, TheRefusalSaysHowAndRepeatsNoKey) {
  const Guard guard = make_guard({"alpha"});
  const auto answer =
      guard.check(make_request("GET", {{"Authorization", "Bearer sesame"}}), kFound, false).answer;
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 401);
  EXPECT_EQ(header(answer->headers, "WWW-Authenticate"), "Bearer");
  EXPECT_EQ(header(answer->headers, "x-should-retry"), "false");
  EXPECT_EQ(answer->body.find("sesame"), std::string::npos);
  EXPECT_NE(answer->body.find("invalid_api_key"), std::string::npos);
}

TEST(AuthTest, SeveralKeysHaveScopesOfTheirOwn) {
  const Auth two({"alpha", "bravo"});
  const auto with = [](const char* key) {
    return make_request("GET", {{"Authorization", std::string("Bearer ") + key}});
  };
  EXPECT_NE(two.check(with("alpha")), two.check(with("bravo")));
  EXPECT_EQ(two.check(with("alpha")), two.check(make_request("GET", {{"x-api-key", "alpha"}})));
  EXPECT_EQ(two.check(with("alpha"))->find("alpha"), std::string::npos);
  EXPECT_EQ(Auth({"alpha"}).check(with("alpha")), "");
  EXPECT_EQ(Auth({}).check(with("anything")), "");
}

TEST(CorsTest, OnlyListedOriginsGetHeadersAndNeverAStar) {
  const Cors cors({kPage});
  EXPECT_EQ(
      header(cors.headers(make_request("GET", {{"Origin", kPage}})), "Access-Control-Allow-Origin"),
      kPage);
  for (const char* origin : {"https://other.example", "null", "", "*", "https://page.example.evil",
                             "https://page.example:443", "http://page.example"}) {
    EXPECT_EQ(header(cors.headers(make_request("GET", {{"Origin", origin}})),
                     "Access-Control-Allow-Origin"),
              "")
        << origin;
    EXPECT_EQ(header(cors.headers(make_request("GET", {{"Origin", origin}})), "Vary"), "Origin");
  }
  EXPECT_TRUE(Cors({}).headers(make_request("GET", {{"Origin", kPage}})).empty());
}

HttpRequest preflight(const char* origin, const char* headers = "authorization") {
  return make_request("OPTIONS", {{"Origin", origin},
                                  {"Access-Control-Request-Method", "POST"},
                                  {"Access-Control-Request-Headers", headers}});
}

TEST(CorsTest, APreflightNeedsNoKeyAndGetsTheHeadersOfOurClients) {
  const Guard guard = make_guard({"key"});
  const auto answer =
      guard
          .check(preflight(kPage,
                           "authorization, Content-Type,x-stainless-os, X-Stainless-Retry-Count, "
                           "x-evil, cookie, , x-api-key"),
                 kFound, false)
          .answer;
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 204);
  EXPECT_EQ(header(answer->headers, "Access-Control-Allow-Headers"),
            "authorization, Content-Type, x-stainless-os, X-Stainless-Retry-Count, x-api-key");
  EXPECT_EQ(header(answer->headers, "Access-Control-Allow-Methods"), "POST, OPTIONS");
  EXPECT_EQ(header(answer->headers, "Access-Control-Allow-Private-Network"), "");
}

TEST(CorsTest, APreflightOfAnotherOriginIsRefused) {
  EXPECT_EQ(status(make_guard(), preflight("https://other.example")), 403);
  EXPECT_EQ(status(make_guard({}, {}), preflight(kPage)), 403);
}

TEST(CorsTest, CrossSiteRequestsNeedAListedOrigin) {
  const Guard guard = make_guard();
  EXPECT_EQ(status(guard, json_post({{"Sec-Fetch-Site", "cross-site"}})), 403);
  EXPECT_EQ(status(guard, json_post({{"Sec-Fetch-Site", "Cross-Site"}, {"Origin", "null"}})), 403);
  EXPECT_EQ(status(guard, json_post({{"Sec-Fetch-Site", "cross-site"}, {"Origin", kPage}})), 0);
  EXPECT_EQ(status(guard, json_post({{"Sec-Fetch-Site", "same-origin"}})), 0);
  EXPECT_EQ(status(guard, make_request("GET", {{"Sec-Fetch-Site", "none"}})), 0);
}

TEST(CorsTest, HeadersOfNewReleasesOfTheSdksAreAllowed) {
  const auto answer =
      make_guard()
          .check(preflight(kPage,
                           "x-stainless-helper-method, anthropic-beta-next, "
                           "OpenAI-Anything, X-OpenAI-Originator, anthropic, openai"),
                 kFound, false)
          .answer;
  ASSERT_TRUE(answer);
  EXPECT_EQ(header(answer->headers, "Access-Control-Allow-Headers"),
            "x-stainless-helper-method, anthropic-beta-next, OpenAI-Anything, "
            "X-OpenAI-Originator");
}

// The windows of desktop apps, and pages that this machine serves.
constexpr const char* kDesktop[] = {"app://obsidian.md",
                                    "app://.",
                                    "file://",
                                    "tauri://localhost",
                                    "http://tauri.localhost",
                                    "https://tauri.localhost",
                                    "vscode-webview://0ab1cd2ef",
                                    "vscode-file://vscode-app",
                                    "capacitor://localhost",
                                    "http://localhost",
                                    "http://localhost:5173",
                                    "https://127.0.0.1:8443",
                                    "http://[::1]:3000"};

TEST(CorsTest, DesktopAppsMayCallOnceTheSettingSaysSo) {
  const auto guard = [](bool on) {
    return Guard(HostCheck("127.0.0.1", true, {}), Cors({}, on), Auth({}), 1000);
  };
  for (const char* origin : kDesktop) {
    EXPECT_TRUE(is_desktop_origin(origin)) << origin;
    EXPECT_EQ(status(guard(false), preflight(origin)), 403) << origin;
    EXPECT_EQ(status(guard(true), preflight(origin)), 204) << origin;
    const HttpRequest request = json_post({{"Origin", origin}, {"Sec-Fetch-Site", "cross-site"}});
    EXPECT_EQ(status(guard(false), request), 403) << origin;
    EXPECT_EQ(status(guard(true), request), 0) << origin;
    EXPECT_EQ(header(guard(true).cors().headers(request), "Access-Control-Allow-Origin"), origin);
    EXPECT_TRUE(guard(false).cors().headers(request).empty());
    // A type that needs no preflight is refused all the same.
    const HttpRequest simple =
        make_request("POST", {{"Origin", origin}, {"Content-Type", "text/plain"}});
    EXPECT_EQ(status(guard(true), simple), 415) << origin;
  }
}

TEST(CorsTest, NoSiteOfTheWebIsADesktopApp) {
  for (const char* origin : {"null",
                             "",
                             "*",
                             "https://evil.example",
                             "http://localhost.evil.example",
                             "http://localhost:x",
                             "http://localhost:3000/",
                             "http://localhost@evil.example",
                             "http://127.0.0.1.evil.example",
                             "http://127.0.0.2",
                             "http://app.localhost",
                             "http://evil.tauri.localhost",
                             "app:",
                             "app://",
                             "app:///",
                             "file:///etc/passwd",
                             "file://evil.example",
                             "xapp://a",
                             "apps://a",
                             "APP://a",
                             "javascript://localhost",
                             "data://localhost",
                             "blob://localhost",
                             "chrome-extension://abc",
                             "http://192.168.1.5",
                             "http://host.docker.internal",
                             "app://a, https://evil.example"}) {
    EXPECT_FALSE(is_desktop_origin(origin)) << origin;
    EXPECT_FALSE(Cors({}, true).allows(origin)) << origin;
  }
}

TEST(CorsTest, AnOriginIsASchemeAndAHost) {
  for (const char* good : {"https://a.example", "http://localhost:3000", "app://obsidian.md",
                           "chrome-extension://abc"}) {
    EXPECT_TRUE(is_origin(good)) << good;
  }
  for (const char* bad : {"", "*", "null", "a.example", "https://", "https://a.example/",
                          "https://*.example", "://a", "https://a, https://b"}) {
    EXPECT_FALSE(is_origin(bad)) << bad;
  }
}

}  // namespace
}  // namespace pcai::http
