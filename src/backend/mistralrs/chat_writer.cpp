#include "backend/mistralrs/chat_writer.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "backend/answer/prompt_limit.h"
#include "backend/mistralrs/request_json.h"

namespace pcai {

ChatWriter::ChatWriter(const Bridge& bridge, const pcai_mrs_model& model, const std::string& source,
                       std::shared_ptr<const BridgeTokenizer> tokenizer)
    : bridge_(bridge),
      model_(model),
      tokenizer_(std::move(tokenizer)),
      special_text_(tokenizer_->special_names()) {
  find_reasoning_marks(traits_, source);
  // A template that refuses tools knows none.
  if (const auto probe = render(probe_of_tools())) read_probe(traits_, probe->prompt);
}

Result<WrittenChat> ChatWriter::render(const ChatPrompt& chat) const {
  const auto json = chat_json(chat);
  if (!json) return fail(json.error());
  BridgeAnswer answer(bridge_);
  const auto status = bridge_.render(&model_, json->data(), json->size(), answer.out());
  if (status != PCAI_MRS_OK) return fail(answer.error(status));
  const auto written = nlohmann::json::parse(answer.text());
  return WrittenChat{.prompt = written.at("prompt").get<std::string>(),
                     .begun = written.at("begun").get<bool>()};
}

Result<WrittenChat> ChatWriter::write(const ChatPrompt& chat) const {
  auto written = render(for_template(traits_, chat));
  if (written) written->format = format_of_answer(traits_, chat.tools, written->prompt);
  return written;
}

Result<TokenizedPrompt> ChatWriter::tokenize(const ChatPrompt& chat,
                                             std::uint32_t context_length) const {
  const SpecialText::Shielded shielded = special_text_.shield(chat);
  auto written = write(shielded.chat);
  if (!written) return fail(std::move(written.error()));
  if (written->prompt.size() > kMostBytesPerToken * context_length) {
    return prompt_overflow(written->prompt.size(), "bytes", context_length);
  }
  TokenizedPrompt result{.format = std::move(written->format)};
  bool begins = !written->begun;
  for (const PromptPart& part : SpecialText::split(written->prompt, shielded)) {
    const auto tokens = tokenizer_->tokenize(part.text, begins, !part.plain);
    if (!tokens) return fail(tokens.error());
    result.tokens.insert(result.tokens.end(), tokens->begin(), tokens->end());
    begins = false;
  }
  return result;
}

}  // namespace pcai
