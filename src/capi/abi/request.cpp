#include "capi/abi/request.h"

#include <string>
#include <utility>

#include "api/fields/continuation.h"
#include "capi/abi/array.h"
#include "capi/abi/struct_size.h"
#include "capi/abi/text.h"
#include "capi/abi/tools.h"
#include "capi/dialect.h"
#include "core/parameters/limits.h"

namespace pcai::capi {
namespace {

constexpr std::uint64_t kMaxMessageCount = 65'536;
constexpr std::uint64_t kMaxToolCalls = 1'024;
constexpr std::uint64_t kMaxTokens = std::uint64_t{16} << 20;

Status assign(std::string& to, pcai_text from, const std::string& field) {
  Result<std::string> text = read_text(from, field);
  if (!text) return fail(std::move(text.error()));
  to = std::move(*text);
  return {};
}

Result<Role> read_role(std::int32_t role, const std::string& field) {
  switch (role) {
    case PCAI_ROLE_SYSTEM: return Role::System;
    case PCAI_ROLE_USER: return Role::User;
    case PCAI_ROLE_ASSISTANT: return Role::Assistant;
    case PCAI_ROLE_TOOL: return Role::Tool;
    default: break;
  }
  return fail(ErrorCode::InvalidRequest,
              field + " is " + std::to_string(role) + "; it must be one of PCAI_ROLE_...", field);
}

/// Refuses what another role's message would carry, so that nothing is silently left out.
Status check_role(const ChatMessage& message, const std::string& field) {
  const auto only = [&](const char* member, const char* role) {
    return fail(ErrorCode::InvalidRequest, field + member + " belongs to a message of " + role,
                field + member);
  };
  if (!message.tool_calls.empty() && message.role != Role::Assistant) {
    return only(".tool_calls", "an assistant");
  }
  if (!message.reasoning.empty() && message.role != Role::Assistant) {
    return only(".reasoning", "an assistant");
  }
  if (!message.tool_call_id.empty() && message.role != Role::Tool) {
    return only(".tool_call_id", "a tool");
  }
  if (!message.content && message.tool_calls.empty()) {
    return fail(ErrorCode::InvalidRequest, field + ".content must not be null", field + ".content");
  }
  return {};
}

Result<ChatMessage> read_message(const pcai_message& given_message, const std::string& field) {
  const Result<pcai_message> from = read_struct(&given_message, pcai_message{}, field);
  if (!from) return fail(from.error());
  const Result<Role> role = read_role(from->role, field + ".role");
  if (!role) return fail(role.error());

  ChatMessage message{.role = *role};
  Status status =
      check_array(from->tool_calls, from->tool_call_count, kMaxToolCalls, field + ".tool_calls");
  if (!status) return fail(status.error());
  for (std::uint64_t i = 0; i < from->tool_call_count; ++i) {
    const pcai_tool_call& call = from->tool_calls[i];
    const std::string call_field = indexed(field + ".tool_calls", i);
    ToolCall& to = message.tool_calls.emplace_back();
    status = assign(to.id, call.id, call_field + ".id");
    if (status) status = assign(to.name, call.name, call_field + ".name");
    if (status) status = assign(to.arguments, call.arguments, call_field + ".arguments");
    if (!status) return fail(status.error());
  }
  if (given(from->content)) {
    status = assign(message.content.emplace(), from->content, field + ".content");
  }
  if (status) status = assign(message.tool_call_id, from->tool_call_id, field + ".tool_call_id");
  if (status) status = assign(message.name, from->name, field + ".name");
  if (status) status = assign(message.reasoning, from->reasoning, field + ".reasoning");
  if (status) status = check_role(message, field);
  if (!status) return fail(status.error());
  return message;
}

Result<ChatPrompt> read_messages(const pcai_message* messages, std::uint64_t count) {
  const Result<std::uint32_t> stride = check_struct_size(messages, "messages[0]");
  if (!stride) return fail(stride.error());
  ChatPrompt prompt;
  prompt.messages.reserve(count);
  const auto* bytes = reinterpret_cast<const unsigned char*>(messages);
  for (std::uint64_t i = 0; i < count; ++i) {
    const auto& from = *reinterpret_cast<const pcai_message*>(bytes + i * *stride);
    if (from.struct_size != *stride) {
      return fail(ErrorCode::InvalidRequest,
                  indexed("messages", i) + ".struct_size differs from that of messages[0]",
                  indexed("messages", i) + ".struct_size");
    }
    Result<ChatMessage> message = read_message(from, indexed("messages", i));
    if (!message) return fail(std::move(message.error()));
    prompt.messages.push_back(std::move(*message));
  }
  return prompt;
}

Result<Prompt> read_prompt(const pcai_request& from) {
  Status status = check_array(from.messages, from.message_count, kMaxMessageCount, "messages");
  if (status) status = check_array(from.tokens, from.token_count, kMaxTokens, "tokens");
  if (!status) return fail(status.error());
  const int prompts = (from.messages != nullptr) + given(from.prompt) + (from.tokens != nullptr);
  if (prompts != 1) {
    return fail(ErrorCode::InvalidRequest, "give exactly one of messages, prompt and tokens",
                "messages");
  }
  if (from.messages != nullptr) return read_messages(from.messages, from.message_count);
  if (from.tokens != nullptr) {
    return TokenPrompt{.tokens = {from.tokens, from.tokens + from.token_count}};
  }
  TextPrompt prompt;
  status = assign(prompt.text, from.prompt, "prompt");
  if (!status) return fail(status.error());
  return prompt;
}

Status read_lora(const pcai_request& from, GenerateParams& params) {
  if (Status array = check_array(from.lora, from.lora_count, kMaxAdapters, "lora"); !array) {
    return array;
  }
  if (from.has_lora == 0 && from.lora_count > 0) {
    return fail(ErrorCode::InvalidRequest, "lora is given, but has_lora is 0", "lora");
  }
  if (from.reserved != 0) {
    return fail(ErrorCode::InvalidRequest, "reserved must be 0", "reserved");
  }
  if (from.has_lora == 0) return {};
  std::vector<AdapterScale>& scales = params.adapters.emplace();
  for (std::uint64_t i = 0; i < from.lora_count; ++i) {
    scales.push_back({.index = from.lora[i].index, .scale = from.lora[i].scale});
  }
  return {};
}

Result<GenerateParams> read_params(const pcai_request& from) {
  GenerateParams params{
      .temperature = from.temperature,
      .top_p = from.top_p,
      .top_k = from.top_k,
      .min_p = from.min_p,
      .repeat_penalty = from.repeat_penalty,
      .frequency_penalty = from.frequency_penalty,
      .presence_penalty = from.presence_penalty,
      .repeat_last_n = from.penalty_last_n,
      .max_tokens = from.max_tokens,
      .logprobs = from.logprobs != 0,
      .top_logprobs = from.top_logprobs,
      .ignore_eos = from.ignore_eos != 0,
  };
  if (from.has_seed != 0) params.seed = from.seed;
  Status status = check_array(from.stop, from.stop_count, kMaxStopSequences, "stop");
  for (std::uint64_t i = 0; status && i < from.stop_count; ++i) {
    status = assign(params.stop_sequences.emplace_back(), from.stop[i], indexed("stop", i));
  }
  if (status) {
    status = check_array(from.logit_bias, from.logit_bias_count, kMaxLogitBiases, "logit_bias");
  }
  if (!status) return fail(status.error());
  for (std::uint64_t i = 0; i < from.logit_bias_count; ++i) {
    params.logit_bias.push_back({from.logit_bias[i].token, from.logit_bias[i].bias});
  }
  if (status = read_lora(from, params); !status) return fail(std::move(status.error()));
  return params;
}

}  // namespace

Result<GenerateRequest> read_request(const pcai_request* request) {
  const Result<pcai_request> from = read_struct(request, default_request(), "request");
  if (!from) return fail(from.error());
  if (from->timeout_ms < 0) {
    return fail(ErrorCode::InvalidRequest, "timeout_ms must be 0 (none) or more", "timeout_ms");
  }

  GenerateRequest result;
  Result<Prompt> prompt = read_prompt(*from);
  if (!prompt) return fail(std::move(prompt.error()));
  result.prompt = std::move(*prompt);
  Result<GenerateParams> params = read_params(*from);
  if (!params) return fail(std::move(params.error()));
  result.params = std::move(*params);
  Status status = read_tools(*from, result);
  if (status && std::holds_alternative<ChatPrompt>(result.prompt)) {
    status = api::set_continuation(result, {});
  }
  if (status) status = assign(result.cache_scope, from->cache_scope, "cache_scope");
  if (status) status = api::check_request_in(kAbiDialect, result, places_of(result));
  if (!status) return fail(status.error());
  if (from->timeout_ms > 0) result.timeout = std::chrono::milliseconds(from->timeout_ms);
  return result;
}

pcai_request default_request() noexcept {
  const GenerateParams params;
  pcai_request request{};
  request.max_tokens = params.max_tokens;
  request.temperature = params.temperature;
  request.top_p = params.top_p;
  request.top_k = params.top_k;
  request.min_p = params.min_p;
  request.repeat_penalty = params.repeat_penalty;
  request.frequency_penalty = params.frequency_penalty;
  request.presence_penalty = params.presence_penalty;
  request.penalty_last_n = params.repeat_last_n;
  return request;
}

}  // namespace pcai::capi
