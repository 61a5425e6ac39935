#include "app/terminal/speeds.h"

#include <fmt/core.h>

#include <algorithm>

namespace pcai::app {
namespace {

std::string speed(std::uint32_t tokens, double milliseconds) {
  if (milliseconds <= 0) return "";
  return fmt::format(" in {:.2f} s, {:.1f}/s", milliseconds / 1000, tokens * 1000.0 / milliseconds);
}

}  // namespace

std::string speeds_text(const Usage& usage, const Timings& timings) {
  const std::uint32_t computed =
      usage.prompt_tokens - std::min(usage.prompt_tokens, usage.cached_tokens);
  std::string text = fmt::format("prompt {} tokens", usage.prompt_tokens);
  if (usage.cached_tokens > 0) text += fmt::format(" ({} cached)", usage.cached_tokens);
  text += speed(computed, timings.prefill_ms);
  text += fmt::format("; answer {} tokens", usage.completion_tokens);
  text += speed(usage.completion_tokens, timings.decode_ms);
  if (timings.first_token_ms > 0) {
    text += fmt::format("; first token after {:.2f} s", timings.first_token_ms / 1000);
  }
  return text;
}

}  // namespace pcai::app
