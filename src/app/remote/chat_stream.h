#pragma once

#include <string>
#include <string_view>

#include "app/answer.h"
#include "app/settings/sampling_flags.h"
#include "core/request.h"

namespace pcai::app {

/// The body of POST /v1/chat/completions, streamed, for a chat.
Result<std::string> chat_body(const GenerateRequest& request, const Sampling& sampling);

/// Reads what a server sends back, in pieces of any length: events, or the body of an error.
class ChatStream {
 public:
  /// Both must outlive it.
  ChatStream(Answer& answer, const AnswerPieces& pieces) : answer_(answer), pieces_(pieces) {}

  /// False when the one who gets the pieces wants no more, or a line is too long.
  bool add(std::string_view bytes);

  /// After the last byte of an answer with this status. An answer that is not complete is an error.
  void end(long status);

 private:
  bool take_line(std::string_view line);

  Answer& answer_;
  const AnswerPieces& pieces_;
  std::string line_;  // not complete yet
  std::string rest_;  // of what is no event
  bool is_finished_ = false;
};

}  // namespace pcai::app
