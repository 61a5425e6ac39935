#include "backend/answer/chat/join_messages.h"

#include <iterator>
#include <utility>

namespace pcai::backend::answer {
namespace {

/// Returns where `more` begins in the joined text.
std::size_t append(std::string& text, const std::string& more, std::string_view between) {
  if (!text.empty() && !more.empty()) text += between;
  text += more;
  return text.size() - more.size();
}

}  // namespace

void append_message(ChatMessage& to, ChatMessage from, std::string_view between) {
  if (from.content) {
    if (!to.content) to.content.emplace();
    const std::size_t begin = append(*to.content, *from.content, between);
    for (Media& media : from.media) {
      media.position += begin;
      to.media.push_back(std::move(media));
    }
  }
  append(to.reasoning, from.reasoning, between);
  std::move(from.tool_calls.begin(), from.tool_calls.end(), std::back_inserter(to.tool_calls));
}

}  // namespace pcai::backend::answer
