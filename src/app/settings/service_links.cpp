#include "app/settings/service_links.h"

#include <algorithm>
#include <array>

namespace pcai::app {
namespace {

constexpr std::array<std::string_view, 3> kProtocols = {"tcp", "udp", "sctp"};

bool is_number(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

bool is_address(std::string_view value) {
  return std::any_of(kProtocols.begin(), kProtocols.end(), [value](std::string_view protocol) {
    return value.starts_with(protocol) && value.substr(protocol.size()).starts_with("://");
  });
}

bool take_end(std::string_view& text, std::string_view end) {
  if (!text.ends_with(end)) return false;
  text.remove_suffix(end.size());
  return true;
}

/// X_PORT_80_TCP, and that with _PROTO, _PORT or _ADDR.
bool is_port(std::string_view name) {
  static_cast<void>(take_end(name, "_PROTO") || take_end(name, "_PORT") || take_end(name, "_ADDR"));
  if (!take_end(name, "_TCP") && !take_end(name, "_UDP") && !take_end(name, "_SCTP")) return false;
  const std::size_t mark = name.rfind('_');
  return mark != std::string_view::npos && is_number(name.substr(mark + 1)) &&
         name.substr(0, mark).ends_with("_PORT");
}

}  // namespace

bool is_service_link(std::string_view name, std::string_view value) {
  if (name.ends_with("_PORT") && is_address(value)) return true;
  if (is_port(name) || name.ends_with("_SERVICE_HOST")) return true;
  // With the port's name behind it, if it has one.
  return name.find("_SERVICE_PORT") != std::string_view::npos && is_number(value);
}

std::string about_service_links(const std::vector<std::string>& names) {
  std::string text = "ignored " + names.front();
  if (names.size() > 1) text += " and " + std::to_string(names.size() - 1) + " more";
  return text +
         ": Kubernetes sets such variables for a service whose name begins with 'pcai'; "
         "enableServiceLinks: false in the pod's specification leaves them out";
}

}  // namespace pcai::app
