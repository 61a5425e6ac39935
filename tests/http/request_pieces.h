#pragma once

#include <cstdint>
#include <ostream>
#include <string>
#include <vector>

#include "http/connection/request_reader.h"

namespace pcai::test {

inline constexpr std::uint32_t kMaxHeader = 512;
inline constexpr std::uint64_t kMaxBody = 200;

/// What a RequestReader made of some bytes.
struct Outcome {
  bool head = false;
  bool done = false;
  int refused = 0;
  std::string method = {};
  std::string target = {};
  std::string body = {};
  std::size_t headers = 0;
  std::size_t taken = 0;

  bool operator==(const Outcome&) const = default;
};

inline std::ostream& operator<<(std::ostream& out, const Outcome& o) {
  return out << "head " << o.head << " done " << o.done << " refused " << o.refused << " "
             << o.method << " " << o.target << " headers " << o.headers << " body " << o.body
             << " taken " << o.taken;
}

/// Feeds `bytes` in pieces that end at the given positions, as a connection would.
inline Outcome read_in_pieces(const std::string& bytes, const std::vector<std::size_t>& ends) {
  http::RequestReader reader(kMaxHeader);
  Outcome outcome;
  std::string buffer;
  std::size_t begin = 0;
  const auto pump = [&] {
    const std::size_t taken = reader.put(buffer);
    buffer.erase(0, taken);
    outcome.taken += taken;
    if (!outcome.head && reader.head_done()) {
      outcome.head = true;
      const http::HttpRequest head = reader.take_head();
      outcome.method = head.method;
      outcome.target = head.target;
      outcome.headers = head.headers.size();
      reader.expect_body(kMaxBody);
      return !buffer.empty();
    }
    return false;
  };
  for (const std::size_t end : ends) {
    buffer += bytes.substr(begin, end - begin);
    begin = end;
    while (pump()) {
    }
    if (reader.refusal() || reader.done()) break;
  }
  outcome.done = reader.done() && !reader.refusal();
  if (reader.refusal()) outcome.refused = reader.refusal()->status;
  if (outcome.done) outcome.body = reader.take_body();
  // How far a refused request was read is nobody's business.
  if (outcome.refused != 0) outcome = {.refused = outcome.refused};
  return outcome;
}

inline Outcome read_whole(const std::string& bytes) {
  return read_in_pieces(bytes, {bytes.size()});
}

}  // namespace pcai::test
