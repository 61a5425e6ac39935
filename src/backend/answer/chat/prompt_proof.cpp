#include "backend/answer/chat/prompt_proof.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>
#include <unordered_map>
#include <vector>

#include "core/path.h"

namespace pcai::backend::answer {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kBlanks = " \t\r\n";

// Words of users that some templates act on and take out.
constexpr std::array<std::string_view, 4> kSwitches = {"/no_think", "/nothink", "/think",
                                                       "/system_override"};

std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

/// What comes after the last mark that ends reasoning, the template's own or the usual one.
std::string_view without_reasoning(std::string_view text, std::string_view own) {
  for (const std::string_view mark : {own, std::string_view("</think>")}) {
    const std::size_t at = mark.empty() ? std::string_view::npos : text.rfind(mark);
    if (at != std::string_view::npos) text.remove_prefix(at + mark.size());
  }
  return text;
}

std::string as_json(std::string_view text, bool ascii) {
  const std::string json = Json(text).dump(-1, ' ', ascii, Json::error_handler_t::replace);
  return json.substr(1, json.size() - 2);
}

/// The lines of a text, cut at its media and at words that templates take out.
std::vector<std::string_view> pieces_of(std::string_view text, const std::vector<Media>& media) {
  std::vector<std::size_t> cuts;
  for (const Media& one : media) cuts.push_back(std::min(one.position, text.size()));
  for (std::size_t at = text.find('\n'); at != std::string_view::npos; at = text.find('\n', at + 1))
    cuts.push_back(at);
  for (const std::string_view word : kSwitches) {
    for (std::size_t at = text.find(word); at != std::string_view::npos;
         at = text.find(word, at + word.size())) {
      cuts.push_back(at);
      cuts.push_back(at + word.size());
    }
  }
  cuts.push_back(text.size());
  std::sort(cuts.begin(), cuts.end());
  std::vector<std::string_view> pieces;
  std::size_t begin = 0;
  for (const std::size_t cut : cuts) {
    const std::string_view piece = trimmed(text.substr(begin, cut - begin));
    const bool is_switch = std::find(kSwitches.begin(), kSwitches.end(), piece) != kSwitches.end();
    if (!piece.empty() && !is_switch) pieces.push_back(piece);
    begin = cut;
  }
  return pieces;
}

/// The names and texts in a JSON value. Returns false if it is too deep to look into.
bool collect_texts(const Json& value, std::vector<std::string>& texts, std::size_t depth = 0) {
  constexpr std::size_t kDeepest = 128;
  if (depth > kDeepest) return false;
  if (value.is_string()) texts.push_back(value.get<std::string>());
  for (const auto& [name, member] : value.items()) {
    if (value.is_object()) texts.push_back(name);
    if (value.is_structured() && !collect_texts(member, texts, depth + 1)) return false;
  }
  return true;
}

/// The texts that it is asked for must outlive it.
class Prompt {
 public:
  explicit Prompt(std::string_view prompt) : prompt_(prompt) {}

  /// Texts are most often in the order of the messages, so the search begins where the last one
  /// ended. Messages with the same text must all be there.
  bool has(std::string_view text, const std::vector<Media>& media = {}) {
    const std::string_view whole = trimmed(text);
    if (whole.empty()) return true;
    std::size_t& begin = ends_[whole];
    std::size_t end = find(whole, std::max(begin, cursor_));
    if (end == npos && begin < cursor_) end = find(whole, begin);
    if (end == npos) end = find_pieces(pieces_of(text, media), begin);
    if (end == npos) return false;
    cursor_ = begin = end;
    return true;
  }

  /// The same for a value that a template may write in a format of its own.
  bool has_value(std::string_view text) {
    if (has(text)) return true;
    const Json value = Json::parse(text, nullptr, false);
    if (!value.is_structured()) return false;
    std::vector<std::string> texts;
    return collect_texts(value, texts) &&
           std::all_of(texts.begin(), texts.end(),
                       [this](const std::string& one) { return has_anywhere(one); });
  }

  bool has_anywhere(std::string_view text) const {
    return find_pieces(pieces_of(text, {}), 0) != npos;
  }

 private:
  static constexpr std::size_t npos = std::string_view::npos;

  /// Returns where it ends.
  std::size_t find(std::string_view text, std::size_t begin) const {
    const std::size_t at = prompt_.find(text, begin);
    return at == npos ? npos : at + text.size();
  }

  std::size_t find_pieces(const std::vector<std::string_view>& pieces, std::size_t begin) const {
    for (const std::string_view piece : pieces) {
      std::size_t end = find(piece, begin);
      if (end == npos) end = find(as_json(piece, false), begin);
      if (end == npos) end = find(as_json(piece, true), begin);
      if (end == npos) return npos;
      begin = end;
    }
    return begin;
  }

  std::string_view prompt_;
  std::size_t cursor_ = 0;
  std::unordered_map<std::string_view, std::size_t> ends_;  // where a text was found last
};

}  // namespace

std::optional<std::string> find_lost(const ChatPrompt& chat, std::string_view text,
                                     std::string_view reasoning_end) {
  Prompt prompt(text);
  for (std::size_t i = 0; i < chat.messages.size(); ++i) {
    const ChatMessage& message = chat.messages[i];
    const std::string path = item_path("messages", i);
    if (message.content) {
      std::string_view content = *message.content;
      if (message.role == Role::Assistant) content = without_reasoning(content, reasoning_end);
      const bool found = message.role == Role::Tool ? prompt.has_value(content)
                                                    : prompt.has(content, message.media);
      if (!found) return path + ".content";
    }
    for (std::size_t k = 0; k < message.tool_calls.size(); ++k) {
      const ToolCall& call = message.tool_calls[k];
      if (prompt.has_anywhere(call.name) && prompt.has_value(call.arguments)) continue;
      return item_path(path + ".tool_calls", k) + ".arguments";
    }
  }
  for (std::size_t i = 0; chat.tools.enabled() && i < chat.tools.definitions.size(); ++i) {
    if (!prompt.has_anywhere(chat.tools.definitions[i].name))
      return item_path("tools", i) + ".name";
  }
  return std::nullopt;
}

}  // namespace pcai::backend::answer
