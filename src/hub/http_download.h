#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "hub/pull.h"

namespace pcai::hub {

/// One HTTP(S) request after the other, over libcurl. Follows redirects itself, so that the token
/// goes to the endpoint's origin only; from https to http it does not follow. Not thread-safe.
class HttpDownload {
 public:
  explicit HttpDownload(const HubOptions& options);
  ~HttpDownload();
  HttpDownload(const HttpDownload&) = delete;
  HttpDownload& operator=(const HttpDownload&) = delete;

  /// Takes bytes of a body; false ends the transfer.
  using Take = std::function<bool(std::string_view bytes)>;

  /// What became of a request. `retry` = the failure may pass.
  struct Outcome {
    long status = 0;           // of the last answer; 0 = there was none
    std::uint64_t from = 0;    // first byte of the body in the whole file, by Content-Range
    std::string problem = {};  // empty = the body came whole
    bool retry = false;
  };

  /// A whole small body. Fails as pull_model does.
  Result<std::string> text(const std::string& url, std::size_t most_bytes);

  /// The body from byte `offset` on; `begin` is called once before the first byte, with the offset
  /// that the server honoured (0 where it sends everything), and may refuse.
  Outcome body(const std::string& url, std::uint64_t offset,
               const std::function<bool(std::uint64_t from)>& begin, const Take& take);

 private:
  struct Transfer;
  Outcome request(std::string url, std::uint64_t offset, Transfer& transfer);

  const HubOptions& options_;
  void* curl_ = nullptr;
};

/// What a status that is no success means, for a repository.
Error hub_error(long status, const std::string& what, bool had_token);

}  // namespace pcai::hub
