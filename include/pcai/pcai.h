// PCAI-Inference in C. This is the one header whose names and layout we promise to keep.
//
// Part 1 uses one engine for the whole process and no handles: the shortest way to an answer.
// Part 2 is the full API: engines, models, generations, devices, model files.
//
// Twelve conventions hold for every function. A function's own comment says only what they do not.
//
//  1. Names are pcai_<thing>_<verb>, constants PCAI_<GROUP>_<NAME>. The calling convention is C's
//     own (cdecl). There are no variable arguments.
//  2. Integers have fixed widths. Enumerations are passed as int32_t, and so are flags (0 = no, any
//     other number = yes). The only bool is FfiResult.success, one byte.
//  3. A function that can fail returns a pcai_status. 0 is success. A positive number means that
//     there is nothing now, which is not an error. A negative number is an error.
//  4. The last parameter `error` may be NULL. Otherwise *error is overwritten: with a description
//     that the caller frees with pcai_error_free if the status is negative, else with NULL.
//  5. If a call fails, its outputs are NULL or unchanged.
//  6. A handle is opaque, and the caller owns it. Its free function takes the handle's address and
//     sets the handle to NULL, so that freeing twice is harmless. A NULL handle or address is
//     harmless, too.
//  7. Any thread may call any function, several at once. Two rules apply: a handle may be freed
//  only
//     while no other call uses it, and only one thread at a time reads a generation.
//  8. Handles may be freed in any order. pcai_engine_free ends what still runs on the engine. The
//     handles of its models and generations stay valid and report PCAI_ERROR_CANCELLED.
//  9. Text is UTF-8. Text that comes in is a pcai_text. It needs no terminator, and it is copied.
//  It
//     is refused if it is not UTF-8 or has more than 64 MiB. Text that goes out consists of whole
//     code points and has a NUL after its `size` bytes.
// 10. Memory that goes out through a struct is borrowed. The function says until when.
// 11. A struct that begins with struct_size may grow at its end. The caller sets struct_size to its
//     own sizeof. "In" structs: a field that an older caller does not know takes its default. A
//     newer caller is served if all fields that this library does not know are zero, and is refused
//     otherwise. "Out" structs: fields that an older caller does not know are left out, and fields
//     that only a newer caller knows become zero. In an array, the first element's struct_size is
//     the distance between elements, and all others must equal it. A struct without struct_size is
//     frozen. Names and numbers never change. Enumerations may get new numbers.
// 12. No function throws, prints or ends the process. A callback must neither throw nor longjmp.
//     The process may end at any time: what still runs is cancelled. In a child that was forked
//     while an engine existed, calls fail with PCAI_ERROR_UNSUPPORTED and freeing does nothing.
//     Once loaded, the library stays in the process.
//
// "Fails with X" means that the call returns PCAI_ERROR_X. Any call that can fail may fail with
// OUT_OF_MEMORY or INTERNAL, and with INVALID_REQUEST for an argument that must not be NULL.
#ifndef PCAI_PCAI_H
#define PCAI_PCAI_H

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#if defined(_WIN32)
#if defined(PCAI_BUILDING_LIBRARY)
#define PCAI_API __declspec(dllexport)
#else
#define PCAI_API __declspec(dllimport)
#endif
#elif defined(__GNUC__)
#define PCAI_API __attribute__((visibility("default")))
#else
#define PCAI_API
#endif

#define PCAI_VERSION_MAJOR 0
#define PCAI_VERSION_MINOR 1
#define PCAI_VERSION_PATCH 0

