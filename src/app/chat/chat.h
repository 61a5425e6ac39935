#pragma once

#include <functional>
#include <string>
#include <vector>

#include "app/answer.h"
#include "app/settings/sampling_flags.h"
#include "core/request.h"
#include "platform/signals.h"

namespace pcai::app {

/// The model that a chat talks to, here or on a server.
struct ChatModel {
  std::string id;
  std::uint32_t context = 0;  // tokens; 0 = not known

  /// Gets an answer; `sampling` is what the person says about it, the rest are the model's
  /// defaults.
  std::function<Answer(GenerateRequest request, const Sampling& sampling,
                       const AnswerPieces& pieces)>
      answer;
};

/// How a chat begins.
struct ChatStart {
  std::string system = {};
  Sampling sampling = {};
  std::vector<Media> media = {};  // of the first question
  bool shows_speeds = false;
  bool keeps_history = true;  // what is typed is there in the next chat
};

/// Chats with a person at the terminal until they leave, and returns the exit code. `change` gives
/// the model of another name; where it fails the chat goes on with the one that it has.
int chat(ChatModel model, ChatStart start,
         const std::function<Result<ChatModel>(const std::string& name)>& change,
         platform::Signals& signals);

}  // namespace pcai::app
