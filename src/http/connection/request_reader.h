#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

#include "http/connection/message.h"

namespace pcai::http {

/// Turns bytes into one HttpRequest, in two steps: its head, and its body once the head was
/// accepted. Knows no socket. Not thread-safe.
class RequestReader {
 public:
  explicit RequestReader(std::uint32_t max_header_bytes);
  ~RequestReader();
  RequestReader(RequestReader&&) noexcept;

  /// Takes some of `bytes`, which must begin with what the last call did not take, and returns how
  /// many it took. It stops after the head, and after the request.
  std::size_t put(std::string_view bytes);

  bool head_done() const;

  /// The head, once it is complete. Call it once.
  HttpRequest take_head();

  /// Allows put() to read the body. A body of more than `max_bytes` is refused.
  void expect_body(std::uint64_t max_bytes);

  bool done() const;

  /// What has come of the body and was not taken yet.
  std::string take_body();
  std::size_t body_bytes() const;

  /// Set if the bytes are not a request that we accept. Then the connection cannot go on.
  const std::optional<HttpResponse>& refusal() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pcai::http
