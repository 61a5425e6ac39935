#include "app/logging.h"

#include <gmock/gmock.h>
#include <spdlog/details/log_msg.h>

#include <nlohmann/json.hpp>

namespace pcai::app {
namespace {

using testing::HasSubstr;

std::string formatted(const std::string& format, const std::string& message) {
  const spdlog::details::log_msg record("pcai", spdlog::level::info, message);
  spdlog::memory_buf_t out;
  make_log_formatter(format)->format(record, out);
  return {out.data(), out.size()};
}

TEST(LoggingTest, ATextLineIsTimeLevelMessage) {
  EXPECT_THAT(formatted("text", "hello"),
              testing::MatchesRegex("[0-9-]+T[0-9:.]+Z info    hello\n"));
}

TEST(LoggingTest, AMessageCannotForgeALine) {
  const std::string line = formatted("text", "a\n2024-01-01 error b\x1b[2J");
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  EXPECT_THAT(line, HasSubstr("a\\x0a2024"));
}

TEST(LoggingTest, AJsonLineIsOneObject) {
  const std::string line = formatted("json", "a \"b\"\n\xff");
  EXPECT_EQ(std::count(line.begin(), line.end(), '\n'), 1);
  const auto object = nlohmann::json::parse(line);
  EXPECT_EQ(object.at("level"), "info");
  EXPECT_EQ(object.at("message"), "a \"b\"\n\xef\xbf\xbd");
  EXPECT_THAT(object.at("time").get<std::string>(), HasSubstr("T"));
}

TEST(LoggingTest, ARecordTellsTokensAndTimes) {
  const engine::RequestRecord record = {
      .id = 7,
      .model = "m",
      .outcome = "stop",
      .usage = {.prompt_tokens = 10, .cached_tokens = 4, .completion_tokens = 5},
      .timings = {.queue_ms = 1.25, .prefill_ms = 20, .first_token_ms = 22.5, .decode_ms = 30}};
  EXPECT_EQ(record_text(record),
            "request=7 model=m outcome=stop prompt_tokens=10 cached_tokens=4 completion_tokens=5 "
            "queue_ms=1.2 prefill_ms=20.0 first_token_ms=22.5 decode_ms=30.0");
}

}  // namespace
}  // namespace pcai::app
