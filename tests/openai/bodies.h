#pragma once

#include <string>
#include <utility>
#include <vector>

#include "api/json_text.h"
#include "openai/chat/chat_request.h"

namespace pcai::openai {

/// A small valid request with `members` (JSON text, "\"n\":2") beside its model and messages.
inline std::string chat_body(const std::string& members = "") {
  return R"({"model":"m","messages":[{"role":"user","content":"hi"}])" +
         (members.empty() ? "" : "," + members) + "}";
}

/// A request whose `messages` are this JSON text.
inline std::string body_of_messages(const std::string& messages) {
  return R"({"messages":)" + messages + "}";
}

/// The error of a body that must fail.
inline Error error_of(const std::string& body) {
  const auto parsed = parse_chat_request(body);
  return parsed ? Error{ErrorCode::Internal, "it was accepted: " + body.substr(0, 200)}
                : parsed.error();
}

/// The `data:` lines of an SSE text, checked to be framed as they must be.
inline std::vector<std::string> data_of(const std::string& frames) {
  std::vector<std::string> data;
  std::size_t at = 0;
  while (at < frames.size()) {
    const std::size_t end = frames.find("\n\n", at);
    if (end == std::string::npos || frames.compare(at, 6, "data: ") != 0) return {"broken frame"};
    data.push_back(frames.substr(at + 6, end - at - 6));
    at = end + 2;
  }
  return data;
}

}  // namespace pcai::openai
