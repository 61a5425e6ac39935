#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <string_view>

namespace pcai::test {

struct Answer {
  int status = 0;  // 0 = the connection ended before a whole answer
  std::map<std::string, std::string> headers = {};  // names in lower case
  std::string body = {};                            // without chunk framing
  bool closed = false;                              // by the server, behind the answer

  /// "" when there is none.
  std::string header(const std::string& name) const;
};

/// A blocking client that sees every byte. Waits at most ten seconds for anything.
class HttpClient {
 public:
  explicit HttpClient(std::uint16_t port, const std::string& host = "127.0.0.1");
  ~HttpClient();

  /// False when the server has closed.
  bool send(std::string_view bytes);

  /// Reads one answer; what lies behind it stays for the next.
  Answer read(bool head_only = false);

  /// Reads until `text` has come; false when the connection ended or time ran out before.
  bool read_until(std::string_view text);

  /// Reads until the server closes; false when it does not.
  bool read_to_end();

  /// All bytes read and not yet taken by read().
  const std::string& input() const { return input_; }

  /// At once, with RST when `reset`.
  void close(bool reset = false);
  void shutdown_send();
  void set_receive_buffer(int bytes);

 private:
  bool read_some();

  struct Socket;
  std::unique_ptr<Socket> socket_;
  std::string input_;
  bool ended_ = false;
};

}  // namespace pcai::test
