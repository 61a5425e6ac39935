#include "http/http_client.h"

#include <algorithm>
#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/write.hpp>
#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>
#include <chrono>
#include <optional>

namespace pcai::test {
namespace {

namespace asio = boost::asio;
namespace http = boost::beast::http;
using boost::system::error_code;

constexpr std::chrono::seconds kPatience{10};

}  // namespace

std::string Answer::header(const std::string& name) const {
  const auto found = headers.find(name);
  return found == headers.end() ? "" : found->second;
}

struct HttpClient::Socket {
  asio::io_context context;
  asio::ip::tcp::socket tcp{context};
};

HttpClient::~HttpClient() = default;

HttpClient::HttpClient(std::uint16_t port, const std::string& host)
    : socket_(std::make_unique<Socket>()) {
  socket_->tcp.connect({asio::ip::make_address(host), port});
  socket_->tcp.set_option(asio::ip::tcp::no_delay(true));
}

bool HttpClient::send(std::string_view bytes) {
  error_code error;
  asio::write(socket_->tcp, asio::buffer(bytes.data(), bytes.size()), error);
  return !error;
}

bool HttpClient::read_some() {
  if (ended_) return false;
  std::array<char, 16384> bytes;
  std::optional<error_code> result;
  std::size_t size = 0;
  socket_->tcp.async_read_some(asio::buffer(bytes), [&](error_code error, std::size_t n) {
    result = error;
    size = n;
  });
  socket_->context.restart();
  socket_->context.run_for(kPatience);
  if (!result) {
    socket_->tcp.cancel();
    socket_->context.restart();
    socket_->context.run();
    return false;
  }
  input_.append(bytes.data(), size);
  ended_ = static_cast<bool>(*result);
  return !ended_;
}

Answer HttpClient::read(bool head_only) {
  Answer answer;
  for (;;) {
    http::response_parser<http::string_body> parser;
    parser.body_limit(1U << 30);
    parser.skip(head_only);
    parser.eager(true);
    error_code error;
    std::size_t taken = 0;
    while (taken < input_.size() && !parser.is_done() && !error) {
      taken += parser.put(asio::buffer(input_.data() + taken, input_.size() - taken), error);
    }
    if (error && error != http::error::need_more) return answer;
    if (ended_ && parser.is_header_done() && !parser.is_done()) parser.put_eof(error);
    if (parser.is_done()) {
      const auto& message = parser.get();
      answer.status = static_cast<int>(message.result_int());
      for (const auto& field : message) {
        std::string name(field.name_string().data(), field.name_string().size());
        std::transform(name.begin(), name.end(), name.begin(),
                       [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
        answer.headers[name] = std::string(field.value().data(), field.value().size());
      }
      answer.body = message.body();
      input_.erase(0, taken);
      if (answer.status == 100) continue;
      answer.closed = ended_;
      return answer;
    }
    if (!read_some() && !(ended_ && parser.is_header_done())) return answer;
  }
}

bool HttpClient::read_until(std::string_view text) {
  while (input_.find(text) == std::string::npos) {
    if (!read_some() && input_.find(text) == std::string::npos) return false;
  }
  return true;
}

bool HttpClient::read_to_end() {
  while (read_some()) {
  }
  return ended_;
}

void HttpClient::close(bool reset) {
  error_code ignored;
  if (reset) socket_->tcp.set_option(asio::socket_base::linger(true, 0), ignored);
  socket_->tcp.close(ignored);
}

void HttpClient::shutdown_send() {
  error_code ignored;
  socket_->tcp.shutdown(asio::ip::tcp::socket::shutdown_send, ignored);
}

void HttpClient::set_receive_buffer(int bytes) {
  socket_->tcp.set_option(asio::socket_base::receive_buffer_size(bytes));
}

}  // namespace pcai::test
