#include "app/remote/http_call.h"

#include <curl/curl.h>

#include <memory>

namespace pcai::app {
namespace {

struct Transfer {
  const HttpCall& wanted;
  const std::function<bool(std::string_view)>& take;
  HttpAnswer answer;
};

std::size_t on_body(char* data, std::size_t, std::size_t bytes, void* transfer) {
  return static_cast<Transfer*>(transfer)->take({data, bytes}) ? bytes : 0;
}

std::size_t on_head(char* data, std::size_t, std::size_t bytes, void* transfer) {
  constexpr std::string_view kOurs = "server: pcai";
  std::string line(data, bytes);
  for (char& c : line) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  if (line.starts_with(kOurs)) static_cast<Transfer*>(transfer)->answer.is_ours = true;
  return bytes;
}

int on_progress(void* transfer, curl_off_t, curl_off_t, curl_off_t, curl_off_t) {
  platform::Signals* const signals = static_cast<Transfer*>(transfer)->wanted.signals;
  return signals != nullptr && signals->pending() ? 1 : 0;
}

}  // namespace

HttpAnswer call(const HttpCall& wanted, const std::function<bool(std::string_view)>& take) {
  Transfer transfer{.wanted = wanted, .take = take, .answer = {}};
  const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> request(curl_easy_init(),
                                                                    curl_easy_cleanup);
  curl_slist* lines = nullptr;
  if (!wanted.key.empty()) {
    lines = curl_slist_append(lines, ("Authorization: Bearer " + wanted.key).c_str());
  }
  if (!wanted.body.empty()) lines = curl_slist_append(lines, "Content-Type: application/json");
  const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> head(lines,
                                                                         curl_slist_free_all);
  CURL* const curl = request.get();
  curl_easy_setopt(curl, CURLOPT_URL, wanted.url.c_str());
#if LIBCURL_VERSION_NUM >= 0x075500
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS_STR, "http,https");
#else
  curl_easy_setopt(curl, CURLOPT_PROTOCOLS, static_cast<long>(CURLPROTO_HTTP | CURLPROTO_HTTPS));
#endif
  curl_easy_setopt(curl, CURLOPT_HTTPHEADER, head.get());
  curl_easy_setopt(curl, CURLOPT_PROXY, "");
  curl_easy_setopt(curl, CURLOPT_TIMEOUT, static_cast<long>(wanted.timeout.count()));
  curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, on_body);
  curl_easy_setopt(curl, CURLOPT_WRITEDATA, &transfer);
  curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, on_head);
  curl_easy_setopt(curl, CURLOPT_HEADERDATA, &transfer);
  curl_easy_setopt(curl, CURLOPT_XFERINFOFUNCTION, on_progress);
  curl_easy_setopt(curl, CURLOPT_XFERINFODATA, &transfer);
  curl_easy_setopt(curl, CURLOPT_NOPROGRESS, 0L);
  if (!wanted.body.empty()) {
    curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE_LARGE,
                     static_cast<curl_off_t>(wanted.body.size()));
    curl_easy_setopt(curl, CURLOPT_POSTFIELDS, wanted.body.c_str());
  }
  const CURLcode code = curl_easy_perform(curl);
  curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &transfer.answer.status);
  if (code != CURLE_OK) transfer.answer.problem = curl_easy_strerror(code);
  return transfer.answer;
}

}  // namespace pcai::app
