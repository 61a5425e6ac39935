#include "openai/error_body.h"

#include <gtest/gtest.h>

#include "api/json_text.h"

namespace pcai::openai {
namespace {

struct Case {
  ErrorCode code;
  int status;
  std::optional<int> retry_after_s;
  bool should_retry;
  std::string type;
  std::string name;  // "" = null
};

const std::vector<Case> kCases = {
    {ErrorCode::InvalidRequest, 400, {}, false, "invalid_request_error", ""},
    {ErrorCode::ContextOverflow,
     400,
     {},
     false,
     "invalid_request_error",
     "context_length_exceeded"},
    {ErrorCode::Unauthorized, 401, {}, false, "authentication_error", "invalid_api_key"},
    {ErrorCode::Forbidden, 403, {}, false, "permission_error", ""},
    {ErrorCode::ModelNotFound, 404, {}, false, "invalid_request_error", "model_not_found"},
    {ErrorCode::RouteNotFound, 404, {}, false, "invalid_request_error", "route_not_found"},
    {ErrorCode::MethodNotAllowed, 405, {}, false, "invalid_request_error", "method_not_allowed"},
    {ErrorCode::PayloadTooLarge, 413, {}, false, "invalid_request_error", "payload_too_large"},
    {ErrorCode::Unsupported, 400, {}, false, "invalid_request_error", "unsupported_feature"},
    {ErrorCode::InvalidModel, 500, {}, false, "server_error", "invalid_model"},
    {ErrorCode::Overloaded, 429, 1, true, "rate_limit_error", "overloaded"},
    {ErrorCode::Loading, 503, 2, true, "server_error", "loading"},
    {ErrorCode::Draining, 503, 5, true, "server_error", "draining"},
    {ErrorCode::DeadlineExceeded, 408, {}, false, "timeout_error", "deadline_exceeded"},
    {ErrorCode::Cancelled, 499, {}, false, "server_error", "cancelled"},
    {ErrorCode::WorkerDied, 500, {}, true, "server_error", "worker_died"},
    {ErrorCode::Internal, 500, {}, false, "server_error", "internal"},
};

TEST(ErrorBodyTest, TheTableIsTheContracts) {
  for (const Case& expected : kCases) {
    SCOPED_TRACE(to_string(expected.code));
    const HttpError http = http_error(expected.code);
    EXPECT_EQ(http.status, expected.status);
    EXPECT_EQ(http.retry_after_s, expected.retry_after_s);
    EXPECT_EQ(http.should_retry, expected.should_retry);
    const api::Json error = api::Json::parse(error_body({expected.code, "why"}))["error"];
    EXPECT_EQ(error["type"], expected.type);
    EXPECT_EQ(error["code"], expected.name.empty() ? api::Json(nullptr) : api::Json(expected.name));
  }
}

TEST(ErrorBodyTest, EveryCodeHasARow) {
  EXPECT_EQ(kCases.size(), static_cast<std::size_t>(ErrorCode::Internal) + 1);
  for (std::size_t i = 0; i < kCases.size(); ++i) {
    EXPECT_EQ(static_cast<std::size_t>(kCases[i].code), i);
  }
}

TEST(ErrorBodyTest, OnlyWhatMayPassByItselfAsksForARetry) {
  for (const Case& row : kCases) {
    const HttpError http = http_error(row.code);
    if (http.retry_after_s) {
      EXPECT_TRUE(http.status == 429 || http.status == 503);
      EXPECT_TRUE(http.should_retry);
    }
    if (http.status < 500 && http.status != 429) {
      EXPECT_FALSE(http.should_retry);
    }
  }
}

TEST(ErrorBodyTest, AllFourKeysAreThere) {
  EXPECT_EQ(error_body({ErrorCode::InvalidRequest, "n must be an integer", "n"}),
            R"({"error":{"message":"n must be an integer","type":"invalid_request_error",)"
            R"("param":"n","code":null}})");
  EXPECT_EQ(error_body({ErrorCode::ModelNotFound, "no model 'x'"}),
            R"({"error":{"message":"no model 'x'","type":"invalid_request_error",)"
            R"("param":null,"code":"model_not_found"}})");
}

TEST(ErrorBodyTest, UnsupportedTellsAFieldFromAValue) {
  const auto code = [](const std::string& field) {
    return api::Json::parse(error_body({ErrorCode::Unsupported, "no", field}))["error"]["code"];
  };
  EXPECT_EQ(code(""), "unsupported_feature");
  EXPECT_EQ(code("tools"), "unsupported_parameter");
  EXPECT_EQ(code("response_format.type"), "unsupported_value");
  EXPECT_EQ(code("modalities[1]"), "unsupported_value");
}

TEST(ErrorBodyTest, AMessageOfAnyBytesMakesValidJson) {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all += static_cast<char>(byte);
  const std::string body = error_body({ErrorCode::Internal, all, all});
  EXPECT_TRUE(api::Json::accept(body));
  EXPECT_EQ(body.find('\n'), std::string::npos);
}

}  // namespace
}  // namespace pcai::openai
