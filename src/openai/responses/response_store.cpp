#include "openai/responses/response_store.h"

#include <optional>

#include "api/json_text.h"

namespace pcai::openai {
namespace {

std::size_t size_of(const ResponseStore::Ended& ended) {
  std::size_t bytes = ended.json.size();
  for (const ChatMessage& message : ended.messages) {
    bytes += sizeof message + message.content.value_or("").size() + message.reasoning.size();
    for (const Media& media : message.media) bytes += sizeof media + media.bytes->size();
    for (const ToolCall& call : message.tool_calls) {
      bytes += sizeof call + call.id.size() + call.name.size() + call.arguments.size();
    }
  }
  for (const StoredResponseItem& item : ended.items) bytes += item.id.size() + item.json.size();
  return bytes;
}

}  // namespace

void ResponseStore::begin(const std::string& id, std::string scope, std::string json,
                          std::function<void()> cancel) {
  const MutexLock lock(mutex_);
  entries_.push_back({id, std::move(scope), std::move(json), {}, {}, 0, std::move(cancel)});
  by_id_[id] = std::prev(entries_.end());
}

void ResponseStore::end(const std::string& id, std::optional<Ended> ended) {
  const MutexLock lock(mutex_);
  const auto found = by_id_.find(id);
  if (found == by_id_.end() || !found->second->cancel) return;
  Entry& entry = *found->second;
  entry.cancel = nullptr;
  const std::size_t bytes = ended ? size_of(*ended) : 0;
  ++ended_;
  if (!ended || bytes > limits_.bytes) return remove(found->second);
  entry.json = std::move(ended->json);
  entry.messages = std::move(ended->messages);
  entry.items = std::move(ended->items);
  entry.bytes = bytes;
  bytes_ += bytes;
  entries_.splice(entries_.end(), entries_, found->second);
  for (auto oldest = entries_.begin();
       oldest != entries_.end() && (ended_ > limits_.responses || bytes_ > limits_.bytes);) {
    const auto next = std::next(oldest);
    if (!oldest->cancel) remove(oldest);
    oldest = next;
  }
}

std::optional<std::string> ResponseStore::find(const std::string& id,
                                               std::string_view scope) const {
  const MutexLock lock(mutex_);
  const Entry* entry = lookup(id, scope);
  return entry ? std::optional(entry->json) : std::nullopt;
}

Result<std::vector<ChatMessage>> ResponseStore::conversation(const std::string& id,
                                                             std::string_view scope) const {
  const MutexLock lock(mutex_);
  const Entry* entry = lookup(id, scope);
  if (entry && !entry->cancel) return entry->messages;
  constexpr const char* kField = "previous_response_id";
  if (entry) {
    return fail(ErrorCode::InvalidRequest,
                std::string(kField) + ": " + api::quote_text(id) + " has not ended yet", kField);
  }
  return fail(ErrorCode::InvalidRequest,
              std::string(kField) + ": there is no stored response " + api::quote_text(id) +
                  "; the newest " + std::to_string(limits_.responses) +
                  " are stored until the server ends, except those with store: false; send the "
                  "conversation as input",
              kField);
}

std::optional<std::string> ResponseStore::find_item(std::string_view item_id,
                                                    std::string_view scope) const {
  // "msg_" and the response's own part of its id, then the item's number; see ResponsesAnswer.
  constexpr std::size_t kMostDigits = 4;
  const std::size_t mark = item_id.find('_');
  if (mark == std::string_view::npos) return std::nullopt;
  std::string own(item_id.substr(mark + 1));
  const MutexLock lock(mutex_);
  for (std::size_t digits = 1; digits <= kMostDigits && own.size() > 1; ++digits) {
    own.pop_back();
    const Entry* entry = lookup("resp_" + own, scope);
    if (!entry) continue;
    for (const StoredResponseItem& item : entry->items) {
      if (item.id == item_id) return item.json;
    }
  }
  return std::nullopt;
}

std::optional<std::string> ResponseStore::cancel(const std::string& id, std::string_view scope) {
  const MutexLock lock(mutex_);
  const Entry* entry = lookup(id, scope);
  if (!entry) return std::nullopt;
  if (!entry->cancel) return entry->json;
  entry->cancel();
  api::Json json = api::Json::parse(entry->json);
  json["status"] = "cancelled";
  return api::to_text(json);
}

bool ResponseStore::erase(const std::string& id, std::string_view scope) {
  const MutexLock lock(mutex_);
  const Entry* entry = lookup(id, scope);
  if (!entry || entry->cancel) return false;
  remove(by_id_.find(id)->second);
  return true;
}

const ResponseStore::Entry* ResponseStore::lookup(const std::string& id,
                                                  std::string_view scope) const {
  const auto found = by_id_.find(id);
  return found != by_id_.end() && found->second->scope == scope ? &*found->second : nullptr;
}

void ResponseStore::remove(Entries::iterator entry) {
  --ended_;
  bytes_ -= entry->bytes;
  by_id_.erase(entry->id);
  entries_.erase(entry);
}

}  // namespace pcai::openai
