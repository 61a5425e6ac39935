#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/mutex.h"
#include "core/request.h"
#include "core/result.h"

namespace pcai::openai {

/// An item of a response's output: its id, and its object as JSON text.
struct StoredResponseItem {
  std::string id;
  std::string json;
};

/// The responses of /v1/responses that run or can be asked for again. Kept in memory within limits;
/// the oldest are dropped first. Each belongs to a scope (an API key's), and no other scope sees
/// it. Any thread may call any method.
class ResponseStore {
 public:
  struct Limits {
    std::size_t responses = 1024;
    std::size_t bytes = 64 << 20;  // of all texts together; a longer response is not kept
  };

  /// What is kept of a response that has ended.
  struct Ended {
    std::string json;                   // the response object
    std::vector<ChatMessage> messages;  // the conversation up to and with the answer
    std::vector<StoredResponseItem> items = {};
  };

  ResponseStore() = default;
  explicit ResponseStore(Limits limits) : limits_(limits) {}

  /// Adds a running response. `cancel` is called under the store's lock, at most until end().
  void begin(const std::string& id, std::string scope, std::string json,
             std::function<void()> cancel);

  /// Ends a running response. It is kept as `ended` says, or dropped. Has no effect for an unknown
  /// id.
  void end(const std::string& id, std::optional<Ended> ended);

  /// The response object, or nothing for an id that the scope does not have.
  std::optional<std::string> find(const std::string& id, std::string_view scope) const;

  /// The conversation of a response that has ended. InvalidRequest otherwise.
  Result<std::vector<ChatMessage>> conversation(const std::string& id,
                                                std::string_view scope) const;

  /// The item that has the id in a response that has ended, as JSON text; nothing for one that the
  /// scope does not have.
  std::optional<std::string> find_item(std::string_view item_id, std::string_view scope) const;

  /// Asks a running response to end; has no effect if it has ended. The object shows it as
  /// cancelled at once.
  std::optional<std::string> cancel(const std::string& id, std::string_view scope);

  /// Drops a response that has ended. Returns false for any other.
  bool erase(const std::string& id, std::string_view scope);

 private:
  struct Entry {
    std::string id;
    std::string scope;
    std::string json;
    std::vector<ChatMessage> messages;
    std::vector<StoredResponseItem> items;
    std::size_t bytes = 0;
    std::function<void()> cancel;  // null once it has ended
  };
  using Entries = std::list<Entry>;  // running ones and the newest at the end

  const Entry* lookup(const std::string& id, std::string_view scope) const REQUIRES(mutex_);
  void remove(Entries::iterator entry) REQUIRES(mutex_);

  const Limits limits_{};
  mutable Mutex mutex_;
  Entries entries_ GUARDED_BY(mutex_);
  std::unordered_map<std::string, Entries::iterator> by_id_ GUARDED_BY(mutex_);
  std::size_t bytes_ GUARDED_BY(mutex_) = 0;
  std::size_t ended_ GUARDED_BY(mutex_) = 0;
};

}  // namespace pcai::openai
