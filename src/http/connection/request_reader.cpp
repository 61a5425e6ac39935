#include "http/connection/request_reader.h"

#include <fmt/format.h>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/parser.hpp>
#include <utility>

namespace pcai::http {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;

constexpr std::size_t kMaxFields = 64;
// A chunk's head or the trailer that is longer is no honest client's.
constexpr std::size_t kMaxUnparsed = 16U << 10;

/// A body that grows as bytes arrive; Beast's own reserves what Content-Length claims.
struct GrowingBody {
  using value_type = std::string;

  class reader {
   public:
    template <bool IsRequest, class Fields>
    reader(http::header<IsRequest, Fields>&, value_type& body) : body_(body) {}

    void init(const boost::optional<std::uint64_t>&, error_code& error) { error = {}; }

    template <class Buffers>
    std::size_t put(const Buffers& buffers, error_code& error) {
      error = {};
      std::size_t taken = 0;
      for (auto it = boost::asio::buffer_sequence_begin(buffers);
           it != boost::asio::buffer_sequence_end(buffers); ++it) {
        const boost::asio::const_buffer piece = *it;
        body_.append(static_cast<const char*>(piece.data()), piece.size());
        taken += piece.size();
      }
      return taken;
    }

    void finish(error_code& error) { error = {}; }

   private:
    value_type& body_;
  };
};

std::string_view view(boost::beast::string_view text) {
  return {text.data(), text.size()};
}

}  // namespace

struct RequestReader::State {
  http::request_parser<GrowingBody> parser;
  std::optional<HttpResponse> refusal;
  std::uint64_t max_body = 0;
  std::size_t head_room = 0;  // bytes the head may still take
  std::size_t scanned = 0;    // bytes of it that were looked at

  void refuse(error_code error);
  std::size_t find_head_end(std::string_view bytes);
  std::size_t put_head(std::string_view bytes);
  std::size_t put_body(std::string_view bytes);
};

void RequestReader::State::refuse(error_code error) {
  if (error == http::error::header_limit) {
    refusal = error_response(431, "the request's head is too large");
  } else if (error == http::error::body_limit) {
    refusal = error_response({ErrorCode::PayloadTooLarge,
                              fmt::format("the body is over the limit of {} bytes", max_body)});
  } else {
    refusal = error_response(400, "not an HTTP request: " + error.message());
  }
}

/// The length of the head, 0 while its end has not come. Refuses what no head can have in it.
std::size_t RequestReader::State::find_head_end(std::string_view bytes) {
  constexpr std::string_view kEnd = "\r\n\r\n";
  for (; scanned < bytes.size(); ++scanned) {
    const char c = bytes[scanned];
    const bool line_end = c == '\n' && scanned > 0 && bytes[scanned - 1] == '\r';
    const bool control = (c >= 0 && c < 0x20 && c != '\r' && c != '\t') || c == 0x7f;
    if (control && !line_end) {
      refuse(http::error::bad_value);
      return 0;
    }
    const std::size_t length = scanned + 1;
    if (line_end && bytes.substr(0, length).ends_with(kEnd)) return length;
    if (length == head_room) {
      refuse(http::error::header_limit);
      return 0;
    }
  }
  return 0;
}

// Beast gets the head in one piece, because what it makes of a bad one depends on how it was cut.
std::size_t RequestReader::State::put_head(std::string_view bytes) {
  const std::size_t length = find_head_end(bytes);
  std::size_t taken = 0;
  while (taken < length && !parser.is_header_done() && !refusal) {
    error_code error;
    taken += parser.put(boost::asio::buffer(bytes.data() + taken, length - taken), error);
    if (error) refuse(error);
  }
  return taken;
}

std::size_t RequestReader::State::put_body(std::string_view bytes) {
  std::size_t taken = 0;
  while (taken < bytes.size() && !parser.is_done() && !refusal) {
    error_code error;
    taken += parser.put(boost::asio::buffer(bytes.data() + taken, bytes.size() - taken), error);
    if (error == http::error::need_more) {
      if (bytes.size() - taken > kMaxUnparsed) refuse(http::error::bad_chunk);
      break;
    }
    if (error) refuse(error);
  }
  return taken;
}

RequestReader::RequestReader(std::uint32_t max_header_bytes) : state_(std::make_unique<State>()) {
  state_->head_room = max_header_bytes;
  state_->parser.header_limit(max_header_bytes + 1);
  state_->parser.body_limit(boost::none);
}

RequestReader::~RequestReader() = default;
RequestReader::RequestReader(RequestReader&&) noexcept = default;

std::size_t RequestReader::put(std::string_view bytes) {
  if (refusal()) return 0;
  return head_done() ? state_->put_body(bytes) : state_->put_head(bytes);
}

bool RequestReader::head_done() const {
  return state_->parser.is_header_done();
}
bool RequestReader::done() const {
  return state_->parser.is_done();
}
const std::optional<HttpResponse>& RequestReader::refusal() const {
  return state_->refusal;
}

HttpRequest RequestReader::take_head() {
  const auto& message = state_->parser.get();
  HttpRequest request;
  request.method = view(message.method_string());
  request.target = view(message.target());
  request.version = message.version();
  request.keep_alive = state_->parser.keep_alive();
  request.chunked = state_->parser.chunked();
  if (const auto length = state_->parser.content_length()) request.content_length = *length;
  for (const auto& field : message) {
    if (request.headers.size() == kMaxFields) {
      state_->refusal = error_response(431, fmt::format("more than {} headers", kMaxFields));
      break;
    }
    request.headers.push_back(
        {std::string(view(field.name_string())), std::string(view(field.value()))});
  }
  return request;
}

void RequestReader::expect_body(std::uint64_t max_bytes) {
  state_->max_body = max_bytes;
  state_->parser.eager(true);
  state_->parser.body_limit(max_bytes);
}

std::string RequestReader::take_body() {
  return std::exchange(state_->parser.get().body(), {});
}

std::size_t RequestReader::body_bytes() const {
  return state_->parser.get().body().size();
}

}  // namespace pcai::http
