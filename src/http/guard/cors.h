#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/connection/message.h"

namespace pcai::http {

/// Which web pages may call the server. By default none: an origin gets CORS headers only if it is
/// on the list or a desktop app's, never "*". Immutable; any thread may call it.
class Cors {
 public:
  /// `desktop_apps`: the origins of is_desktop_origin() are allowed, too.
  explicit Cors(std::vector<std::string> origins, bool desktop_apps = false)
      : origins_(std::move(origins)), desktop_apps_(desktop_apps) {}

  bool allows(std::string_view origin) const;

  /// The headers for an answer to this request; none if the list is empty.
  std::vector<HttpHeader> headers(const HttpRequest& request) const;

  static bool is_preflight(const HttpRequest& request);

  /// The answer to a preflight: 204, or 403 if the origin is not on the list. `allow` lists the
  /// path's methods. Headers that our clients never send are not listed, so the browser refuses
  /// them.
  HttpResponse preflight(const HttpRequest& request, std::string_view allow) const;

 private:
  std::vector<std::string> origins_;
  bool desktop_apps_;
};

/// True for the origin of a desktop app's window (app://…, file://, tauri://…, vscode-webview://…
/// and a few more) and for a page that this machine itself serves, on any port. "null" is not one:
/// any site can have it in a frame.
bool is_desktop_origin(std::string_view origin) noexcept;

/// True for scheme://host[:port] with nothing after it.
bool is_origin(std::string_view text) noexcept;

}  // namespace pcai::http
