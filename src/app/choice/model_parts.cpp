#include "app/choice/model_parts.h"

#include <charconv>
#include <filesystem>
#include <string>

namespace pcai::app {
namespace {

/// "FILE" or "FILE:SCALE".
AdapterConfig adapter(const std::string& text) {
  const std::size_t colon = text.rfind(':');
  float scale = 1;
  if (colon == std::string::npos) return {.path = text};
  const char* const end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data() + colon + 1, end, scale);
  if (error != std::errc() || stopped != end) return {.path = text};
  return {.path = text.substr(0, colon), .scale = scale};
}

}  // namespace

void set_parts(ModelConfig& config, const Settings& settings) {
  if (std::filesystem::path(settings.projector).filename() == "none") {
    config.projector.reset();
  } else if (!settings.projector.empty()) {
    config.projector = settings.projector;
    config.projector_optional = false;
  }
  if (!settings.adapters.empty()) config.adapters.clear();
  for (const std::string& text : settings.adapters) config.adapters.push_back(adapter(text));
}

}  // namespace pcai::app
