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

// The messages between the parent (the process with the engine) and a worker (a process with one
// model). All are plain values; whoever encodes or decodes one owns it. The ids are the parent's:
// a worker repeats them and makes none. Each side ends the conversation if the other one says
// something that is malformed, unsound (soundness.h) or out of turn.

// What the parent says. The first command is a LoadCommand. It comes once.

/// Load this model. Answered by any number of LoadProgressed, then ModelLoaded or LoadFailed.
struct LoadCommand {
  ModelSpec spec;
  std::chrono::milliseconds heartbeat{0};  // how often a Heartbeat is wanted; 0 counts as 1 ms
  std::uint64_t memory_limit = 0;          // bytes of address space; 0 = no limit
  bool harden = true;                      // false = leave the process its rights, for debugging
};

/// Run this request. Answered by RequestTaken (or the first RequestEvent) or by RequestRefused.
/// After the former, events follow until a Finished or Failed. Only valid after ModelLoaded.
struct SubmitCommand {
  RequestId id = 0;
  GenerateRequest request;
};

/// End this request soon. Its last event still comes. Has no effect if the request has ended.
struct CancelCommand {
  RequestId id = 0;
};

/// A question to one of the model's abilities (embedder.h, token_codec.h).
using Query = std::variant<EmbedRequest, RankRequest, TokenizeRequest, DetokenizeRequest,
                           TemplateRequest, CountRequest>;

/// Answer this query. Answered by QueryAnswered, several times for many vectors, or by QueryFailed.
/// A query may have the id of a request: the two are counted apart. Only valid after ModelLoaded.
struct QueryCommand {
  RequestId id = 0;
  Query query;
};

/// The query's answer is not needed any more. An answer still comes, and the parent ignores it.
struct CancelQueryCommand {
  RequestId id = 0;
};

/// End the live requests, free the model and exit. The worker finishes sending and closes its end.
struct ShutdownCommand {};

/// Any message from the parent to a worker.
using ToWorker = std::variant<LoadCommand, SubmitCommand, CancelCommand, QueryCommand,
                              CancelQueryCommand, ShutdownCommand>;

// What a worker says.

/// How far loading is, from 0 to 1. May repeat or go back; the parent shows the largest so far.
struct LoadProgressed {
  float fraction = 0;
};

/// Which abilities the model has. The parent asks no query that needs another one.
struct ModelAbilities {
  bool embedder = false;
  bool ranker = false;
  bool token_codec = false;
};

/// The model is ready. Comes at most once; afterwards requests and queries may be sent.
struct ModelLoaded {
  ModelInfo info;
  ModelAbilities abilities;
};

/// Loading failed, with the backend's error. The worker then waits to be ended.
struct LoadFailed {
  Error error;
};

/// The model took the request: LoadedModel::submit succeeded.
struct RequestTaken {
  RequestId id = 0;
};

/// The model did not take the request, and no event of it follows.
struct RequestRefused {
  RequestId id = 0;
  Error error;
};

/// One event of a request, in the order in which the model gave them. The last one is Finished or
/// Failed, and after it the id is forgotten.
struct RequestEvent {
  RequestId id = 0;
  GenerateEvent event;
};

/// The vectors of an EmbedRequest, in the order of its inputs. If they are too many for one message
/// they come in several, with `more` set in all but the last one.
struct Embeddings {
  std::vector<Embedding> items;
  bool more = false;
};

/// The scores of a RankRequest, in the order of its documents.
struct RankScores {
  std::vector<RankScore> items;
};

/// The answer to a DetokenizeRequest or a TemplateRequest. Bytes: the text of some tokens need not
/// be whole UTF-8.
struct CodecText {
  std::string text;
};

/// The answer to a CountRequest, in tokens.
struct TokenCount {
  std::uint32_t count = 0;
};

/// What a query's ability returned. A TokenizeRequest is answered by core's Tokens.
using QueryAnswer = std::variant<Embeddings, RankScores, Tokens, CodecText, TokenCount>;

/// A query's answer, or a part of it (Embeddings::more).
struct QueryAnswered {
  RequestId id = 0;
  QueryAnswer answer;
};

/// A query failed. Nothing more comes for its id.
struct QueryFailed {
  RequestId id = 0;
  Error error;
};

/// A sign of life with the model's counters (zeros before it is loaded). It comes every `heartbeat`
/// from the LoadCommand on, and once more after each request's end.
struct Heartbeat {
  ModelStats stats;
};

/// Any message from a worker to the parent.
using FromWorker =
    std::variant<LoadProgressed, ModelLoaded, LoadFailed, RequestTaken, RequestRefused,
                 RequestEvent, QueryAnswered, QueryFailed, Heartbeat>;

constexpr std::size_t kLengthBytes = 4;  // before each payload: its length, little-endian
constexpr std::size_t kMaxToWorker = std::size_t{64} << 20;    // bytes of a payload
constexpr std::size_t kMaxFromWorker = std::size_t{16} << 20;  // bytes of a payload

/// The frame of a message: its length, then the message as MessagePack. A struct is a map with its
/// fields' names, a variant a map with its type's name. Strings travel as they are, UTF-8 or not. A
/// list of floats or of 32-bit integers travels as one string of their bytes. The caller compares
/// the length with the limits above.
std::string encode(const ToWorker& message);
std::string encode(const FromWorker& message);

/// The message in `payload` (a frame without its length). Returns nothing unless the payload is
/// exactly one message: each field is there, known, of its type and in its type's range, and the
/// nesting and the number of parts are bounded. Trusts nothing: a worker may have been taken over.
std::optional<ToWorker> decode_to_worker(std::string_view payload);
std::optional<FromWorker> decode_from_worker(std::string_view payload);

}  // namespace pcai::backend::worker
