#pragma once

#include <string>
#include <vector>

#include "app/settings/settings_table.h"

namespace pcai::app {

/// Puts a command's settings together: defaults < pcai.toml < PCAI_* variables < `flags`. Adds what
/// the user should know, but need not mend, to `warnings`.
Result<ResolvedSettings> load_settings(CommandBit command, const std::vector<GivenValue>& flags,
                                       const Environment& environment,
                                       std::vector<std::string>& warnings);

/// The keys of api_key and api_key_file; none = no key is asked for. Fails with InvalidRequest when
/// the file cannot be read, holds no key, or others than its owner may read it.
Result<std::vector<std::string>> load_api_keys(const Settings& settings);

/// The text of a file that a setting names, at most 1 MiB. Fails with InvalidRequest.
Result<std::string> load_text_file(const std::string& path, const std::string& what);

}  // namespace pcai::app
