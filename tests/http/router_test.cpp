#include "http/router.h"

#include <gtest/gtest.h>

namespace pcai::http {
namespace {

const Router kRouter({{"GET", "/health"},
                      {"GET", "/v1/models"},
                      {"GET", "/v1/models/{id}"},
                      {"DELETE", "/v1/models/{id}"},
                      {"POST", "/v1/chat/completions"},
                      {"POST", "/v1/responses/{id}/cancel"},
                      {"GET", "/v1/responses/{id}/items"},
                      {"GET", "/v1/responses/{id}"}});

TEST(RouterTest, AnExactPathFindsItsRoute) {
  EXPECT_EQ(kRouter.match("GET", "/health").route, 0U);
  EXPECT_EQ(kRouter.match("POST", "/v1/chat/completions").route, 4U);
}

TEST(RouterTest, SlashesQueriesAndAMissingVersionDoNotCount) {
  for (const char* target :
       {"/v1/chat/completions/", "/chat/completions", "/chat/completions/",
        "//v1//chat/completions", "/v1/chat/completions?a=/b",
        "http://localhost:8080/v1/chat/completions", "http://localhost/chat/completions?x"}) {
    EXPECT_EQ(kRouter.match("POST", target).route, 4U) << target;
  }
  EXPECT_EQ(kRouter.match("GET", "/models").route, 1U);
  EXPECT_EQ(kRouter.match("GET", "/models/").route, 1U);
}

TEST(RouterTest, AnIdMayHaveSlashesAndColonsEncodedOrNot) {
  for (const char* target :
       {"/v1/models/hf.co/org/model:Q4", "/v1/models/hf.co%2Forg%2fmodel%3AQ4",
        "/models/hf.co/org%2Fmodel:Q4/", "/v1/models/hf.co/org/model%3aQ4?x=1"}) {
    const RouteMatch match = kRouter.match("GET", target);
    EXPECT_EQ(match.route, 2U) << target;
    EXPECT_EQ(match.parameter, "hf.co/org/model:Q4") << target;
  }
}

TEST(RouterTest, AnIdMayStandInTheMiddleAndTheFirstPatternWins) {
  EXPECT_EQ(kRouter.match("POST", "/v1/responses/r1/cancel").route, 5U);
  EXPECT_EQ(kRouter.match("POST", "/v1/responses/r1/cancel").parameter, "r1");
  EXPECT_EQ(kRouter.match("GET", "/responses/r1/items?limit=1").route, 6U);
  EXPECT_EQ(kRouter.match("GET", "/v1/responses/r1").route, 7U);
  EXPECT_FALSE(kRouter.match("POST", "/v1/responses/cancel").route);
  EXPECT_EQ(kRouter.match("POST", "/v1/responses/r1/items").allow, "GET, HEAD, OPTIONS");
}

TEST(RouterTest, ABrokenEncodingIsTakenAsItStands) {
  EXPECT_EQ(kRouter.match("GET", "/v1/models/a%zz").parameter, "a%zz");
  EXPECT_EQ(kRouter.match("GET", "/v1/models/a%2").parameter, "a%2");
  EXPECT_EQ(kRouter.match("GET", "/v1/models/a%").parameter, "a%");
  EXPECT_EQ(percent_decoded("%+1"), std::nullopt);
  EXPECT_EQ(percent_decoded("a%00b"), std::string("a\0b", 3));
}

TEST(RouterTest, HeadTakesTheRouteOfGet) {
  EXPECT_EQ(kRouter.match("HEAD", "/health").route, 0U);
  EXPECT_FALSE(kRouter.match("HEAD", "/v1/chat/completions").route);
}

TEST(RouterTest, AWrongMethodNamesTheRightOnes) {
  const RouteMatch chat = kRouter.match("GET", "/v1/chat/completions");
  EXPECT_FALSE(chat.route);
  EXPECT_EQ(chat.allow, "POST, OPTIONS");
  EXPECT_EQ(kRouter.match("POST", "/v1/models/x").allow, "GET, HEAD, DELETE, OPTIONS");
  EXPECT_EQ(kRouter.match("DELETE", "/v1/models/x").route, 3U);
}

TEST(RouterTest, AnUnknownPathAllowsNothing) {
  for (const char* target : {"/", "", "*", "/v1", "/v1/modelsx", "/v1/chat", "/healthy", "//",
                             "/v1/v1/models", "http://", "://"}) {
    const RouteMatch match = kRouter.match("GET", target);
    EXPECT_FALSE(match.route) << target;
    EXPECT_EQ(match.allow, "") << target;
  }
}

TEST(RouterTest, TheHostOfAnAbsoluteTargetIsKnown) {
  EXPECT_EQ(target_host("http://evil.example:80/v1/models"), "evil.example:80");
  EXPECT_EQ(target_host("http://evil.example"), "evil.example");
  EXPECT_EQ(target_host("http://evil.example?x=/"), "evil.example");
  EXPECT_EQ(target_host("/v1/models?u=http://evil.example/"), "");
}

}  // namespace
}  // namespace pcai::http
