#include "anthropic/messages_answer.h"

#include <algorithm>

#include "anthropic/error_body.h"
#include "api/json_text.h"

namespace pcai::anthropic {
namespace {

using Kind = MessageBlock::Kind;

/// What an event adds, and to which block. Nothing for an event without text.
struct Piece {
  MessageBlock block;
  bool begins = false;  // whatever came before
};

std::optional<Piece> piece_of(const GenerateEvent& event) {
  if (const auto* text = std::get_if<TextDelta>(&event)) {
    if (text->text.empty()) return std::nullopt;
    return Piece{{Kind::Text, 0, text->text}};
  }
  if (const auto* reasoning = std::get_if<ReasoningDelta>(&event)) {
    if (reasoning->text.empty()) return std::nullopt;
    return Piece{{Kind::Reasoning, 0, reasoning->text}};
  }
  if (const auto* call = std::get_if<ToolCallDelta>(&event)) {
    return Piece{{Kind::ToolUse, call->index, call->arguments, call->id, call->name},
                 !call->id.empty()};
  }
  return std::nullopt;
}

bool goes_on(const MessageBlock& open, const Piece& piece) {
  return !piece.begins && open.kind == piece.block.kind && open.call == piece.block.call;
}

/// Prompt tokens are told apart: those computed, and those that were in the cache.
api::Json usage_json(const Usage& usage) {
  return {
      {"input_tokens", usage.prompt_tokens - std::min(usage.cached_tokens, usage.prompt_tokens)},
      {"cache_creation_input_tokens", 0},
      {"cache_read_input_tokens", usage.cached_tokens},
      {"output_tokens", usage.completion_tokens}};
}

/// The stop sequence, if it is one of the client's.
api::Json stop_sequence(const Finished& finished, const MessageHead& head) {
  const auto& theirs = head.stop_sequences;
  const bool known =
      std::find(theirs.begin(), theirs.end(), finished.stop_sequence) != theirs.end();
  return known ? api::Json(finished.stop_sequence) : api::Json(nullptr);
}

std::string_view stop_reason(const Finished& finished, const MessageHead& head, bool has_calls) {
  if (finished.reason == FinishReason::Length) return "max_tokens";
  if (has_calls) return "tool_use";
  return stop_sequence(finished, head).is_null() ? "end_turn" : "stop_sequence";
}

api::Json input_json(const std::string& text) {
  api::Json input = api::Json::parse(text, nullptr, false);
  // A call that max_tokens cut has no input that could be shown as an object.
  return input.is_object() ? input : api::Json::object();
}

api::Json block_json(const MessageBlock& block) {
  switch (block.kind) {
    case Kind::Text: return {{"type", "text"}, {"text", block.text}};
    case Kind::Reasoning:
      return {{"type", "thinking"}, {"thinking", block.text}, {"signature", ""}};
    case Kind::ToolUse:
      return {{"type", "tool_use"},
              {"id", block.id},
              {"name", block.name},
              {"input", input_json(block.text)}};
  }
  return nullptr;
}

api::Json message_json(const MessageHead& head) {
  api::Json message = {{"id", head.id},
                       {"type", "message"},
                       {"role", "assistant"},
                       {"model", head.model},
                       {"content", api::Json::array()},
                       {"stop_reason", nullptr},
                       {"stop_sequence", nullptr}};
  message["usage"] = usage_json({});
  if (!head.warnings.empty()) message["warnings"] = head.warnings;
  return message;
}

std::string frame(std::string_view type, const api::Json& data) {
  return "event: " + std::string(type) + "\ndata: " + api::to_text(data) + "\n\n";
}

}  // namespace

void MessageBuilder::add(std::uint32_t, const GenerateEvent& event) {
  if (finished_ || error_) return;
  if (const auto* finished = std::get_if<Finished>(&event)) {
    finished_ = *finished;
  } else if (const auto* warned = std::get_if<Warned>(&event)) {
    head_.warnings.insert(head_.warnings.end(), warned->warnings.begin(), warned->warnings.end());
  } else if (const auto* failed = std::get_if<Failed>(&event)) {
    error_ = failed->error;
  } else if (auto piece = piece_of(event)) {
    if (!blocks_.empty() && goes_on(blocks_.back(), *piece)) {
      blocks_.back().text += piece->block.text;
    } else {
      blocks_.push_back(std::move(piece->block));
    }
  }
}

std::string MessageBuilder::json() const {
  api::Json message = message_json(head_);
  bool has_calls = false;
  for (const MessageBlock& block : blocks_) {
    message["content"].push_back(block_json(block));
    has_calls = has_calls || block.kind == Kind::ToolUse;
  }
  message["stop_reason"] = stop_reason(*finished_, head_, has_calls);
  message["stop_sequence"] = stop_sequence(*finished_, head_);
  message["usage"] = usage_json(finished_->usage);
  return api::to_text(message);
}

std::string MessageStream::open() {
  open_ = true;
  return frame("message_start", {{"type", "message_start"}, {"message", message_json(head_)}});
}

std::string MessageStream::begin(const MessageBlock& block) {
  std::string out = end_block();
  api::Json shown = block_json({block.kind, block.call, "", block.id, block.name});
  out += frame(
      "content_block_start",
      {{"type", "content_block_start"}, {"index", blocks_}, {"content_block", std::move(shown)}});
  block_ = MessageBlock{block.kind, block.call};
  ++blocks_;
  has_calls_ = has_calls_ || block.kind == Kind::ToolUse;
  return out;
}

std::string MessageStream::piece(const char* type, const char* member,
                                 const std::string& text) const {
  std::string out =
      "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":";
  out += std::to_string(blocks_ - 1) + ",\"delta\":{\"type\":\"" + type + "\",\"" + member + "\":";
  api::append_string(out, text);
  return out + "}}\n\n";
}

std::string MessageStream::end_block() {
  if (!block_) return {};
  std::string out;
  if (block_->kind == Kind::Reasoning) out = piece("signature_delta", "signature", "");
  block_.reset();
  return out +
         frame("content_block_stop", {{"type", "content_block_stop"}, {"index", blocks_ - 1}});
}

std::string MessageStream::finish(const Finished& finished) {
  done_ = true;
  std::string out = end_block();
  const api::Json delta = {{"stop_reason", stop_reason(finished, head_, has_calls_)},
                           {"stop_sequence", stop_sequence(finished, head_)}};
  api::Json end = {
      {"type", "message_delta"}, {"delta", delta}, {"usage", usage_json(finished.usage)}};
  if (!late_warnings_.empty()) end["warnings"] = late_warnings_;
  out += frame("message_delta", end);
  return out + frame("message_stop", {{"type", "message_stop"}});
}

std::string MessageStream::add(std::uint32_t, const GenerateEvent& event) {
  if (done_) return {};
  if (const auto* finished = std::get_if<Finished>(&event)) return finish(*finished);
  if (const auto* warned = std::get_if<Warned>(&event)) {
    auto& warnings = open_ ? late_warnings_ : head_.warnings;
    warnings.insert(warnings.end(), warned->warnings.begin(), warned->warnings.end());
    return {};
  }
  if (const auto* failed = std::get_if<Failed>(&event)) {
    done_ = true;
    return "event: error\ndata: " + anthropic_error_body(failed->error, "") + "\n\n";
  }
  const auto next = piece_of(event);
  if (!next) return {};
  std::string out;
  if (!block_ || !goes_on(*block_, *next)) out = begin(next->block);
  const std::string& text = next->block.text;
  switch (next->block.kind) {
    case Kind::Text: return out + piece("text_delta", "text", text);
    case Kind::Reasoning: return out + piece("thinking_delta", "thinking", text);
    case Kind::ToolUse:
      return text.empty() ? out : out + piece("input_json_delta", "partial_json", text);
  }
  return out;
}

}  // namespace pcai::anthropic
