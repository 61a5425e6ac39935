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

#ifdef __GLIBC__
TEST(LoggingTest, LinesThatAreLostAreTold) {
  struct Disk {
    bool full = false;
    std::string text = {};
  } disk;
  const cookie_io_functions_t functions = {
      .read = nullptr,
      .write = [](void* cookie, const char* bytes, std::size_t size) -> ssize_t {
        Disk& on = *static_cast<Disk*>(cookie);
        if (on.full) return 0;
        on.text.append(bytes, size);
        return static_cast<ssize_t>(size);
      },
      .seek = nullptr,
      .close = nullptr};
  std::FILE* const stream = ::fopencookie(&disk, "w", functions);
  ASSERT_NE(stream, nullptr);
  std::setvbuf(stream, nullptr, _IONBF, 0);
  const auto sink = make_log_sink(stream);
  sink->set_formatter(make_log_formatter("text"));
  const auto log = [&](const std::string& text) { sink->log({"pcai", spdlog::level::info, text}); };
  log("first");
  disk.full = true;
  log("second");
  log("third");
  disk.full = false;
  log("fourth");
  log("fifth");
  EXPECT_THAT(
      disk.text,
      testing::MatchesRegex("[^\n]*info    first\n[^\n]*warning 2 lines of the log before this one "
                            "are lost\n[^\n]*info    fourth\n[^\n]*info    fifth\n"));
  std::fclose(stream);
}
#endif

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
