#pragma once

#include <chrono>
#include <cstddef>
#include <string>
#include <vector>

#include "core/media.h"
#include "core/result.h"

namespace pcai::http {

/// Bounds of fetching one file.
struct FetchLimits {
  std::size_t bytes = std::size_t{16} << 20;
  std::chrono::milliseconds time{10'000};  // from the first connection to the last byte
  int redirects = 3;
};

/// Fetches the file of an http or https URL; blocks. Only hosts of the list are asked, after
/// redirects, too: "host" by the scheme's own port, "host:port" by that one. A name must not lead
/// to a private address; an address that is on the list itself, or localhost, may be one. Proxies
/// of the environment are not used. Fails with InvalidRequest, which names the URL: another host,
/// an answer other than 200, out of the limits, not a file of that kind.
Result<Media> fetch_file(const std::string& url, MediaKind kind,
                         const std::vector<std::string>& hosts, const FetchLimits& limits = {});

/// Fails unless the text is what `hosts` may hold.
Status check_media_host(const std::string& host);

}  // namespace pcai::http
