#include "http/media/media_fetch.h"

#include <curl/curl.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <cstddef>
#include <cstring>
#include <memory>
#include <mutex>
#include <optional>
#include <utility>

#include "api/fields/media_part.h"
#include "platform/network.h"

namespace pcai::http {
namespace {

namespace ip = boost::asio::ip;
using Clock = std::chrono::steady_clock;

struct EasyDeleter {
  void operator()(CURL* handle) const noexcept { curl_easy_cleanup(handle); }
};
struct UrlDeleter {
  void operator()(CURLU* handle) const noexcept { curl_url_cleanup(handle); }
};
using Easy = std::unique_ptr<CURL, EasyDeleter>;

tl::unexpected<Error> refuse_url(const std::string& url, const std::string& why) {
  return fail(ErrorCode::InvalidRequest, url + " " + why);
}

std::string lower(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

/// An address, with or without the brackets of a URL.
std::optional<ip::address> address_of(std::string host) {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  boost::system::error_code error;
  const ip::address address = ip::make_address(host, error);
  return error ? std::nullopt : std::optional(address);
}

bool is_private(const ip::address_v4& address) {
  struct Network {
    std::uint32_t address;
    int bits;
  };
  constexpr Network kNetworks[] = {
      {0x00000000, 8},  {0x0A000000, 8},  {0x64400000, 10}, {0x7F000000, 8},  {0xA9FE0000, 16},
      {0xAC100000, 12}, {0xC0000000, 24}, {0xC0A80000, 16}, {0xC6120000, 15}, {0xE0000000, 3}};
  return std::ranges::any_of(kNetworks, [&](const Network& network) {
    return (address.to_uint() ^ network.address) >> (32 - network.bits) == 0;
  });
}

/// What is no host of the public internet. Of IPv6 only global unicast addresses are.
bool is_private(const ip::address& address) {
  if (address.is_v4()) return is_private(address.to_v4());
  const ip::address_v6 v6 = address.to_v6();
  const auto bytes = v6.to_bytes();
  const bool global = (bytes[0] & 0xE0) == 0x20;
  const bool tunnel = (bytes[0] == 0x20 && bytes[1] == 0x02) ||  // 6to4, Teredo: IPv4 inside
                      (bytes[0] == 0x20 && bytes[1] == 0x01 && bytes[2] == 0 && bytes[3] == 0);
  return !global || tunnel;
}

std::optional<ip::address> address_of(const curl_sockaddr& given) {
  const bool v4 = given.family == ip::tcp::v4().family();
  ip::tcp::endpoint endpoint(v4 ? ip::tcp::v4() : ip::tcp::v6(), 0);
  if (!v4 && given.family != ip::tcp::v6().family()) return std::nullopt;
  if (given.addrlen < endpoint.size()) return std::nullopt;
  // libcurl's struct goes on behind its declared end, for as many bytes as addrlen says.
  std::memcpy(endpoint.data(),
              reinterpret_cast<const char*>(&given) + offsetof(curl_sockaddr, addr),
              endpoint.size());
  const ip::address address = endpoint.address();
  if (address.is_v6() && address.to_v6().is_v4_mapped()) {
    return ip::make_address_v4(ip::v4_mapped, address.to_v6());
  }
  return address;
}

/// One answer on its way in.
struct Download {
  bool private_allowed = false;
  bool private_refused = false;
  std::size_t most_bytes = 0;
  bool too_large = false;
  std::string body = {};
};

std::size_t on_data(char* data, std::size_t, std::size_t size, void* target) {
  auto& download = *static_cast<Download*>(target);
  download.too_large = size > download.most_bytes - download.body.size();
  if (download.too_large) return 0;
  download.body.append(data, size);
  return size;
}

/// The address that was resolved is the one that is connected to, so it is checked here.
curl_socket_t on_open(void* target, curlsocktype, curl_sockaddr* address) {
  auto& download = *static_cast<Download*>(target);
  const auto to = address_of(*address);
  if (!download.private_allowed && (!to || is_private(*to))) {
    download.private_refused = true;
    return CURL_SOCKET_BAD;
  }
  return static_cast<curl_socket_t>(
      platform::open_socket(address->family, address->socktype, address->protocol));
}

struct Place {
  std::string host;
  std::string with_port;  // "host:port"
  bool own_port = false;  // the scheme's
};

std::optional<Place> place_of(const std::string& url) {
  const std::unique_ptr<CURLU, UrlDeleter> parsed(curl_url());
  const auto part = [&](CURLUPart which, unsigned flags) {
    char* text = nullptr;
    std::string value;
    if (curl_url_get(parsed.get(), which, &text, flags) == CURLUE_OK) value = text;
    curl_free(text);
    return value;
  };
  if (curl_url_set(parsed.get(), CURLUPART_URL, url.c_str(), 0) != CURLUE_OK) return std::nullopt;
  const std::string scheme = part(CURLUPART_SCHEME, 0);
  if (scheme != "http" && scheme != "https") return std::nullopt;
  if (!part(CURLUPART_USER, 0).empty() || !part(CURLUPART_PASSWORD, 0).empty()) return std::nullopt;
  const std::string port = part(CURLUPART_PORT, CURLU_DEFAULT_PORT);
  Place place{.host = lower(part(CURLUPART_HOST, 0))};
  place.with_port = place.host + ":" + port;
  place.own_port = port == (scheme == "http" ? "80" : "443");
  return place;
}

bool allows(const std::vector<std::string>& hosts, const Place& place) {
  return std::ranges::any_of(hosts, [&](const std::string& host) {
    return lower(host) == place.with_port || (place.own_port && lower(host) == place.host);
  });
}

/// What became of asking once: the body, or where to ask next.
struct Answer {
  std::string body = {};
  std::string redirect = {};
};

Result<Answer> ask(const std::string& url, const Place& place, const FetchLimits& limits,
                   std::chrono::milliseconds time) {
  const Easy easy(curl_easy_init());
  Download download{.private_allowed = address_of(place.host) || place.host == "localhost",
                    .most_bytes = limits.bytes};
  const auto set = [&easy](CURLoption option, auto value) {
    curl_easy_setopt(easy.get(), option, value);
  };
  set(CURLOPT_URL, url.c_str());
  set(CURLOPT_PROTOCOLS_STR, "http,https");
  set(CURLOPT_PROXY, "");
  set(CURLOPT_NOSIGNAL, 1L);
  set(CURLOPT_FOLLOWLOCATION, 0L);
  set(CURLOPT_USERAGENT, "pcai");
  set(CURLOPT_TIMEOUT_MS, static_cast<long>(std::max<std::int64_t>(time.count(), 1)));
  set(CURLOPT_MAXFILESIZE_LARGE, static_cast<curl_off_t>(limits.bytes));
  set(CURLOPT_WRITEFUNCTION, on_data);
  set(CURLOPT_WRITEDATA, static_cast<void*>(&download));
  set(CURLOPT_OPENSOCKETFUNCTION, on_open);
  set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(&download));
  const CURLcode code = curl_easy_perform(easy.get());
  if (download.private_refused) {
    return refuse_url(
        url, "leads to a private address, which is fetched only if --media-hosts lists it");
  }
  if (download.too_large || code == CURLE_FILESIZE_EXCEEDED) {
    return refuse_url(url, "is larger than " + std::to_string(limits.bytes) + " bytes");
  }
  if (code != CURLE_OK) {
    return refuse_url(url, std::string("cannot be fetched: ") + curl_easy_strerror(code));
  }
  long status = 0;
  char* next = nullptr;
  curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
  curl_easy_getinfo(easy.get(), CURLINFO_REDIRECT_URL, &next);
  if (status / 100 == 3 && next != nullptr) return Answer{.redirect = next};
  if (status != 200) return refuse_url(url, "was answered with status " + std::to_string(status));
  return Answer{.body = std::move(download.body)};
}

}  // namespace

Result<Media> fetch_file(const std::string& url, MediaKind kind,
                         const std::vector<std::string>& hosts, const FetchLimits& limits) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  const auto end = Clock::now() + limits.time;
  std::string at = url;
  for (int redirects = 0; redirects <= limits.redirects; ++redirects) {
    const std::string via = at == url ? "" : " (after a redirect from " + url + ")";
    const auto place = place_of(at);
    if (!place)
      return refuse_url(at + via, "is not an http or https URL, or has a user name in it");
    if (!allows(hosts, *place)) {
      return refuse_url(
          at + via,
          "is on a host that is not in the server's --media-hosts; send a data URL instead");
    }
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(end - Clock::now());
    auto answer = ask(at, *place, limits, left);
    if (!answer) return fail(std::move(answer.error()));
    if (answer->redirect.empty()) {
      auto media = api::media_of_bytes(std::move(answer->body), kind, std::nullopt, at);
      if (!media) media.error().field.clear();
      return media;
    }
    at = std::move(answer->redirect);
  }
  return refuse_url(url, "leads to more than " + std::to_string(limits.redirects) + " redirects");
}

Status check_media_host(const std::string& host) {
  const auto place = place_of("http://" + host + "/");
  const bool plain = place && (lower(host) == place->host || lower(host) == place->with_port);
  if (plain && host.find_first_of("/?#@* ") == std::string::npos) return {};
  return fail(ErrorCode::InvalidRequest,
              "media_hosts: '" + host +
                  "' is not a name or address of a host, such as example.org or 127.0.0.1:8000",
              "media_hosts");
}

}  // namespace pcai::http
