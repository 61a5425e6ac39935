#include "backend/llamacpp/load/llama_log.h"

#include <llama.h>
#include <log.h>
#include <mtmd-helper.h>
#include <spdlog/spdlog.h>

#include <mutex>
#include <string_view>
#include <utility>

namespace pcai::backend::llamacpp {
namespace {

constexpr std::size_t kMaxBytes = 1024;

thread_local std::string errors;

std::string_view trimmed(std::string_view line) {
  while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) line.remove_suffix(1);
  return line;
}

void on_llama_log(ggml_log_level level, const char* text, void*) {
  const std::string_view line = trimmed(text);
  if (line.empty() || level < GGML_LOG_LEVEL_WARN) return;
  spdlog::debug("llama.cpp: {}", line);
  if (level != GGML_LOG_LEVEL_ERROR || errors.size() > kMaxBytes) return;
  if (!errors.empty()) errors += "; ";
  errors += line;
}

}  // namespace

void capture_llama_log() {
  static std::once_flag once;
  std::call_once(once, [] {
    llama_log_set(on_llama_log, nullptr);
    mtmd_helper_log_set(on_llama_log, nullptr);
    common_log_set_verbosity_thold(-1);
  });
}

std::string take_llama_errors() {
  return std::exchange(errors, {});
}

}  // namespace pcai::backend::llamacpp
