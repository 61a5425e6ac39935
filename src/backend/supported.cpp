#include "backend/supported.h"

#include <string>

#include "core/parameters.h"

namespace pcai {

Status check_supported(const GenerateRequest& request, const BackendDescriptor& backend) {
  const BackendCapabilities& can = backend.capabilities;
  const auto refuse = [&backend](const char* field, const char* what) {
    return fail(ErrorCode::Unsupported,
                std::string(field) + ": the backend '" + backend.name + "' " + what, field);
  };
  const GenerateParams& params = request.params;
  for (const std::string& name : can.missing_parameters) {
    const Parameter* const parameter = find_parameter(name);
    if (parameter != nullptr && !is_default(*parameter, params)) {
      return refuse(name.c_str(), "does not have it");
    }
  }
  if (params.seed && !can.supports_seed) return refuse("seed", "has no seed");
  if (params.logprobs && !can.supports_logprobs) {
    return refuse("logprobs", "gives no log-probabilities");
  }
  if (params.grammar && !can.supports_grammars) {
    return refuse("grammar", "cannot hold an answer to a grammar");
  }
  if (params.reasoning_budget && !can.supports_reasoning_budget) {
    return refuse("reasoning_budget", "cannot bound a model's reasoning");
  }
  if (params.adapters && !can.supports_adapters) return refuse("adapters", "scales no adapters");
  if (std::holds_alternative<InfillPrompt>(request.prompt) && !can.supports_infill) {
    return refuse("suffix", "fills no gaps");
  }
  const auto* chat = std::get_if<ChatPrompt>(&request.prompt);
  if (chat != nullptr && chat->tools.enabled() && !can.supports_tool_calls) {
    return refuse("tools", "cannot call tools");
  }
  if (chat == nullptr) return {};
  for (const ChatMessage& message : chat->messages) {
    for (const Media& media : message.media) {
      const bool image = media.kind == MediaKind::Image;
      if (!(image ? can.supports_vision : can.supports_audio)) {
        return refuse("messages", image ? "sees no images" : "hears no audio");
      }
    }
  }
  return {};
}

}  // namespace pcai
