#include "backend/llamacpp/load/llama_log.h"

#include <llama.h>
#include <log.h>
#include <mtmd-helper.h>
#include <spdlog/spdlog.h>

#include <algorithm>
#include <array>
#include <mutex>
#include <string_view>
#include <utility>

namespace pcai::backend::llamacpp {
namespace {

constexpr std::size_t kMaxBytes = 1024;

constexpr std::size_t kMostWarnings = 8;

thread_local std::string errors;
thread_local std::vector<std::string> vocabulary_warnings;

std::string_view trimmed(std::string_view line) {
  while (!line.empty() && (line.back() == '\n' || line.back() == ' ')) line.remove_suffix(1);
  return line;
}

/// Keeps what the function that reads vocabularies says, which begins with its name.
void keep_vocabulary_warning(std::string_view line) {
  constexpr std::string_view kReader = "load: ";
  // llama.cpp sets these right in files that are as they should be; bad tokens our own reader
  // tells.
  constexpr std::array<std::string_view, 4> kMended = {
      "setting token ", "override ", "special_eog_ids contains both ", "bad special token: "};
  if (!line.starts_with(kReader)) return;
  line.remove_prefix(kReader.size());
  const bool is_frame = std::ranges::none_of(line, [](char c) { return c >= 'a' && c <= 'z'; });
  if (is_frame ||
      std::ranges::any_of(kMended, [line](auto begin) { return line.starts_with(begin); })) {
    return;
  }
  if (vocabulary_warnings.size() < kMostWarnings) {
    vocabulary_warnings.push_back("llama.cpp says of its vocabulary: " + std::string(line));
  } else if (vocabulary_warnings.size() == kMostWarnings) {
    vocabulary_warnings.emplace_back(
        "llama.cpp says more of its vocabulary; --log-level debug shows it");
  }
}

void on_llama_log(ggml_log_level level, const char* text, void*) {
  const std::string_view line = trimmed(text);
  if (line.empty() || level < GGML_LOG_LEVEL_WARN) return;
  spdlog::debug("llama.cpp: {}", line);
  if (level == GGML_LOG_LEVEL_WARN) keep_vocabulary_warning(line);
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

std::vector<std::string> take_vocabulary_warnings() {
  return std::exchange(vocabulary_warnings, {});
}

}  // namespace pcai::backend::llamacpp
