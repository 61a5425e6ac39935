#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace pcai::hub {

/// A model on a hub: "hf:owner/repository", or with the quantization or a file's name after a
/// colon.
struct HubName {
  std::string owner;
  std::string repository;
  std::string choice = {};  // "Q4_K_M", "model-f16.gguf"; empty = pcai chooses

  std::string repository_id() const { return owner + "/" + repository; }
  std::string text() const;  // "hf:owner/repository:choice"
};

/// Fails with InvalidRequest and how it should look. "hf:" and "hf.co/" may be left out.
Result<HubName> parse_hub_name(std::string_view text);

/// Whether a hub may name a file so: a relative path of plain parts, fit for every system. What a
/// server sends is not trusted to stay below a folder.
bool is_safe_file_name(std::string_view name);

}  // namespace pcai::hub
