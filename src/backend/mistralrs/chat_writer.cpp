#include "backend/mistralrs/chat_writer.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "backend/answer/chat/whole_chat.h"
#include "backend/answer/prompt/prompt_limit.h"
#include "backend/answer/prompt/short_tools.h"

namespace pcai::backend::mistralrs {

ChatWriter::ChatWriter(const Bridge& bridge, const pcai_mrs_model& model, const std::string& source,
                       bool is_own, std::shared_ptr<const BridgeTokenizer> tokenizer)
    : bridge_(bridge),
      model_(model),
      tokenizer_(std::move(tokenizer)),
      special_text_(tokenizer_->special_names()),
      is_own_(is_own) {
  if (wants_parts()) form_ = ContentForm::Parts;
  answer::find_reasoning_marks(traits_, source);
  // A template that refuses tools knows none.
  if (const auto probe = render(answer::probe_of_tools()))
    answer::read_probe(traits_, probe->prompt);
  answer::find_form(traits_, [this](const ChatPrompt& chat, bool begins_answer) {
    return render(chat, begins_answer).map(&WrittenChat::prompt);
  });
}

Result<WrittenChat> ChatWriter::render(ChatPrompt chat, bool begins_answer) const {
  if (!begins_answer) chat.template_arguments.push_back({"add_generation_prompt", "false"});
  const auto json = chat_json(chat, form_);
  if (!json) return fail(json.error());
  BridgeAnswer answer(bridge_);
  const auto status = bridge_.render(&model_, json->data(), json->size(), answer.out());
  if (status != PCAI_MRS_OK) return fail(answer.error(status));
  const auto written = nlohmann::json::parse(answer.text());
  return WrittenChat{.prompt = written.at("prompt").get<std::string>(),
                     .begun = written.at("begun").get<bool>()};
}

/// Templates of models that see often look for parts alone, and leave text out.
bool ChatWriter::wants_parts() const {
  constexpr const char* kNeedle = "needle";
  const ChatPrompt chat{.messages = {{.role = Role::User, .content = kNeedle}}};
  const auto written = render(chat);
  return !written || written->prompt.find(kNeedle) == std::string::npos;
}

Result<WrittenChat> ChatWriter::write(const ChatPrompt& chat) const {
  bool begun = false;
  bool in_our_words = false;
  auto prompt = answer::write_whole(
      traits_, chat, [&](const ChatPrompt& formed, bool begins_answer) -> Result<std::string> {
        auto written = render(formed, begins_answer);
        if (!written) return fail(std::move(written.error()));
        begun = written->begun;
        in_our_words = chat.tools.enabled() && !formed.tools.enabled();
        return std::move(written->prompt);
      });
  if (!prompt) return fail(std::move(prompt.error()));
  answer::AnswerFormat format = answer::format_of_answer(traits_, chat, *prompt, in_our_words);
  return WrittenChat{*std::move(prompt), begun, std::move(format)};
}

Result<TokenizedPrompt> ChatWriter::tokenize(const ChatPrompt& chat,
                                             std::uint32_t context_length) const {
  return answer::tokenize_to_fit<TokenizedPrompt>(chat, context_length, [&](const ChatPrompt& one) {
    return tokenize_whole(one, context_length);
  });
}

Result<TokenizedPrompt> ChatWriter::prepare_images(const ChatPrompt& chat,
                                                   std::uint32_t context_length) const {
  return answer::tokenize_to_fit<TokenizedPrompt>(chat, context_length, [&](const ChatPrompt& one) {
    return prepare_whole(one, context_length);
  });
}

Result<TokenizedPrompt> ChatWriter::tokenize_whole(const ChatPrompt& chat,
                                                   std::uint32_t context_length) const {
  const answer::SpecialText::Shielded shielded = special_text_.shield(chat);
  auto written = write(shielded.chat);
  if (!written) return fail(std::move(written.error()));
  Status status = answer::check_prompt_bytes(written->prompt, *tokenizer_, context_length);
  if (!status) return fail(std::move(status.error()));
  TokenizedPrompt result{.format = std::move(written->format)};
  bool begins = !written->begun;
  for (const answer::PromptPart& part : answer::SpecialText::split(written->prompt, shielded)) {
    const auto tokens = tokenizer_->tokenize(part.text, begins, !part.plain);
    if (!tokens) return fail(tokens.error());
    result.tokens.insert(result.tokens.end(), tokens->begin(), tokens->end());
    begins = false;
  }
  return result;
}

Status ChatWriter::check_special_text(const ChatPrompt& chat) const {
  const auto check = [this](ChatPrompt part, const std::string& field) -> Status {
    const answer::SpecialText::Shielded shielded = special_text_.shield(std::move(part));
    if (shielded.hidden.empty()) return {};
    return fail(ErrorCode::InvalidRequest,
                field +
                    " has the name of a special token in it, which mistral.rs cannot distinguish "
                    "from the chat's own if the chat has images; leave it out",
                field);
  };
  for (std::size_t i = 0; i < chat.messages.size(); ++i) {
    const std::string field = "messages[" + std::to_string(i) + "].content";
    ChatMessage message = chat.messages[i];
    message.media.clear();
    if (Status status = check({.messages = {std::move(message)}}, field); !status) return status;
  }
  return check({.tools = chat.tools}, "tools");
}

Result<TokenizedPrompt> ChatWriter::prepare_whole(const ChatPrompt& chat,
                                                  std::uint32_t context_length) const {
  const auto refuse = [](const char* field, const char* why) {
    return fail(ErrorCode::Unsupported, std::string(field) + ": " + why, field);
  };
  if (!chat.template_arguments.empty()) {
    return refuse("template_arguments", "mistral.rs does not support them if the chat has images");
  }
  if (is_own_) {
    return refuse("messages",
                  "mistral.rs supports images only with the model's own template, and the server "
                  "was given another");
  }
  if (chat.continues) {
    return refuse("messages",
                  "mistral.rs cannot go on from the last message if the chat has images; end the "
                  "chat with a message of the user's");
  }
  if (Status status = check_special_text(chat); !status) return fail(std::move(status.error()));
  ChatPrompt told;
  WrittenChat written;
  auto prompt = answer::write_whole(traits_, chat, answer::OurWords::Always,
                                    [&](const ChatPrompt& formed) -> Result<std::string> {
                                      auto one = render(formed);
                                      if (!one) return fail(std::move(one.error()));
                                      told = formed;
                                      written = *std::move(one);
                                      return written.prompt;
                                    });
  if (!prompt) return fail(std::move(prompt.error()));
  Status status = answer::check_prompt_bytes(written.prompt, *tokenizer_, context_length);
  if (!status) return fail(std::move(status.error()));
  const auto tokens = tokenizer_->tokenize(written.prompt, !written.begun, true);
  if (!tokens) return fail(tokens.error());
  if (tokens->size() >= context_length) {
    return answer::prompt_overflow(tokens->size(), "tokens", context_length);
  }
  auto json = chat_json(told, form_);
  if (!json) return fail(std::move(json.error()));
  return TokenizedPrompt{.format = answer::format_of_answer(traits_, chat, written.prompt, true),
                         .chat = std::move(*json)};
}

}  // namespace pcai::backend::mistralrs
