#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/request.h"

namespace pcai {

/// A model that a request made of another one, or of a file that it uploaded: the base, and what is
/// other than the base. Nothing of the base is copied.
struct CreatedModel {
  std::string name;
  std::string from = {};                   // the base's id; empty = `blob` is the base
  std::string blob = {};                   // "sha256-" and 64 hex digits
  std::vector<std::string> adapters = {};  // blobs of LoRA adapters
  std::string parameters = {};             // a JSON object with Ollama's names; empty = none
  std::optional<std::string> system = {};
  std::vector<ChatMessage> messages = {};  // that every chat begins with, of text alone
  std::string chat_template = {};          // Jinja; empty = the base's
  std::string license = {};
};

}  // namespace pcai
