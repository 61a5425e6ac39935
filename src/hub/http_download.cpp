#include "hub/http_download.h"

#include <curl/curl.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <mutex>

namespace pcai::hub {
namespace {

constexpr int kMaxRedirects = 5;

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

std::string_view trimmed(std::string_view text) {
  const auto is_space = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

using Url = std::unique_ptr<CURLU, decltype(&curl_url_cleanup)>;

Url parse_url(const std::string& text) {
  Url url(curl_url(), curl_url_cleanup);
  if (url && curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) url.reset();
  return url;
}

std::string part(const Url& url, CURLUPart which, unsigned flags = 0) {
  char* text = nullptr;
  if (!url || curl_url_get(url.get(), which, &text, flags) != CURLUE_OK) return {};
  const std::string result(text);
  curl_free(text);
  return result;
}

/// "https://host:443": who a token is for.
std::string origin_of(const std::string& text) {
  const Url url = parse_url(text);
  return lower(part(url, CURLUPART_SCHEME)) + "://" + lower(part(url, CURLUPART_HOST)) + ":" +
         part(url, CURLUPART_PORT, CURLU_DEFAULT_PORT);
}

/// The address that a Location header means.
std::string joined(const std::string& base, const std::string& location) {
  const Url url = parse_url(base);
  if (!url || curl_url_set(url.get(), CURLUPART_URL, location.c_str(), 0) != CURLUE_OK) return {};
  return part(url, CURLUPART_URL);
}

}  // namespace

/// What a request does with its answer.
struct HttpDownload::Transfer {
  std::function<bool(std::uint64_t)> begin;
  Take take;

  CURL* curl = nullptr;
  std::string location = {};
  std::uint64_t range_begin = 0;
  bool has_range = false;
  bool began = false;
  bool refused = false;

  static std::size_t on_header(char* data, std::size_t, std::size_t size, void* self) {
    static_cast<Transfer*>(self)->header(std::string_view(data, size));
    return size;
  }

  static std::size_t on_body(char* data, std::size_t, std::size_t size, void* self) {
    return static_cast<Transfer*>(self)->body(std::string_view(data, size)) ? size : 0;
  }

  static int on_tick(void* self, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
    // Asked now and then although nothing comes, so that a pull ends when it shall.
    auto& transfer = *static_cast<Transfer*>(self);
    if (transfer.began && !transfer.refused && !transfer.take({})) transfer.refused = true;
    return transfer.refused ? 1 : 0;
  }

  void header(std::string_view line) {
    if (line.starts_with("HTTP/")) {  // of a new answer
      location.clear();
      has_range = false;
      return;
    }
    const std::size_t colon = line.find(':');
    if (colon == std::string_view::npos) return;
    const std::string name = lower(line.substr(0, colon));
    std::string_view value = trimmed(line.substr(colon + 1));
    if (name == "location") location = value;
    constexpr std::string_view kBytes = "bytes ";
    if (name == "content-range" && value.starts_with(kBytes)) {
      value.remove_prefix(kBytes.size());
      const auto [end, failure] =
          std::from_chars(value.data(), value.data() + value.size(), range_begin);
      has_range = failure == std::errc() && end != value.data();
    }
  }

