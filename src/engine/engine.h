#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "backend/registry.h"
#include "core/embedding.h"
#include "core/model.h"
#include "core/result.h"
#include "core/tokens.h"
#include "engine/requests/generation.h"
#include "engine/requests/inquiry.h"
#include "engine/requests/latencies.h"
#include "engine/stay.h"

namespace pcai::engine {

struct EngineOptions {
  std::uint32_t max_queue = 64;                  // requests waiting for a place, over all models
  std::chrono::milliseconds default_timeout{0};  // for requests that name none; 0 = none
  std::uint32_t submit_threads = 2;              // threads that tokenize and submit
  std::uint32_t max_inquiries = 64;              // on their way together, over all models
  std::uint64_t memory_limit = 0;                // bytes of all models together; 0 = none
  std::chrono::milliseconds keep_alive{0};       // of an idle model; 0 = for good
};

using EmbedInquiry = Inquiry<std::vector<Embedding>>;
using RankInquiry = Inquiry<std::vector<RankScore>>;
using TokensInquiry = Inquiry<Tokens>;
using TextInquiry = Inquiry<std::string>;
using CountInquiry = Inquiry<std::uint32_t>;

/// What became of a request, in one line of the log. Times as in Timings.
struct RequestRecord {
  RequestId id = 0;
  std::string model;
  std::string outcome;  // "stop", "length", "tool_calls" or an error's code
  Usage usage;
  Timings timings;
};

/// A model that came or went, for the log. `reason` says why it went or could not come, or
/// what it was loaded without.
struct ModelRecord {
  enum class What : std::uint8_t { Loaded, Failed, Unloaded };

  std::string model;
  What what = What::Loaded;
  std::string reason = {};
  std::uint64_t memory_bytes = 0;
  double seconds = 0;  // of the load
};

/// Counters since the start, and the present state.
struct EngineStats {
  std::uint32_t queued = 0;   // now
  std::uint32_t running = 0;  // now
  std::uint64_t accepted = 0;
  std::uint64_t refused = 0;  // 429
  std::uint64_t finished = 0;
  std::uint64_t failed = 0;
  std::uint64_t cancelled = 0;
  std::uint64_t prompt_tokens = 0;
  std::uint64_t cached_tokens = 0;
  std::uint64_t completion_tokens = 0;
};

/// The models of a process and the requests on their way to them: admission, queue, cancel,
/// deadlines, drain. Knows no backend by name. Any thread may call any method.
class Engine {
 public:
  /// `registry` is only read. `on_record` is called once for each request that ended, just before
  /// its last event, from an engine or backend thread or the one that cancels; it must not block.
  /// `on_model` comes from the thread that loads or unloads, in the order of what happened and with
  /// the engine's lock held: it must neither block nor call the engine.
  Engine(std::shared_ptr<const backend::BackendRegistry> registry, EngineOptions options,
         std::function<void(const RequestRecord&)> on_record = {},
         std::function<void(const ModelRecord&)> on_model = {});

  /// Cancels what runs, unloads every model, joins every thread.
  ~Engine();

  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  /// Makes a model known, without loading it. Fails with
  /// InvalidRequest when the id is taken.
  Status add_model(ModelSpec spec);

  /// Another name under which a known model can be asked for, until it is removed.
  Status add_alias(std::string alias, std::string_view id);

  /// Loads a known model and blocks until it is ready. Fine when it already is; waits when another
  /// thread is loading it, and where the memory limit asks for it, until others have left. Fails
  /// with Unsupported when it has no room even without all that may leave.
  Status load_model(std::string_view id, backend::LoadProgress& progress);

  /// Ends its live requests with Cancelled and frees it; the id stays known.
  Status unload_model(std::string_view id);

  /// The two without waiting: what becomes of it is in model().
  Status begin_load(std::string_view id);
  Status begin_unload(std::string_view id);

  /// Frees it as soon as nobody uses it or waits for it. Fails with Unsupported when it is pinned.
  Status let_go(std::string_view id);

  /// Unloads it and forgets the id, which is free again at once.
  Status remove_model(std::string_view id);

  /// Forgets the id, which is free again at once. Who came before is still answered; then it is
  /// unloaded.
  Status retire_model(std::string_view id);

  /// The model that requests without a name get; at first the one that was added first.
  Status set_default_model(std::string_view id);

  std::vector<ModelStatus> list_models() const;

  /// Whether a model has that id or alias.
  bool knows(std::string_view id) const;

  /// How a model is loaded. Lives as long as the engine, also when the model is removed.
  Result<const ModelSpec*> spec(std::string_view id) const;

  /// How long a model stays once it is idle; absent = for good, or there is no such model.
  Stay stays(std::string_view id) const;

  /// The status of one model; "" is the default model. ModelNotFound names the known ids.
  Result<ModelStatus> model(std::string_view id) const;

  /// What requests for the model get where they say nothing: params for those who make requests,
  /// as DefaultsOf. Its system prompt and first messages the engine adds to chats by itself.
  ModelDefaults defaults(std::string_view id) const;

  /// Counters of a loaded model; nothing when it is not loaded.
  std::optional<ModelStats> model_stats(std::string_view id) const;

  /// How long a model's requests took since it became known; null for an unknown id.
  std::shared_ptr<const ModelLatencies> latencies(std::string_view id) const;

  /// Takes a request and returns at once. Fails with ModelNotFound, Overloaded (the queue is full)
  /// or Draining; all later errors come as the generation's Failed event. A model that is not
  /// loaded is loaded first. Accepted is the first event of a request that the model took.
  Result<std::unique_ptr<Generation>> generate(GenerateRequest request, Stay stay = {});

  // The abilities of a model beside generating. As generate(): they return at once, a model that is
  // not loaded is loaded first, and all later errors come as the inquiry's answer, Unsupported
  // where the model lacks the ability. Overloaded means that max_inquiries are on their way.

  Result<std::unique_ptr<EmbedInquiry>> embed(EmbedRequest request, Stay stay = {});
  Result<std::unique_ptr<RankInquiry>> rank(RankRequest request);
  Result<std::unique_ptr<TokensInquiry>> tokenize(TokenizeRequest request);
  Result<std::unique_ptr<TextInquiry>> detokenize(DetokenizeRequest request);
  Result<std::unique_ptr<TextInquiry>> apply_template(TemplateRequest request);
  Result<std::unique_ptr<CountInquiry>> count_tokens(CountRequest request, Stay stay = {});

  /// True when the default model is loaded, or was and has left, and the engine takes requests.
  bool ready() const;

  /// Refuses new requests from now on; live ones go on.
  void drain();

  /// Waits until no request or inquiry is queued or running. False on time-out.
  bool wait_idle(std::chrono::milliseconds timeout);

  /// Cancels all queued and running requests and inquiries.
  void cancel_all();

  EngineStats stats() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;  // generations refer to it weakly, so they may outlive the engine
};

}  // namespace pcai::engine
