#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "hub/pull.h"

namespace pcai::hub {

/// Makes HTTP(S) requests with libcurl, one after another. It follows redirects itself, so that the
/// token is sent only to the endpoint's origin. It does not follow a redirect from https to http.
/// Not thread-safe.
class HttpDownload {
 public:
  explicit HttpDownload(const HubOptions& options);
  ~HttpDownload();
  HttpDownload(const HttpDownload&) = delete;
  HttpDownload& operator=(const HttpDownload&) = delete;

  /// Takes bytes of a body. Returns false to end the transfer.
  using Take = std::function<bool(std::string_view bytes)>;

  /// The result of a request. `retry`: the failure may be temporary.
  struct Outcome {
    long status = 0;           // of the last answer; 0 = there was none
    std::uint64_t from = 0;    // first byte of the body in the whole file, by Content-Range
    std::string problem = {};  // empty = the body is complete
    bool retry = false;
  };

  /// Downloads a small body into memory. Fails as pull_model does.
  Result<std::string> text(const std::string& url, std::size_t most_bytes);

  /// Downloads the body from byte `offset` on. `begin` is called once, before the first byte, with
  /// the offset that the server honoured (0 if it sends everything), and may refuse.
  Outcome body(const std::string& url, std::uint64_t offset,
               const std::function<bool(std::uint64_t from)>& begin, const Take& take);

 private:
  struct Transfer;
  Outcome request(std::string url, std::uint64_t offset, Transfer& transfer);

  const HubOptions& options_;
  void* curl_ = nullptr;
};

/// The error for a status that is no success, in terms of a repository.
Error hub_error(long status, const std::string& what, bool had_token);

}  // namespace pcai::hub