#ifdef __cplusplus
extern "C" {
#endif

// ============================== 1. One engine for the process ====================================

/// The result of a call of this part. After success `error_message` is NULL. After a failure it
/// says what was wrong; the caller owns it and frees it with pcai_free_result. Since: 0.1
typedef struct {
  bool success;
  char* error_message;
} FfiResult;

/// Starts the engine. `backend_name` is "llamacpp", "mistralrs", "fake" (scripted, for tests and
/// demos), or "auto" or NULL for the one that fits the model, never the fake one. Fails if the name
/// is unknown or this build lacks the backend; then no engine runs. If the engine runs already, the
/// same name, "auto" and NULL succeed and change nothing, and another name fails until
/// pcai_shutdown. Since: 0.1
PCAI_API FfiResult pcai_init(const char* backend_name);

/// Loads the model file (or folder) at `path` and makes it the model that answers. Blocks until it
/// is ready. `gpu_layers`: how many layers to put on a GPU; -1 = all that fit, 0 = none. Does
/// nothing if just this model with just this number is loaded. The model before it stays in use
/// until the new one is ready; requests that still run on it then end with an error. If loading
/// fails it stays in use. To hold only one model in memory, call pcai_shutdown first. Calls on
/// several threads load one after another. Since: 0.1
PCAI_API FfiResult pcai_load_model(const char* path, int32_t gpu_layers);

/// Answers `prompt` as one user message, through the model's own chat template. Blocks until the
/// answer is complete. `prompt` is a NUL-terminated string and may be freed afterwards.
/// `max_tokens`: the maximum number of tokens in the answer; 0 = 2048. `temperature`: 0 = always
/// the most likely token; NaN and negative numbers are refused. Returns text that the caller owns
/// and frees with pcai_free_string, or NULL, and then pcai_last_error says why. U+0000 in the
/// answer becomes U+FFFD, as everywhere in this part. The model's reasoning is not part of the
/// text. Calls on several threads run at the same time. Since: 0.1
PCAI_API char* pcai_generate(const char* prompt, uint32_t max_tokens, float temperature);

/// Like pcai_generate, but passes the answer to `callback` piece by piece as it is generated, on
/// the calling thread, before this function returns. `token` is NUL-terminated, consists of whole
/// code points and is borrowed until the callback returns. `user_data` is passed on as it is. The
/// callback may call any function of this header. If the call fails, earlier pieces were passed
/// already. Since: 0.1
PCAI_API FfiResult pcai_generate_streaming(const char* prompt, uint32_t max_tokens,
                                           float temperature,
                                           void (*callback)(const char* token, void* user_data),
                                           void* user_data);

/// Like pcai_generate_streaming, but the callback returns 0 to stop the answer and any other number
/// to go on. To stop counts as success. Since: 0.1
PCAI_API FfiResult pcai_generate_streaming_cancellable(
    const char* prompt, uint32_t max_tokens, float temperature,
    int32_t (*callback)(const char* token, void* user_data), void* user_data);

/// Frees what pcai_generate returned. NULL is harmless. Since: 0.1
PCAI_API void pcai_free_string(char* text);

/// Frees the message of a result and sets it to NULL, so that a second call is harmless. A NULL
/// `result` is harmless, too. Since: 0.1
PCAI_API void pcai_free_result(FfiResult* result);

/// Ends the engine. Running calls of this part fail soon, on every thread. This function waits
/// until they have returned and then frees the model and the engine. Harmless if no engine runs.
/// pcai_init may be called again afterwards. Inside a callback it does not wait for the calls that
/// run on the same thread; the model is freed when the last of them returns. Since: 0.1
PCAI_API void pcai_shutdown(void);

/// Why the latest pcai_init, pcai_load_model or pcai_generate... on the calling thread failed; NULL
/// if it succeeded. Borrowed until the next such call on this thread. Since: 0.1
PCAI_API const char* pcai_last_error(void);

// ============================== 2. The full API ==================================================

/// The library's version, "0.1.0". It lives as long as the process. Since: 0.1
PCAI_API const char* pcai_version(void);

// ------------------------------ Text, status, errors ---------------------------------------------

/// UTF-8 text of `size` bytes. {NULL, 0} means "not given"; a pointer with size 0 is empty text.
/// The struct does not own `data`. Frozen.
typedef struct pcai_text {
  const char* data;
  uint64_t size;
} pcai_text;

/// Makes a pcai_text of a NUL-terminated string, which it borrows. NULL becomes {NULL, 0}.
static inline pcai_text pcai_text_of(const char* string) {
  pcai_text text;
  text.data = string;
  text.size = string == NULL ? 0 : (uint64_t)strlen(string);
  return text;
}

/// The result of a call, and the code of an error. A negative number is an error.
typedef int32_t pcai_status;
enum {
  PCAI_OK = 0,
  PCAI_TIMEOUT = 1,  // nothing came in time; call again
  PCAI_END = 2,      // nothing more will come

  PCAI_ERROR_INVALID_REQUEST = -1,     // an argument is missing, wrong or out of range
  PCAI_ERROR_CONTEXT_OVERFLOW = -2,    // the prompt does not fit the context
  PCAI_ERROR_UNAUTHORIZED = -3,        // not used here; for servers
  PCAI_ERROR_FORBIDDEN = -4,           // not used here; for servers
  PCAI_ERROR_MODEL_NOT_FOUND = -5,     // no model has that id
  PCAI_ERROR_ROUTE_NOT_FOUND = -6,     // not used here; for servers
  PCAI_ERROR_METHOD_NOT_ALLOWED = -7,  // not used here; for servers
  PCAI_ERROR_PAYLOAD_TOO_LARGE = -8,   // more than a documented limit
  PCAI_ERROR_UNSUPPORTED = -9,         // valid, but this build, backend or model cannot do it
  PCAI_ERROR_INVALID_MODEL = -10,      // the model file is missing, damaged or of an unknown kind
  PCAI_ERROR_OVERLOADED = -11,         // the queue is full; try again later
  PCAI_ERROR_LOADING = -12,            // the model is not loaded yet; try again later
  PCAI_ERROR_DRAINING = -13,           // the engine is ending
  PCAI_ERROR_DEADLINE_EXCEEDED = -14,  // the request's time ran out
  PCAI_ERROR_CANCELLED = -15,          // cancelled, or the model was unloaded or the engine freed
  PCAI_ERROR_WORKER_DIED = -16,        // the model's process ended
  PCAI_ERROR_INTERNAL = -17,           // a fault of this library or of a backend
  PCAI_ERROR_OUT_OF_MEMORY = -18
};

/// The name of a status, in lower case, which never changes: "ok", "timeout", "end",
/// "invalid_request", ...; "unknown" for any other number. It lives as long as the process.
/// Since: 0.1
PCAI_API const char* pcai_status_name(pcai_status status);

/// Why a call failed. The caller of that call owns it. It does not change.
typedef struct pcai_error pcai_error;

/// The status that the failed call returned. PCAI_OK if `error` is NULL. Since: 0.1
PCAI_API pcai_status pcai_error_code(const pcai_error* error);

/// What is wrong and how to mend it, in English, NUL-terminated; "" if `error` is NULL. Borrowed
/// until the error is freed. Since: 0.1
PCAI_API const char* pcai_error_message(const pcai_error* error);

/// The argument or field at fault ("temperature", "messages[2].content"), NUL-terminated; "" if it
/// is none or `error` is NULL. Borrowed until the error is freed. Since: 0.1
PCAI_API const char* pcai_error_field(const pcai_error* error);

/// Frees an error and what was borrowed from it. Since: 0.1
PCAI_API void pcai_error_free(pcai_error** error);

// ------------------------------ Engine -----------------------------------------------------------

/// An engine: some models, and the queue of requests for them. It has its own threads. A process
/// may have several.
typedef struct pcai_engine pcai_engine;

/// How an engine behaves. The number at the end of a field's comment is its default. In.
typedef struct pcai_engine_options {
  uint32_t struct_size;
  uint32_t max_queue;          // requests that may wait, 0..1000000; 64
  pcai_text backend;           // as in pcai_init; not given = "auto"
  int64_t default_timeout_ms;  // for requests that give none; 0 = no limit; 0
  uint32_t submit_threads;     // threads that tokenize prompts, 1..256; 2
  uint32_t reserved;           // must be 0
} pcai_engine_options;

/// Fills `options` with the defaults. `struct_size` is the caller's sizeof(pcai_engine_options),
/// and exactly that many bytes are written. Does nothing if `options` is NULL. Since: 0.1
PCAI_API void pcai_engine_options_init(pcai_engine_options* options, uint32_t struct_size);

/// Creates an engine, which the caller frees with pcai_engine_free. If `options` is NULL the
/// defaults apply; otherwise it is copied. Fails with INVALID_REQUEST if an option is out of range
/// or the backend is unknown, and with UNSUPPORTED if this build lacks the backend. Since: 0.1
PCAI_API pcai_status pcai_engine_create(const pcai_engine_options* options, pcai_engine** engine,
                                        pcai_error** error);

/// Cancels every request, unloads every model, waits for that and frees the engine. Handles of its
/// models and generations stay valid and are freed separately. Since: 0.1
PCAI_API void pcai_engine_free(pcai_engine** engine);

/// Counters since the engine was created, and its present state. Out.
typedef struct pcai_engine_stats {
  uint32_t struct_size;
  uint32_t queued;   // requests that wait now
  uint32_t running;  // requests that models work on now
  uint32_t reserved;
  uint64_t accepted;  // requests; each of them is also counted below once it has ended
  uint64_t refused;   // because the queue was full
  uint64_t finished;
  uint64_t failed;
  uint64_t cancelled;
  uint64_t prompt_tokens;
  uint64_t cached_tokens;  // part of prompt_tokens that was not computed again
  uint64_t completion_tokens;
} pcai_engine_stats;

/// Copies the counters to `stats`. Since: 0.1
PCAI_API pcai_status pcai_engine_get_stats(const pcai_engine* engine, pcai_engine_stats* stats,
                                           pcai_error** error);

// ------------------------------ Model ------------------------------------------------------------

/// A model of an engine. The engine knows it until the handle is freed, loaded or not.
typedef struct pcai_model pcai_model;

/// A LoRA adapter: weights that are added to a model's. Frozen.
typedef struct pcai_adapter {
  pcai_text path;     // its GGUF file
  float scale;        // for requests that give none; 1 = as trained, 0 = loaded, but off
  uint32_t reserved;  // must be 0
} pcai_adapter;

/// How to load a model. The number at the end of a field's comment is its default. In.
typedef struct pcai_model_options {
  uint32_t struct_size;
  int32_t gpu_layers;       // layers to put on a GPU; 0 = none, -1 = all that fit; -1
  pcai_text path;           // the model's file, or folder; required
  pcai_text id;             // its name in this engine; not given = the file's name without ending
  pcai_text chat_template;  // Jinja text; not given = the model's own
  const int32_t* gpu_devices;  // indexes of the GPUs to use; NULL = all
  uint64_t gpu_device_count;
  uint32_t context_length;       // tokens; 0 = the model's own
  uint32_t batch_size;           // maximum number of tokens in one step; 512
  uint32_t threads;              // CPU threads; 0 = the backend chooses; 0
  uint32_t max_sequences;        // maximum number of requests decoded together; 16
  const pcai_adapter* adapters;  // at most 64
  uint64_t adapter_count;
} pcai_model_options;

/// Fills `options` with the defaults. `struct_size` is the caller's sizeof(pcai_model_options), and
/// exactly that many bytes are written. Does nothing if `options` is NULL. Since: 0.1
PCAI_API void pcai_model_options_init(pcai_model_options* options, uint32_t struct_size);

/// Begins to load a model and returns at once. pcai_model_wait tells how it went. `options` is
/// copied. The caller frees the model with pcai_model_free. Fails with INVALID_REQUEST if an option
/// is out of range or the engine has a model of that id, and with CANCELLED if the engine was
/// freed; then the engine is unchanged. Since: 0.1
PCAI_API pcai_status pcai_model_load(pcai_engine* engine, const pcai_model_options* options,
                                     pcai_model** model, pcai_error** error);

/// Waits until loading has ended. `timeout_ms` is in milliseconds; 0 = only look, -1 = for ever.
/// Returns PCAI_OK if the model was loaded, PCAI_TIMEOUT if it still loads, and otherwise the error
/// with which loading failed (INVALID_MODEL, UNSUPPORTED, CANCELLED, ...); each later call returns
/// the same. *progress becomes 0..1 in each case; `progress` may be NULL. To give up loading, free
/// or unload the model. Since: 0.1
PCAI_API pcai_status pcai_model_wait(pcai_model* model, int32_t timeout_ms, float* progress,
                                     pcai_error** error);

/// Gives up loading, ends the model's requests with CANCELLED, waits for that and frees the model's
/// memory. The handle stays valid. The next generation loads the model again. Since: 0.1
PCAI_API pcai_status pcai_model_unload(pcai_model* model, pcai_error** error);

/// Gives up loading or unloads the model as pcai_model_unload does, waits for that, and removes the
/// model from its engine, so that its id is free again. Since: 0.1
PCAI_API void pcai_model_free(pcai_model** model);

/// pcai_model_info.state
enum {
  PCAI_MODEL_UNLOADED = 0,
  PCAI_MODEL_LOADING = 1,
  PCAI_MODEL_READY = 2,
  PCAI_MODEL_FAILED = 3
};

/// pcai_model_info.kind
enum {
  PCAI_KIND_UNKNOWN = 0,
  PCAI_KIND_TEXT = 1,       // generates text
  PCAI_KIND_EMBEDDING = 2,  // turns text into vectors or scores
  PCAI_KIND_PROJECTOR = 3,  // the image or sound part of a model
  PCAI_KIND_ADAPTER = 4     // LoRA weights for a model
};

/// What a model is. Before a model is ready, and for a file that was only found, some of this is
/// not known: such a number is 0 and such text is not given. Out.
typedef struct pcai_model_info {
  uint32_t struct_size;
  int32_t state;
  pcai_text id;
  pcai_text backend;
  pcai_text architecture;  // "llama"
  pcai_text quantization;  // "Q4_K - Medium"
  pcai_text path;          // its file
  // Where pcai_models_discover found it: "pcai", "folder", "ollama", "lm-studio", "hugging-face".
  pcai_text source;
  pcai_text problem;  // why it cannot be used, or why loading failed
  uint64_t parameter_count;
  uint64_t size_bytes;
  int64_t created;                // when the file was last changed, in Unix seconds
  uint32_t context_length;        // tokens a request may use here
  uint32_t train_context_length;  // tokens the model was trained for
  uint32_t vocabulary_size;       // tokens
  uint32_t max_sequences;         // requests decoded together
  float load_progress;            // 0..1 while LOADING
  int32_t kind;
} pcai_model_info;

/// Fills `info` with what the model is and what state it is in now. Never waits for loading. The
/// text is borrowed until the model is freed. Since: 0.1
PCAI_API pcai_status pcai_model_get_info(const pcai_model* model, pcai_model_info* info,
                                         pcai_error** error);

/// A loaded model's counters. A KV cell is the cached state of one token. Out.
typedef struct pcai_model_stats {
  uint32_t struct_size;
  uint32_t kv_cells_total;
  uint32_t kv_cells_used;    // now, including prefixes that are kept for later requests
  uint32_t kv_cells_active;  // now, of live requests
  uint32_t sequences_running;
  uint32_t sequences_waiting;  // for a place among the running ones
  uint64_t steps;  // forward passes since the model was loaded; the same applies to the rest
  uint64_t prompt_tokens_computed;
  uint64_t prompt_tokens_cached;
  uint64_t tokens_generated;
  uint64_t preemptions;  // how often a sequence gave up its cells and was computed again later
} pcai_model_stats;

/// Copies the model's counters to `stats`. Fails with LOADING if the model is not loaded.
/// Since: 0.1
PCAI_API pcai_status pcai_model_get_stats(const pcai_model* model, pcai_model_stats* stats,
                                          pcai_error** error);

// ------------------------------ Generation -------------------------------------------------------

/// pcai_message.role. Other APIs' "developer" is SYSTEM here.
enum { PCAI_ROLE_SYSTEM = 1, PCAI_ROLE_USER = 2, PCAI_ROLE_ASSISTANT = 3, PCAI_ROLE_TOOL = 4 };

/// A tool call that the model made earlier in the chat. Frozen.
typedef struct pcai_tool_call {
  pcai_text id;
  pcai_text name;
  pcai_text arguments;  // JSON
} pcai_tool_call;

/// A message of a chat. A field that belongs to another role is refused. In.
typedef struct pcai_message {
  uint32_t struct_size;
  int32_t role;
  pcai_text content;                 // may be missing only if an assistant called tools
  const pcai_tool_call* tool_calls;  // ASSISTANT only
  uint64_t tool_call_count;
  pcai_text tool_call_id;  // TOOL only: the call that this answers
  pcai_text name;          // of the speaker or tool; may be missing
  pcai_text reasoning;     // ASSISTANT only: the reasoning that led to this message
} pcai_message;

/// A number that is added to a token's logit, -100..100: -100 bans the token, 100 forces it.
/// Frozen.
typedef struct pcai_logit_bias {
  int32_t token;
  float bias;
} pcai_logit_bias;

/// The scale of one of the model's adapters for one request. Frozen.
typedef struct pcai_adapter_scale {
  uint32_t index;  // in pcai_model_options.adapters
  float scale;     // 0 = off, 1 = as trained
} pcai_adapter_scale;

/// What to generate. Exactly one of messages, prompt and tokens must be given. The number at the
/// end of a field's comment is its default. In.
typedef struct pcai_request {
  uint32_t struct_size;
  uint32_t max_tokens;  // 1 or more; the context may leave room for fewer; 2048
  // For the model's own chat template. If the last one is a text of the assistant's, the answer
  // goes on from it, and has only what is new.
  const pcai_message* messages;
  uint64_t message_count;
  pcai_text prompt;       // text for the model as it is, without a template
  const int32_t* tokens;  // token ids for the model as they are
  uint64_t token_count;
  float temperature;        // 0 = greedy (always the most likely token); 0.7
  float top_p;              // nucleus sampling; 1 = off; 0.9
  int32_t top_k;            // 0 = off; 40
  float min_p;              // 0 = off; 0
  float repeat_penalty;     // 1 = off; 1
  float frequency_penalty;  // 0 = off; 0
  float presence_penalty;   // 0 = off; 0
  int32_t penalty_last_n;   // how many last tokens penalties count; 0 = off, -1 = all; 64
  uint64_t seed;            // for the same answer again; only if has_seed
  int32_t has_seed;         // flag: 0 = a random seed; 0
  int32_t logprobs;         // flag: report the tokens' log-probabilities; 0
  uint32_t top_logprobs;    // alternatives to report per token, 0..20; needs logprobs; 0
  int32_t ignore_eos;       // flag: go on until max_tokens, for benchmarks; 0
  const pcai_text* stop;    // the answer ends before any of these; at most 16
  uint64_t stop_count;
  const pcai_logit_bias* logit_bias;  // at most 1024
  uint64_t logit_bias_count;
  pcai_text tools;                 // JSON array, as in the OpenAI API; needs messages
  pcai_text tool_choice;           // "auto", "none", "required" or JSON, as in the OpenAI API
  pcai_text json_schema;           // a JSON schema that the answer's text must match
  pcai_text cache_scope;           // only requests of the same scope share cached prompts
  int64_t timeout_ms;              // from start to last event; 0 = the engine's default
  const pcai_adapter_scale* lora;  // scales of the model's adapters; at most 64
  uint64_t lora_count;
  int32_t has_lora;   // flag: 1 = `lora` applies and other adapters are off; 0 = as loaded; 0
  uint32_t reserved;  // must be 0
} pcai_request;

/// Fills `request` with the defaults. `struct_size` is the caller's sizeof(pcai_request), and
/// exactly that many bytes are written. Does nothing if `request` is NULL. Since: 0.1
PCAI_API void pcai_request_init(pcai_request* request, uint32_t struct_size);

/// One request that was started. It holds the events that were not read yet.
typedef struct pcai_generation pcai_generation;

/// Starts a request and returns at once. `request` is copied. The caller frees the generation with
/// pcai_generation_free. If the model still loads, or was unloaded, the request waits until it is
/// ready. Fails with INVALID_REQUEST (pcai_error_field says which field), UNSUPPORTED (tools that
/// are not functions), OVERLOADED (the queue is full; try again later) or CANCELLED (the engine was
/// freed). What goes wrong later comes as the event FAILED. Since: 0.1
PCAI_API pcai_status pcai_generation_start(pcai_model* model, const pcai_request* request,
                                           pcai_generation** generation, pcai_error** error);

/// pcai_event.kind. The last event of every generation is one FINISHED or FAILED. Skip kinds that
/// you do not know: later versions may add some.
enum {
  PCAI_EVENT_ACCEPTED = 1,   // the model took the request
  PCAI_EVENT_TEXT = 2,       // a piece of the answer
  PCAI_EVENT_REASONING = 3,  // a piece of the model's reasoning
  PCAI_EVENT_TOOL_CALL = 4,  // a piece of a tool call
  PCAI_EVENT_FINISHED = 5,
  PCAI_EVENT_FAILED = 6,
  PCAI_EVENT_WARNED = 7  // text: what of the request is not enforced, one warning a line
};

/// pcai_event.finish_reason
enum { PCAI_FINISH_STOP = 1, PCAI_FINISH_LENGTH = 2, PCAI_FINISH_TOOL_CALLS = 3 };

/// A token and the natural logarithm of its probability. Frozen.
typedef struct pcai_token_logprob {
  int32_t token;
  float logprob;    // 0 or less
  pcai_text bytes;  // its text; may end inside of a code point
} pcai_token_logprob;

/// A generated token and its most likely alternatives, most likely first. Frozen.
typedef struct pcai_token_logprobs {
  pcai_token_logprob chosen;
  const pcai_token_logprob* top;
  uint64_t top_count;
} pcai_token_logprobs;

/// One event. Fields that do not belong to its kind are 0 or not given. Out.
typedef struct pcai_event {
  uint32_t struct_size;
  int32_t kind;
  pcai_text text;                       // TEXT (may be empty beside logprobs), REASONING
  const pcai_token_logprobs* logprobs;  // TEXT: the tokens since the last TEXT
  uint64_t logprob_count;
  pcai_text tool_call_id;    // TOOL_CALL: only in a call's first piece
  pcai_text tool_name;       // TOOL_CALL: only in a call's first piece
  pcai_text tool_arguments;  // TOOL_CALL: the next piece of the call's JSON
  uint32_t tool_call_index;  // TOOL_CALL: which call of the answer, from 0
  int32_t finish_reason;     // FINISHED
  pcai_status error_code;    // FAILED
  uint32_t reserved;         // 0
  pcai_text error_message;   // FAILED: as pcai_error_message
  pcai_text error_field;     // FAILED: as pcai_error_field
  uint32_t prompt_tokens;    // FINISHED, FAILED: this and all that follow
  uint32_t cached_tokens;    // part of prompt_tokens that was not computed again
  uint32_t completion_tokens;
  uint32_t reasoning_tokens;  // part of completion_tokens
  double queue_ms;            // from arrival to the start
  double prefill_ms;          // from the start to the end of the prompt
  double first_token_ms;      // from arrival to the first text
  double decode_ms;           // from the end of the prompt to the last token
} pcai_event;

/// Takes the next event. `timeout_ms` is in milliseconds; 0 = only look, -1 = for ever. Returns
/// PCAI_OK if `event` was filled, PCAI_TIMEOUT if nothing came in time, and PCAI_END if the last
/// event was taken before. The data that `event` points to is borrowed until the next call of this
/// function on this generation, or until the generation is freed. A slow reader loses nothing:
/// pieces that it did not read in time are joined. Fails with INVALID_REQUEST if another thread
/// reads this generation; no event is lost. Since: 0.1
PCAI_API pcai_status pcai_generation_next(pcai_generation* generation, int32_t timeout_ms,
                                          pcai_event* event, pcai_error** error);

/// Asks the request to end soon and returns at once. FAILED with CANCELLED still comes, unless the
/// request ended before. Any thread may call it while another one reads. NULL is harmless.
/// Since: 0.1
PCAI_API void pcai_generation_cancel(pcai_generation* generation);

/// Frees the generation, and cancels the request if its last event was not taken. Does not wait.
/// Since: 0.1
PCAI_API void pcai_generation_free(pcai_generation** generation);

// ------------------------------ Lists ------------------------------------------------------------

/// A list of models. It is a copy that does not change. Several threads may read it.
typedef struct pcai_models pcai_models;

/// Lists the models of an engine, in whatever state. The caller frees the list with
/// pcai_models_free. Since: 0.1
PCAI_API pcai_status pcai_models_list(const pcai_engine* engine, pcai_models** models,
                                      pcai_error** error);

/// Lists the GGUF files on this machine: those of Ollama, LM Studio, the Hugging Face cache and
/// this program, and those below `folders` (`folder_count` of them; NULL and 0 = none, at most
/// 1024). It reads each file's header, so it may take a while, and changes nothing. A file that
/// cannot be used is listed with its `problem`. The caller frees the list with pcai_models_free.
/// Since: 0.1
PCAI_API pcai_status pcai_models_discover(const pcai_text* folders, uint64_t folder_count,
                                          pcai_models** models, pcai_error** error);

/// The number of models in a list; 0 if `models` is NULL. Since: 0.1
PCAI_API uint64_t pcai_models_count(const pcai_models* models);

/// Fills `info` with item `index`, counted from 0. The text is borrowed until the list is freed.
/// Fails with INVALID_REQUEST if there is no such item. Since: 0.1
PCAI_API pcai_status pcai_models_get(const pcai_models* models, uint64_t index,
                                     pcai_model_info* info, pcai_error** error);

/// Frees a list and the text that was borrowed from it. Since: 0.1
PCAI_API void pcai_models_free(pcai_models** models);

/// A list of devices. It is a copy that does not change. Several threads may read it.
typedef struct pcai_devices pcai_devices;

/// pcai_device_info.kind
enum { PCAI_DEVICE_CPU = 1, PCAI_DEVICE_GPU = 2 };

/// A device that models can run on. Out.
typedef struct pcai_device_info {
  uint32_t struct_size;
  int32_t kind;
  int32_t index;   // for pcai_model_options.gpu_devices; 0 for the CPU
  uint32_t cores;  // logical processors of a CPU; 0 = not known
  pcai_text name;
  uint64_t memory_total_bytes;  // 0 = not known
  uint64_t memory_free_bytes;   // 0 = not known
} pcai_device_info;

/// Lists the devices of this machine: the CPU first, then the GPUs that the drivers report, whether
/// or not this build can compute on them. The caller frees the list with pcai_devices_free.
/// Since: 0.1
PCAI_API pcai_status pcai_devices_list(pcai_devices** devices, pcai_error** error);

/// The number of devices in a list; 0 if `devices` is NULL. Since: 0.1
PCAI_API uint64_t pcai_devices_count(const pcai_devices* devices);

/// Fills `info` with item `index`, counted from 0. The text is borrowed until the list is freed.
/// Fails with INVALID_REQUEST if there is no such item. Since: 0.1
PCAI_API pcai_status pcai_devices_get(const pcai_devices* devices, uint64_t index,
                                      pcai_device_info* info, pcai_error** error);

/// Frees a list and the text that was borrowed from it. Since: 0.1
PCAI_API void pcai_devices_free(pcai_devices** devices);

#ifdef __cplusplus
}
#endif

#endif
