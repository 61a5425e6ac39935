// Any bytes: the reader gives the same however they are cut, and what it takes for a request passes
// through the router and the guard. Run: fuzz_request corpus_dir -max_len=8192 -timeout=1

#include <cstdio>
#include <cstdlib>

#include "http/guard/guard.h"
#include "http/request_pieces.h"
#include "http/trace.h"

namespace {

using namespace pcai;

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", what);
  std::abort();
}

void check_head(const pcai::http::HttpRequest& head) {
  static const pcai::http::Router router(
      {{"GET", "/health"}, {"GET", "/v1/models/{id}"}, {"POST", "/v1/chat/completions"}});
  static const pcai::http::Guard guard(pcai::http::HostCheck("127.0.0.1", true, {}),
                                       pcai::http::Cors({"https://page.example"}),
                                       pcai::http::Auth({"key"}), 1000);
  const pcai::http::RouteMatch match = router.match(head.method, head.target);
  const pcai::http::Verdict verdict = guard.check(head, match, false);
  require(verdict.answer || match.route, "what passes has a route");
  require(pcai::http::escaped_for_log(head.target).find('\n') == std::string::npos,
          "a log line is one line");
  if (!verdict.answer) return;
  for (const pcai::http::HttpHeader& header : verdict.answer->headers) {
    require(header.value.find_first_of("\r\n") == std::string::npos, "a header is one line");
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  // The first byte says how long the pieces are.
  const std::size_t step = 1 + data[0] % 31;
  const std::string bytes(reinterpret_cast<const char*>(data + 1), size - 1);
  std::vector<std::size_t> ends;
  for (std::size_t end = 0; end < bytes.size();) {
    end = std::min(bytes.size(), end + step);
    ends.push_back(end);
  }
  require(test::read_in_pieces(bytes, ends) == test::read_whole(bytes), "cuts make no difference");

  pcai::http::RequestReader reader(test::kMaxHeader);
  reader.put(bytes);
  if (reader.head_done()) check_head(reader.take_head());
  return 0;
}
