#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.h"
#include "hub/hub_name.h"

namespace pcai::hub {

/// A file of a repository, as its hub describes it.
struct HubFile {
  std::string name;  // path in the repository
  std::uint64_t size = 0;
  std::string sha256 = {};  // 64 hex digits; empty = the hub does not say
};

/// What a hub's JSON says of a repository: its commit, and its GGUF files whose names are safe.
struct HubListing {
  std::string commit;
  std::vector<HubFile> files;
};

/// Reads the answer of /api/models/…?blobs=true. Fails with Internal if it is not a listing.
Result<HubListing> parse_hub_listing(std::string_view json);

/// The files of the model that a name chooses (models::choose_model); all parts of a split one, in
/// order. Fails with ModelNotFound and names what exists.
Result<std::vector<HubFile>> choose_files(const HubListing& listing, const HubName& name);

}  // namespace pcai::hub
