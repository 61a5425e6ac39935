#include "http/connection/exchange.h"

#include <fmt/format.h>
#include <spdlog/spdlog.h>

#include "http/request_id.h"
#include "http/router.h"
#include "http/trace.h"

namespace pcai::http {
namespace {

constexpr int kClientLeft = 499;

double ms_since(Clock::time_point begin) {
  return std::chrono::duration<double, std::milli>(Clock::now() - begin).count();
}

}  // namespace

Exchange::Exchange(Connection& connection, ServerState& server)
    : connection_(connection), server_(server), id_(random_id("req_")) {}

Exchange::~Exchange() {
  ++server_.stats.by_class[static_cast<std::size_t>(status_ / 100) % 6];
  // Probes come every few seconds; one that fails is worth a line.
  const bool is_probe = (path_ == "/health" || path_ == "/ready") && status_ == 200;
  const auto level = is_probe ? spdlog::level::debug : spdlog::level::info;
  if (!spdlog::should_log(level)) return;
  spdlog::log(level, to_string(TraceLine{.method = method_,
                                         .path = path_,
                                         .status = started() ? status_ : kClientLeft,
                                         .bytes = bytes_,
                                         .ms = ms_since(begin_),
                                         .id = id_,
                                         .client_id = client_id_,
                                         .remote = connection_.remote(),
                                         .cut = started() && !complete_,
                                         .warnings = warnings.line()}));
}

void Exchange::begin(HttpRequest head) {
  request = std::move(head);
  method_ = request.method;
  path_ = target_path(request.target);
  client_id_ = request.header("X-Client-Request-Id");
  cors_headers_ = server_.guard.cors().headers(request);
  http_1_0_ = request.version == 10;
}

ResponseHead Exchange::head(int status, std::string_view content_type) {
  status_ = status;
  if (connection_.draining()) keep_alive = false;
  ResponseHead head(status);
  head.add("Server", "pcai").add("x-request-id", id_).add("openai-version", "2020-10-01");
  head.add("Date", http_date(std::chrono::system_clock::now()));
  head.add("openai-processing-ms", fmt::format("{:.0f}", ms_since(begin_)));
  if (!dialect->id_header.empty()) head.add(dialect->id_header, id_);
  if (!content_type.empty()) head.add("Content-Type", content_type);
  if (!warnings.empty()) head.add("x-pcai-warnings", warnings.line());
  for (const HttpHeader& header : cors_headers_) head.add(header.name, header.value);
  if (!keep_alive) head.add("Connection", "close");
  if (keep_alive && http_1_0_) head.add("Connection", "keep-alive");
  return head;
}

Status Exchange::tell(const api::Warnings& of_request) {
  warnings = of_request;
  if (!server_.options.refuses_unknown_fields || !warnings.unknown()) return {};
  return pcai::fail(*warnings.unknown());
}

Task<void> Exchange::reply(HttpResponse response) {
  if (response.error) response.body = dialect->error_body(*response.error, id_);
  ResponseHead head = this->head(response.status, response.content_type);
  for (const HttpHeader& header : response.headers) head.add(header.name, header.value);
  if (response.status != 204) head.add("Content-Length", std::to_string(response.body.size()));
  std::string bytes = head.text();
  if (method_ != "HEAD") {
    bytes_ = response.body.size();
    bytes += response.body;
  }
  complete_ = co_await connection_.send(bytes);
}

Task<void> Exchange::fail(const Error& error) {
  return reply(error_response(in_our_words(error)));
}

Task<void> Exchange::fail(ErrorCode code, std::string message) {
  return fail(Error{code, std::move(message)});
}

Error Exchange::in_our_words(Error error, const std::string& prompt) const {
  if (!places) return error;
  if (prompt.empty()) return dialect->translate(std::move(error), *places);
  api::Places these = *places;
  these.add_whole("prompt", prompt);
  return dialect->translate(std::move(error), these);
}

Warned Exchange::in_our_words(Warned warned) const {
  if (!places) return warned;
  for (std::string& warning : warned.warnings) {
    warning = dialect->translate_warning(std::move(warning), *places);
  }
  return warned;
}

Task<bool> Exchange::open_stream(std::string_view content_type) {
  // HTTP/1.0 has no chunks: there the stream ends with the connection.
  if (http_1_0_) keep_alive = false;
  ResponseHead head = this->head(200, content_type);
  head.add("Cache-Control", "no-cache").add("X-Accel-Buffering", "no");
  if (!http_1_0_) head.add("Transfer-Encoding", "chunked");
  const std::string bytes = head.text();
  co_return co_await connection_.send(bytes);
}

Task<bool> Exchange::send(std::string_view bytes) {
  if (bytes.empty()) co_return !gone();
  bytes_ += bytes.size();
  if (http_1_0_) co_return co_await connection_.send(bytes);
  const std::string chunk = fmt::format("{:x}\r\n{}\r\n", bytes.size(), bytes);
  co_return co_await connection_.send(chunk);
}

Task<void> Exchange::close_stream() {
  if (!http_1_0_) co_await connection_.send("0\r\n\r\n");
  complete_ = !gone();
}

}  // namespace pcai::http
