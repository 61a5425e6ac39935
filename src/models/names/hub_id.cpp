#include "models/names/hub_id.h"

namespace pcai::models {

std::string HubId::text() const {
  return "hf:" + repository + (revision.empty() ? "" : "@" + revision) +
         (choice.empty() ? "" : ":" + choice);
}

HubId split_hub_id(std::string_view text) {
  HubId id;
  if (const std::size_t colon = text.find(':'); colon != std::string_view::npos) {
    id.choice = text.substr(colon + 1);
    text = text.substr(0, colon);
  }
  if (const std::size_t at = text.find('@'); at != std::string_view::npos) {
    id.revision = text.substr(at + 1);
    text = text.substr(0, at);
  }
  id.repository = text;
  return id;
}

std::optional<HubId> parse_hub_id(std::string_view text) {
  for (const std::string_view prefix : {"hf:", "hf.co/", "huggingface.co/"}) {
    if (text.starts_with(prefix)) return split_hub_id(text.substr(prefix.size()));
  }
  return std::nullopt;
}

}  // namespace pcai::models
