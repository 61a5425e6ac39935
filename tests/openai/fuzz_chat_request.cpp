// Any bytes: the parsers of chat completions, completions and responses must refuse them cleanly or
// give a request that keeps the promises of its fields. Run: fuzz_chat_request corpus_dir
// -max_len=65536 -timeout=1 -rss_limit_mb=512

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

#include "api/json_text.h"
#include "core/utf8.h"
#include "openai/chat/chat_request.h"
#include "openai/completions/completion_request.h"
#include "openai/error_body.h"
#include "openai/responses/responses_request.h"

namespace {

using namespace pcai;

void require(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "broken promise: %s\n", what);
  std::abort();
}

void require_utf8(const std::string& text) {
  require(is_valid_utf8(text), "text is UTF-8");
}

void check_error(const Error& error) {
  require(error.code == ErrorCode::InvalidRequest || error.code == ErrorCode::Unsupported,
          "the fault is the client's");
  require(!error.message.empty() && error.message.size() < 1000, "the message is short");
  require_utf8(error.message);
  require_utf8(error.field);
  require(pcai::api::Json::accept(pcai::openai::error_body(error)), "the error body is JSON");
}

void check_sampling(const GenerateParams& params) {
  require(params.temperature >= 0 && params.temperature <= 2, "temperature");
  require(params.top_p > 0 && params.top_p <= 1, "top_p");
  require(params.top_k >= 0, "top_k");
  require(params.min_p >= 0 && params.min_p <= 1, "min_p");
  require(params.repeat_penalty > 0 && params.repeat_penalty <= 10, "repeat_penalty");
  require(std::abs(params.frequency_penalty) <= 2, "frequency_penalty");
  require(std::abs(params.presence_penalty) <= 2, "presence_penalty");
  require(params.repeat_last_n >= -1 && params.repeat_last_n <= 1 << 20, "repeat_last_n");
  require(params.max_tokens >= 1, "max_tokens");
  require(params.top_logprobs <= 20 && (params.logprobs || params.top_logprobs == 0), "logprobs");
  require(params.logit_bias.size() <= 1024, "logit_bias");
  for (const LogitBias& bias : params.logit_bias) {
    require(bias.token >= 0 && std::abs(bias.bias) <= 100, "logit_bias");
  }
  require(params.stop_sequences.size() <= 16, "stop");
  for (const std::string& stop : params.stop_sequences) {
    require(!stop.empty() && stop.size() <= 256, "stop");
    require_utf8(stop);
  }
}

void check_message(const ChatMessage& message) {
  require(message.content || !message.tool_calls.empty(), "a message says something");
  require(message.tool_calls.empty() || message.role == Role::Assistant, "tool_calls");
  require((message.role == Role::Tool) != message.tool_call_id.empty(), "tool_call_id");
  if (message.content) require_utf8(*message.content);
  require_utf8(message.name);
  require_utf8(message.reasoning);
  for (const ToolCall& call : message.tool_calls) {
    require(!call.id.empty() && !call.name.empty(), "tool call");
    require_utf8(call.id + call.name + call.arguments);
  }
}

void check_prompt(const ChatPrompt& prompt) {
  require(!prompt.messages.empty() && prompt.messages.size() <= 4097, "messages");
  for (const ChatMessage& message : prompt.messages) check_message(message);
  require(prompt.tools.definitions.size() <= 128, "tools");
  for (const ToolDefinition& tool : prompt.tools.definitions) {
    require(!tool.name.empty() && tool.name.size() <= 64, "tool name");
    require(tool.parameters.empty() || pcai::api::Json::accept(tool.parameters), "parameters");
  }
  require(prompt.template_arguments.size() <= 33, "template arguments");
}

void check_chat(std::string_view text) {
  const auto request = pcai::openai::parse_chat_request(text);
  if (!request) return check_error(request.error());
  require(request->n >= 1 && request->n <= 128, "n");
  require(!request->include_usage || request->stream, "include_usage");
  check_sampling(request->generate.params);
  check_prompt(std::get<ChatPrompt>(request->generate.prompt));
  for (const std::string& warning : request->warnings.lines()) require_utf8(warning);
}

void check_completion(std::string_view text) {
  const auto request = pcai::openai::parse_completion_request(text);
  if (!request) return check_error(request.error());
  require(request->n >= 1 && request->n <= request->best_of, "best_of");
  require(!request->prompts.empty(), "prompt");
  require(request->prompts.size() * request->best_of <= pcai::openai::kMaxCompletions, "answers");
  check_sampling(request->generate.params);
}

void check_responses(std::string_view text) {
  auto request = pcai::openai::parse_responses_request(text);
  if (!request) return check_error(request.error());
  check_sampling(request->generate.params);
  require_utf8(pcai::api::to_text(request->echo));
  pcai::openai::add_history(*request, {}, request->places);
  check_prompt(std::get<ChatPrompt>(request->generate.prompt));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  check_chat(text);
  check_completion(text);
  check_responses(text);
  return 0;
}
