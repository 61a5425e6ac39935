#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "platform/signals.h"

namespace pcai::app {

/// What is asked of a server, by GET or, with a body, by POST.
struct HttpCall {
  std::string url;
  std::string key = {};                  // sent as a bearer token; empty = none
  std::string body = {};                 // JSON; empty = GET
  std::chrono::seconds timeout{0};       // of the whole call; 0 = none
  platform::Signals* signals = nullptr;  // one of them ends the call
};

struct HttpAnswer {
  long status = 0;           // 0 = there was none
  bool is_ours = false;      // its head says that it is a pcai server
  std::string problem = {};  // empty = the answer is whole
};

/// Makes the call, without a proxy. `take` gets the body's pieces, and ends the call by false.
HttpAnswer call(const HttpCall& wanted, const std::function<bool(std::string_view)>& take);

}  // namespace pcai::app
