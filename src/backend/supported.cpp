#include "backend/supported.h"

#include <string>

#include "core/parameters/parameters.h"

namespace pcai::backend {

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
  if (params.seed && !can.supports_seed) return refuse("seed", "does not support seeds");
  if (params.logprobs && !can.supports_logprobs) {
    return refuse("logprobs", "does not support log-probabilities");
  }
  if (params.prompt_logprobs && !can.supports_prompt_logprobs) {
    return refuse("prompt_logprobs", "does not give a prompt's log-probabilities");
  }
  if (params.grammar && !can.supports_grammars) {
    return refuse("grammar", "does not support grammars");
  }
  if (params.reasoning_budget && !can.supports_reasoning_budget) {
    return refuse("reasoning_budget", "does not support reasoning budgets");
  }
  if (params.adapters && !can.supports_adapters)
    return refuse("adapters", "does not support adapters");
  if (std::holds_alternative<InfillPrompt>(request.prompt) && !can.supports_infill) {
    return refuse("suffix", "does not support fill-in-the-middle");
  }
  const auto* chat = std::get_if<ChatPrompt>(&request.prompt);
  if (chat != nullptr && chat->tools.enabled() && !can.supports_tool_calls) {
    return refuse("tools", "does not support tools");
  }
  if (chat == nullptr) return {};
  for (const ChatMessage& message : chat->messages) {
    for (const Media& media : message.media) {
      const bool image = media.kind == MediaKind::Image;
      if (!(image ? can.supports_vision : can.supports_audio)) {
        return refuse("messages", image ? "does not support images" : "does not support audio");
      }
    }
  }
  return {};
}

}  // namespace pcai::backend
