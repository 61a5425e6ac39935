#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/connection/message.h"

namespace pcai::http {

/// Checks API keys. Keeps only digests, and compares with all of them in constant time. Immutable;
/// any thread may call it.
class Auth {
 public:
  /// Without keys every request may pass.
  explicit Auth(const std::vector<std::string>& keys);

  /// The cache scope of a request that may pass: a digest of its key if there are several keys,
  /// otherwise "". Returns nothing if the request has none of our keys. A key comes as
  /// `Authorization: Bearer` or as `x-api-key`.
  std::optional<std::string> check(const HttpRequest& request) const;

 private:
  using Digest = std::array<std::uint8_t, 32>;
  Digest digest(std::string_view key) const;
  const Digest* find(const Digest& presented) const;

  std::array<std::uint8_t, 32> secret_;  // random, so that digests mean nothing in another process
  std::vector<Digest> keys_;
};

}  // namespace pcai::http
