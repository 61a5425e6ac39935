#include "openai/responses/responses_items.h"

namespace pcai::openai {

api::Json ResponseItem::part(bool empty) const {
  const std::string shown = empty ? "" : text;
  if (kind == Kind::Reasoning) return {{"type", "reasoning_text"}, {"text", shown}};
  return {{"type", "output_text"},
          {"text", shown},
          {"annotations", api::Json::array()},
          {"logprobs", api::Json::parse("[" + (empty ? "" : logprobs) + "]")}};
}

api::Json ResponseItem::json(bool empty) const {
  const char* const status = open ? "in_progress" : cut ? "incomplete" : "completed";
  api::Json content = api::Json::array();
  if (!empty && kind != Kind::Call) content.push_back(part());
  switch (kind) {
    case Kind::Message:
      return {{"id", id},
              {"type", "message"},
              {"status", status},
              {"role", "assistant"},
              {"content", std::move(content)}};
    case Kind::Reasoning:
      return {{"id", id},
              {"type", "reasoning"},
              {"status", status},
              {"summary", api::Json::array()},
              {"content", std::move(content)}};
    case Kind::Call: break;
  }
  return {{"id", id},     {"type", "function_call"},       {"status", status}, {"call_id", call_id},
          {"name", name}, {"arguments", empty ? "" : text}};
}

}  // namespace pcai::openai
