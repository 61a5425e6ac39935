#pragma once

#include <cstddef>
#include <string>

#include "api/json_text.h"

namespace pcai::openai {

/// One item of a response's output, as far as it has come.
struct ResponseItem {
  enum class Kind : std::uint8_t { Message, Reasoning, Call };

  Kind kind = Kind::Message;
  std::string id;             // "msg_…", "rs_…", "fc_…"
  std::string text = {};      // or a call's arguments
  std::string logprobs = {};  // entries as JSON text
  std::string call_id = {};
  std::string name = {};
  bool open = true;
  bool cut = false;  // it did not reach its end

  /// The item's object. An item that has just been added shows none of its content.
  api::Json json(bool empty = false) const;

  /// The one part of its content, for messages and reasoning.
  api::Json part(bool empty = false) const;
};

}  // namespace pcai::openai
