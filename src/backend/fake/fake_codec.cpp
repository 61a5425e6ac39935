#include "backend/fake/fake_codec.h"

#include <utility>

#include "core/role_name.h"
#include "core/utf8.h"

namespace pcai::backend::fake {

Result<Tokens> FakeCodec::tokenize(const TokenizeRequest& request, std::stop_token) {
  if (!is_valid_utf8(request.text)) {
    return fail(ErrorCode::InvalidRequest, "text is not valid UTF-8", "text");
  }
  Tokens tokens;
  const MutexLock lock(mutex_);
  for (const std::string_view word : fake_words(request.text)) {
    const std::int32_t id = fake_token_id(word);
    words_.insert_or_assign(id, std::string(word));
    tokens.ids.push_back(id);
    if (request.pieces) tokens.pieces.emplace_back(word);
  }
  return tokens;
}

std::string FakeCodec::word_of(std::int32_t token) {
  const MutexLock lock(mutex_);
  const auto found = words_.find(token);
  return found != words_.end() ? found->second : "<" + std::to_string(token) + ">";
}

Result<std::string> FakeCodec::detokenize(const DetokenizeRequest& request, std::stop_token) {
  std::string text;
  const MutexLock lock(mutex_);
  for (const std::int32_t token : request.tokens) {
    const auto found = words_.find(token);
    if (found == words_.end()) {
      return fail(ErrorCode::InvalidRequest,
                  "token " + std::to_string(token) + " is not a token of an earlier text",
                  "tokens");
    }
    text += found->second;
  }
  return text;
}

Result<std::string> FakeCodec::apply_template(const TemplateRequest& request, std::stop_token) {
  const GenerateRequest whole{.prompt = request.chat};
  if (Status status = check_request(whole); !status) return fail(std::move(status.error()));
  std::string text;
  if (request.chat.tools.enabled()) {
    text += "<|tools|>";
    for (const ToolDefinition& tool : request.chat.tools.definitions) text += tool.name + " ";
    text += '\n';
  }
  for (const ChatMessage& message : request.chat.messages) {
    text += std::string("<|") + role_name(message.role) + "|>" + fake_text(message);
    for (const ToolCall& call : message.tool_calls) text += call.name + call.arguments;
    text += '\n';
  }
  if (request.chat.continues) text.pop_back();
  return request.chat.continues ? text : text + "<|assistant|>";
}

Result<std::uint32_t> FakeCodec::count_tokens(const CountRequest& request, std::stop_token) {
  const GenerateRequest whole{.prompt = request.prompt};
  if (Status status = check_request(whole); !status) return fail(std::move(status.error()));
  const auto prompt = read_prompt(whole, defaults_);
  if (!prompt) return fail(prompt.error());
  const std::string& path = prompt->script.refuse;
  if (!path.empty())
    return fail(ErrorCode::InvalidRequest, path + ": refused as the script says", path);
  return static_cast<std::uint32_t>(prompt->prefixes.size());
}

}  // namespace pcai::backend::fake
