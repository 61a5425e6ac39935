#include "core/event.h"

namespace pcai {

std::string_view to_string(FinishReason reason) noexcept {
  switch (reason) {
    case FinishReason::Stop: return "stop";
    case FinishReason::Length: return "length";
    case FinishReason::ToolCalls: return "tool_calls";
  }
  return "stop";
}

}  // namespace pcai
