#pragma once

#include <pcai_mrs.h>

#include <memory>
#include <string>
#include <vector>

#include "backend/answer/answer_format.h"
#include "backend/answer/answer_stream.h"
#include "backend/mistralrs/bridge_tokenizer.h"

namespace pcai::backend::mistralrs {

/// A request that the bridge works on. It turns tokens into an answer and passes events to the
/// sink. Only the bridge's event thread uses it.
class LiveRequest {
 public:
  LiveRequest(const GenerateParams& params, const answer::AnswerFormat& format,
              std::shared_ptr<const BridgeTokenizer> tokenizer, std::shared_ptr<EventSink> sink);

  /// Takes the bridge's next event. Returns true if the request's last event was sent; then no
  /// event may follow.
  bool take(const pcai_mrs_event& event);

 private:
  bool take_token(const pcai_mrs_event& event);

  std::shared_ptr<const BridgeTokenizer> tokenizer_;
  std::vector<std::string> marks_;
  answer::AnswerStream stream_;
};

}  // namespace pcai::backend::mistralrs
