#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "core/media.h"
#include "core/result.h"

namespace pcai::http {

/// Limits for fetching one file.
struct FetchLimits {
  std::size_t bytes = std::size_t{16} << 20;
  std::chrono::milliseconds time{10'000};  // from the first connection to the last byte
  int redirects = 3;
};

/// Fetches the file of an http or https URL; blocks. Asks only hosts of the list, also after
/// redirects: "host" means the scheme's own port, "host:port" that port. A name must not resolve to
/// a private address, but an address on the list itself, or localhost, may be private. Proxies of
/// the environment are not used. Fails with InvalidRequest, which names the URL, for another host,
/// a status other than 200, a file beyond the limits or of another kind.
Result<Media> fetch_file(const std::string& url, MediaKind kind,
                         const std::vector<std::string>& hosts, const FetchLimits& limits = {});

/// Fails unless the text is a valid entry of `hosts`.
Status check_media_host(const std::string& host);

}  // namespace pcai::http
