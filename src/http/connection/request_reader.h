#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "http/connection/message.h"

namespace pcai::http {

/// Turns bytes into one HttpRequest, in two steps: its head, then, once it was found good, its
/// body. Knows no socket. Not thread-safe.
class RequestReader {
 public:
  explicit RequestReader(std::uint32_t max_header_bytes);
  ~RequestReader();
  RequestReader(RequestReader&&) noexcept;

  /// Takes what it can of `bytes`, which begin with what it left the last time, and says how many
  /// it took. It stops behind the head, and behind the request.
  std::size_t put(std::string_view bytes);

  bool head_done() const;

  /// The head, as soon as it is done; call it once.
  HttpRequest take_head();

  /// Lets put() go on with the body; over `max_bytes` it is refused.
  void expect_body(std::uint64_t max_bytes);

  bool done() const;

  /// The body, once done().
  std::string take_body();

  /// Set when the bytes are no request that we take; then the connection cannot go on.
  const std::optional<HttpResponse>& refusal() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pcai::http
