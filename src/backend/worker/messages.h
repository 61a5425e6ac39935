#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/embedding.h"
#include "core/event.h"
#include "core/model.h"
#include "core/request.h"
#include "core/tokens.h"

namespace pcai::backend::worker {

// What the parent says to a worker. The first command is a LoadCommand, and it is the only one.

struct LoadCommand {
  ModelSpec spec;
  std::chrono::milliseconds heartbeat{0};
  std::uint64_t memory_limit = 0;  // as in WorkerOptions
  bool harden = true;
};

/// Answered by RequestTaken (or the first RequestEvent) or RequestRefused.
struct SubmitCommand {
  RequestId id = 0;
  GenerateRequest request;
};

struct CancelCommand {
  RequestId id = 0;
};

/// What is asked of a model's abilities (embedder.h, token_codec.h).
using Query = std::variant<EmbedRequest, RankRequest, TokenizeRequest, DetokenizeRequest,
                           TemplateRequest, CountRequest>;

/// Answered by QueryAnswered or QueryFailed. Queries have ids of their own.
struct QueryCommand {
  RequestId id = 0;
  Query query;
};

/// The answer still comes, and is ignored.
struct CancelQueryCommand {
  RequestId id = 0;
};

/// End live requests, free the model, exit.
struct ShutdownCommand {};

using ToWorker = std::variant<LoadCommand, SubmitCommand, CancelCommand, QueryCommand,
                              CancelQueryCommand, ShutdownCommand>;

// What a worker says. ModelLoaded or LoadFailed comes once.

struct LoadProgressed {
  float fraction = 0;
};

/// Which abilities the model has.
struct ModelAbilities {
  bool embedder = false;
  bool ranker = false;
  bool token_codec = false;
};

struct ModelLoaded {
  ModelInfo info;
  ModelAbilities abilities;
};

struct LoadFailed {
  Error error;
};

struct RequestTaken {
  RequestId id = 0;
};

struct RequestRefused {
  RequestId id = 0;
  Error error;
};

struct RequestEvent {
  RequestId id = 0;
  GenerateEvent event;
};

/// Many vectors come in several answers, `more` in all but the last.
struct Embeddings {
  std::vector<Embedding> items;
  bool more = false;
};

struct RankScores {
  std::vector<RankScore> items;
};

/// Bytes, not always UTF-8.
struct CodecText {
  std::string text;
};

struct TokenCount {
  std::uint32_t count = 0;
};

using QueryAnswer = std::variant<Embeddings, RankScores, Tokens, CodecText, TokenCount>;

struct QueryAnswered {
  RequestId id = 0;
  QueryAnswer answer;
};

struct QueryFailed {
  RequestId id = 0;
  Error error;
};

/// Comes at the heartbeat's pace from the start on, and after each request's end.
struct Heartbeat {
  ModelStats stats;
};

using FromWorker =
    std::variant<LoadProgressed, ModelLoaded, LoadFailed, RequestTaken, RequestRefused,
                 RequestEvent, QueryAnswered, QueryFailed, Heartbeat>;

constexpr std::size_t kLengthBytes = 4;  // before each message: its length, little-endian
constexpr std::size_t kMaxToWorker = std::size_t{64} << 20;    // bytes of one message
constexpr std::size_t kMaxFromWorker = std::size_t{16} << 20;  // the same

/// A message as MessagePack, its length before it. A struct is a map with its fields' names, a
/// variant a map with its type's name. Strings travel as they are, UTF-8 or not; a list of floats
/// or of 32-bit integers as one string of their bytes.
std::string encode(const ToWorker& message);
std::string encode(const FromWorker& message);

/// The message in `payload` (without its length); nothing when it is not exactly one message: a
/// field missing, unknown, of a wrong type or out of its type's range, or too deep or too many
/// parts.
std::optional<ToWorker> decode_to_worker(std::string_view payload);
std::optional<FromWorker> decode_from_worker(std::string_view payload);

}  // namespace pcai::backend::worker
