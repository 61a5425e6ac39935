#include "app/logging.h"

#include <fmt/chrono.h>
#include <fmt/core.h>
#include <spdlog/sinks/base_sink.h>
#include <spdlog/spdlog.h>

#include <chrono>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <optional>

#include "app/terminal/status_line.h"
#include "app/terminal/terminal.h"
#include "core/mutex.h"

namespace pcai::app {
namespace {

/// "2024-05-06T07:08:09.123Z".
std::string utc_time(spdlog::log_clock::time_point time) {
  const auto milliseconds =
      std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch()).count() % 1000;
  return fmt::format("{:%Y-%m-%dT%H:%M:%S}.{:03}Z",
                     fmt::gmtime(std::chrono::system_clock::to_time_t(time)), milliseconds);
}

std::string_view view(spdlog::string_view_t text) {
  return {text.data(), text.size()};
}

class TextFormatter final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    const std::string line = fmt::format("{} {:<7} {}\n", utc_time(message.time),
                                         view(spdlog::level::to_string_view(message.level)),
                                         terminal_safe(view(message.payload)));
    out.append(line.data(), line.data() + line.size());
  }

  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<TextFormatter>();
  }
};

class JsonFormatter final : public spdlog::formatter {
 public:
  void format(const spdlog::details::log_msg& message, spdlog::memory_buf_t& out) override {
    const nlohmann::ordered_json object = {
        {"time", utc_time(message.time)},
        {"level", view(spdlog::level::to_string_view(message.level))},
        {"message", view(message.payload)}};
    const std::string line =
        object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
    out.append(line.data(), line.data() + line.size());
  }

  std::unique_ptr<spdlog::formatter> clone() const override {
    return std::make_unique<JsonFormatter>();
  }
};

/// Writes to the stream. Lines that are lost, on a full disk say, are told of once there is room
/// again.
class StreamSink final : public spdlog::sinks::base_sink<Mutex> {
 public:
  explicit StreamSink(std::FILE* stream) : stream_(stream) {}

 private:
  void sink_it_(const spdlog::details::log_msg& message) override {
    if (lost_ > 0) {
      const std::string text = fmt::format("{} lines of the log before this one are lost", lost_);
      const spdlog::details::log_msg note(message.logger_name, spdlog::level::warn, text);
      if (write(note)) lost_ = 0;
    }
    if (!write(message)) ++lost_;
  }
  void flush_() override {}

  bool write(const spdlog::details::log_msg& message) {
    spdlog::memory_buf_t line;
    formatter_->format(message, line);
    std::optional<AboveStatus> above;
    if (stream_ == stderr) above.emplace();
    return std::fwrite(line.data(), 1, line.size(), stream_) == line.size() &&
           std::fflush(stream_) == 0;
  }

  std::FILE* const stream_;
  std::uint64_t lost_ = 0;
};

}  // namespace

std::unique_ptr<spdlog::formatter> make_log_formatter(const std::string& format) {
  if (format == "json") return std::make_unique<JsonFormatter>();
  return std::make_unique<TextFormatter>();
}

std::shared_ptr<spdlog::sinks::sink> make_log_sink(std::FILE* stream) {
  return std::make_shared<StreamSink>(stream);
}

void start_logging(const Settings& settings) {
  auto logger = std::make_shared<spdlog::logger>("pcai", make_log_sink(stderr));
  logger->set_formatter(make_log_formatter(settings.log_format));
  logger->set_level(spdlog::level::from_str(settings.log_level));
  logger->flush_on(spdlog::level::trace);
  spdlog::set_default_logger(std::move(logger));
}

std::string record_text(const engine::RequestRecord& record) {
  return fmt::format(
      "request={} model={} outcome={} prompt_tokens={} cached_tokens={} completion_tokens={} "
      "queue_ms={:.1f} prefill_ms={:.1f} first_token_ms={:.1f} decode_ms={:.1f}",
      record.id, record.model, record.outcome, record.usage.prompt_tokens,
      record.usage.cached_tokens, record.usage.completion_tokens, record.timings.queue_ms,
      record.timings.prefill_ms, record.timings.first_token_ms, record.timings.decode_ms);
}

void log_record(const engine::RequestRecord& record) {
  spdlog::info("{}", record_text(record));
}

std::string model_text(const engine::ModelRecord& record) {
  const std::uint64_t megabytes = (record.memory_bytes + 999'999) / 1'000'000;
  switch (record.what) {
    case engine::ModelRecord::What::Loaded:
      return fmt::format("model={} loaded seconds={:.2f} memory_mb={}{}{}", record.model,
                         record.seconds, megabytes,
                         record.reason.empty() ? "" : " warning: ", record.reason);
    case engine::ModelRecord::What::Unloaded:
      return fmt::format("model={} unloaded memory_mb={} because: {}", record.model, megabytes,
                         record.reason);
    case engine::ModelRecord::What::Failed: break;
  }
  return fmt::format("model={} not loaded: {}", record.model, record.reason);
}

void log_model(const engine::ModelRecord& record) {
  const bool warns = record.what == engine::ModelRecord::What::Loaded && !record.reason.empty();
  spdlog::log(warns ? spdlog::level::warn : spdlog::level::info, "{}", model_text(record));
}

}  // namespace pcai::app
