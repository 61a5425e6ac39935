#pragma once

#include <cstdio>
#include <memory>
#include <string>

#include <spdlog/sinks/sink.h>

#include "app/settings/settings.h"
#include "engine/engine.h"

namespace pcai::app {

/// Sends spdlog's default logger to stderr in the form that the settings ask for. Call it before
/// other threads log.
void start_logging(const Settings& settings);

/// A formatter for one line of log: "text" is `time level message`, "json" one object with the keys
/// time, level and message. Control bytes of a message are escaped, so that no client forges a
/// line.
std::unique_ptr<spdlog::formatter> make_log_formatter(const std::string& format);

/// Writes lines to the stream at once. If they are lost (a full disk), the next line that is not
/// comes after one that says how many.
std::shared_ptr<spdlog::sinks::sink> make_log_sink(std::FILE* stream);

/// What became of a request, as the words of one log line.
std::string record_text(const engine::RequestRecord& record);

/// Logs record_text at level info.
void log_record(const engine::RequestRecord& record);

/// That a model came or went, as the words of one log line.
std::string model_text(const engine::ModelRecord& record);

/// Logs model_text at level info: who asked for the model gets its error, too.
void log_model(const engine::ModelRecord& record);

}  // namespace pcai::app
