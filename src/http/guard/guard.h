#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "http/connection/message.h"
#include "http/guard/auth.h"
#include "http/guard/cors.h"
#include "http/guard/host_check.h"
#include "http/router.h"

namespace pcai::http {

/// The guard's decision about a request whose head was read.
struct Verdict {
  std::optional<HttpResponse> answer = {};  // absent = the request may pass
  std::string cache_scope = {};
};

/// All checks that need only a request's head, in order: form, Host, cross-site, preflight, key,
/// route, body. Immutable; any thread may call it.
class Guard {
 public:
  Guard(HostCheck hosts, Cors cors, Auth auth, std::uint64_t max_body_bytes)
      : hosts_(std::move(hosts)),
        cors_(std::move(cors)),
        auth_(std::move(auth)),
        max_body_bytes_(max_body_bytes) {}

  /// `open_route`: the route needs no key. `max_body_bytes`: of this route; 0 = as all.
  Verdict check(const HttpRequest& request, const RouteMatch& match, bool open_route,
                std::uint64_t max_body_bytes = 0) const;

  const Cors& cors() const noexcept { return cors_; }

 private:
  std::optional<HttpResponse> check_form(const HttpRequest& request) const;
  std::optional<HttpResponse> check_site(const HttpRequest& request) const;
  std::optional<HttpResponse> check_route(const HttpRequest& request,
                                          const RouteMatch& match) const;
  std::optional<HttpResponse> check_body(const HttpRequest& request,
                                         std::uint64_t max_body_bytes) const;

  HostCheck hosts_;
  Cors cors_;
  Auth auth_;
  std::uint64_t max_body_bytes_;
};

}  // namespace pcai::http
