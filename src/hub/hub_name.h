#pragma once

#include <string>
#include <string_view>

#include "core/result.h"

namespace pcai::hub {

/// A model on a hub: "hf:owner/repository", with "@" and a revision, a colon and a quantization or
/// a file's name, or both.
struct HubName {
  std::string owner;
  std::string repository;
  std::string choice = {};    // "Q4_K_M", "model-f16.gguf"; empty = pcai chooses
  std::string revision = {};  // a branch, a tag or a commit; empty = the main branch

  std::string repository_id() const { return owner + "/" + repository; }
  std::string folder() const;  // of the repository, below its owner's: "repository@revision"
  std::string text() const;    // "hf:owner/repository@revision:choice"
};

/// Parses a name. "hf:" and "hf.co/" may be left out. Fails with InvalidRequest and says how it
/// should look.
Result<HubName> parse_hub_name(std::string_view text);

/// True if a hub may give a file this name: a relative path of plain parts, valid on every system.
/// A server is not trusted to name only files below a folder.
bool is_safe_file_name(std::string_view name);

}  // namespace pcai::hub
