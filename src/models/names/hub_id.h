#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace pcai::models {

/// The name of a model on a hub, split: "hf:owner/repository@revision:choice".
struct HubId {
  std::string repository;     // "owner/repository"; very old repositories have no owner
  std::string revision = {};  // a branch, a tag or a commit; empty = the main branch
  std::string choice = {};    // a quantization or a file; empty = pcai chooses

  std::string text() const;
};

/// Splits a name that begins with "hf:", "hf.co/" or "huggingface.co/"; nothing if it does not. The
/// pieces are not checked.
std::optional<HubId> parse_hub_id(std::string_view text);

/// The same without such a beginning.
HubId split_hub_id(std::string_view text);

/// What stands for a repository's safetensors instead of a file's name.
inline constexpr std::string_view kSafetensorsChoice = "safetensors";

}  // namespace pcai::models
