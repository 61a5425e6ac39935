#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/media.h"
#include "core/result.h"

namespace pcai::app {

/// The prompt of a command line, completed by what stands on stdin: a prompt that is absent or "-"
/// is read from there, to another one it is added, after an empty line. A terminal is not read for
/// another one. Tells on stderr that it waits where stdin stays open and silent. Fails with
/// InvalidRequest for a prompt that is empty or not UTF-8, with Internal, and with Cancelled if a
/// signal came meanwhile.
Result<std::string> complete_prompt(const std::optional<std::string>& prompt);

/// The pictures and recordings in these files. Fails with InvalidRequest and names the file that is
/// none.
Result<std::vector<Media>> read_media(const std::vector<std::string>& images,
                                      const std::vector<std::string>& recordings);

}  // namespace pcai::app
