#include "backend/llamacpp/load/ggml_assertions.h"

#include <ggml.h>

#include <cstdio>
#include <mutex>
#include <stdexcept>
#include <string>
#include <string_view>

#include "platform/terminate_handler.h"

namespace pcai::backend::llamacpp {
namespace {

constexpr std::string_view kCannot = "llama.cpp cannot take it: ";

thread_local int depth = 0;

/// "/…/llama-graph.cpp:12: GGML_ASSERT(x) failed" without the folders of the machine that built it.
std::string_view without_folders(std::string_view message) {
  const std::size_t file_end = message.find(':');
  const std::size_t folder_end = message.find_last_of("/\\", file_end);
  return folder_end == std::string_view::npos ? message : message.substr(folder_end + 1);
}

/// ggml aborts the process if this returns.
void on_abort(const char* message) {
  const std::string text(without_folders(message));
  if (depth > 0) throw std::runtime_error(std::string(kCannot) + text);
  std::fprintf(stderr, "%s\n", text.c_str());
  std::fflush(stderr);
}

}  // namespace

void take_over_ggml_assertions() {
  static std::once_flag once;
  std::call_once(once, [] {
    ggml_set_abort_callback(on_abort);
    platform::restore_terminate_handler();
  });
}

bool tells_assertion(std::string_view text) noexcept {
  return text.find(kCannot) != std::string_view::npos;
}

AssertionsThrow::AssertionsThrow() noexcept {
  ++depth;
}

AssertionsThrow::~AssertionsThrow() {
  --depth;
}

}  // namespace pcai::backend::llamacpp