  bool body(std::string_view bytes) {
    long status = 0;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
    if (status != 200 && status != 206) return true;  // of a redirect or an error: not read
    if (!began) {
      began = true;
      if (status == 206 && !has_range) refused = true;
      if (!refused && !begin(status == 206 ? range_begin : 0)) refused = true;
    }
    if (!refused && !take(bytes)) refused = true;
    return !refused;
  }
};

HttpDownload::HttpDownload(const HubOptions& options) : options_(options) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  curl_ = curl_easy_init();
}

HttpDownload::~HttpDownload() {
  curl_easy_cleanup(static_cast<CURL*>(curl_));
}

HttpDownload::Outcome HttpDownload::request(std::string url, std::uint64_t offset,
                                            Transfer& transfer) {
  if (curl_ == nullptr) return {.problem = "libcurl cannot be used"};
  auto* const curl = static_cast<CURL*>(curl_);
  transfer.curl = curl;
  const std::string own_origin = origin_of(options_.endpoint);
  for (int redirects = 0; redirects <= kMaxRedirects; ++redirects) {
    const bool is_secure = lower(url).starts_with("https://");
    curl_easy_reset(curl);
    curl_easy_setopt(curl, CURLOPT_URL, url.c_str());
    curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
    curl_easy_setopt(curl, CURLOPT_FOLLOWLOCATION, 0L);
    curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(curl, CURLOPT_USERAGENT, "pcai");
    curl_easy_setopt(curl, CURLOPT_CONNECTTIMEOUT, 30L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_LIMIT, 1L);
    curl_easy_setopt(curl, CURLOPT_LOW_SPEED_TIME,
                     static_cast<long>(options_.stall_timeout.count()));
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, &Transfer::on_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &transfer);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, &Transfer::on_body);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
    curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
    curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, &Transfer::on_tick);
    curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &transfer);
    curl_easy_setopt(curl, CURLOPT_NETRC, static_cast<long>(CURL_NETRC_IGNORED));
    const std::string range = std::to_string(offset) + "-";
    if (offset > 0) curl_easy_setopt(curl, CURLOPT_RANGE, range.c_str());
    if (!options_.token.empty() && origin_of(url) == own_origin) {
      curl_easy_setopt(curl, CURLOPT_HTTPAUTH, static_cast<long>(CURLAUTH_BEARER));
      curl_easy_setopt(curl, CURLOPT_XOAUTH2_BEARER, options_.token.c_str());
    }
    const CURLcode code = curl_easy_perform(curl);
    Outcome outcome;
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &outcome.status);
    outcome.from = transfer.has_range ? transfer.range_begin : 0;
    if (transfer.refused) {
      outcome.problem = "given up";
      return outcome;
    }
    if (code != CURLE_OK) {
      outcome.problem = curl_easy_strerror(code);
      outcome.retry = code != CURLE_UNSUPPORTED_PROTOCOL && code != CURLE_URL_MALFORMAT &&
                      code != CURLE_PEER_FAILED_VERIFICATION;
      return outcome;
    }
    if (outcome.status / 100 != 3 || outcome.status == 304) {
      if (outcome.status != 200 && outcome.status != 206) {
        outcome.problem = "HTTP status " + std::to_string(outcome.status);
        outcome.retry = outcome.status == 408 || outcome.status == 429 || outcome.status >= 500;
      }
      return outcome;
    }
    url = joined(url, transfer.location);
    const std::string scheme = lower(url.substr(0, url.find(':')));
    if (url.empty() || (scheme != "https" && (scheme != "http" || is_secure))) {
      outcome.problem = "the hub redirects to an address that pcai does not follow";
      return outcome;
    }
  }
  return {.problem = "the hub redirects in a circle"};
}

Result<std::string> HttpDownload::text(const std::string& url, std::size_t most_bytes) {
  std::string text;
  Transfer transfer = {.begin = [](std::uint64_t) { return true; },
                       .take =
                           [&](std::string_view bytes) {
                             if (text.size() + bytes.size() > most_bytes) return false;
                             text += bytes;
                             return true;
                           }};
  const Outcome outcome = request(url, 0, transfer);
  if (outcome.problem.empty()) return text;
  if (outcome.status / 100 == 4) {
    return fail(hub_error(outcome.status, url, !options_.token.empty()));
  }
  return fail(ErrorCode::Internal, url + ": " + outcome.problem);
}

HttpDownload::Outcome HttpDownload::body(const std::string& url, std::uint64_t offset,
                                         const std::function<bool(std::uint64_t)>& begin,
                                         const Take& take) {
  Transfer transfer = {.begin = begin, .take = take};
  return request(url, offset, transfer);
}

Error hub_error(long status, const std::string& what, bool had_token) {
  if (status == 401 || status == 403) {
    return {
        ErrorCode::Unauthorized,
        what + (had_token
                    ? ": the hub refuses the token in HF_TOKEN; ask for access on the model's page"
                    : ": does not exist, or is not public; set HF_TOKEN to your token")};
  }
  if (status == 404 || status == 410) return {ErrorCode::ModelNotFound, what + ": does not exist"};
  return {ErrorCode::Internal, what + ": HTTP status " + std::to_string(status)};
}

}  // namespace pcai::hub
