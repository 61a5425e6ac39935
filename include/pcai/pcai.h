// PCAI-Inference in C: the one header we promise to keep.
//
// Part 1 is seven functions around one engine for the whole process: the shortest way to an answer.
// Part 2 is the full API: engines, models, generations, devices, model files.
//
// Conventions. A function's own comment says only what these do not.
//
//  1. Names are pcai_<thing>_<verb>, constants PCAI_<GROUP>_<NAME>. The calling convention is C's
//     own (cdecl). There are no variable arguments.
//  2. Integers have fixed widths. Enumerations travel as int32_t, and so do flags (0 = no, other =
//     yes). The only bool is FfiResult.success, one byte.
//  3. What can fail returns a pcai_status: 0 is success, a positive number is "nothing now" and no
//     error, a negative number is an error.
//  4. The last parameter `error` may be NULL. Else *error is overwritten: NULL, or, when the status
//     is negative, a description that the caller frees with pcai_error_free.
//  5. Outputs of a failed call are NULL or unchanged.
//  6. A handle is opaque. Its free function takes the handle's address and sets the handle to NULL,
//     so that freeing twice is harmless; a NULL handle or address is harmless too.
//  7. Any thread may call any function. Only these need care: a handle may be freed only while no
//     other call uses it, and one thread at a time reads a generation.
//  8. Handles may be freed in any order. pcai_engine_free ends what still runs below it; the
//     handles of its models and generations stay valid and report PCAI_ERROR_CANCELLED.
//  9. Text is UTF-8. Text that comes in is a pcai_text, needs no terminator, and is refused when it
//     is not UTF-8. Text that goes out is whole code points and has a NUL after its `size` bytes.
// 10. Memory that goes out through a struct is borrowed; the function says until when.
// 11. A struct that begins with struct_size may grow at its end. The caller sets struct_size to its
//     own sizeof. In: what an older caller does not know takes its default; a newer caller is
//     served when all that this library does not know is zero, and refused otherwise. Out: what an
//     older caller does not know is left out; what only a newer caller knows becomes zero. In an
//     array, the first element's struct_size is the distance between elements and the others must
//     equal it. Structs without struct_size, names and numbers never change. Enumerations may get
//     new numbers.
// 12. Nothing throws, prints or ends the process. A callback must neither throw nor longjmp. Free
//     the engines and call pcai_shutdown before the process ends. The library stays in the process
//     once loaded.
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

/// What a call of this part came to. `error_message` is NULL after success; else it says why, and
/// pcai_free_result frees it. Since: 0.1
typedef struct {
  bool success;
  char* error_message;
} FfiResult;

/// Starts the engine. `backend_name`: "llamacpp", "mistralrs", "fake" (scripted, for tests and
/// demos), "auto" or NULL (the one that fits the model, never the fake one). When the engine is
/// already there, the same name, "auto" and NULL succeed and change nothing; another name fails
/// until pcai_shutdown. Since: 0.1
PCAI_API FfiResult pcai_init(const char* backend_name);

/// Loads the model file (or folder) at `path` and makes it the one that answers. Blocks.
/// `gpu_layers`: layers to put on a GPU, -1 = all that fit. Fine when exactly this is loaded
/// already. The model before it stays in use until the new one is ready, also when loading fails;
/// requests that still run on it then end with an error. To hold only one in memory, call
/// pcai_shutdown first. Since: 0.1
PCAI_API FfiResult pcai_load_model(const char* path, int32_t gpu_layers);

/// Answers `prompt` as one user message, through the model's own chat template. `max_tokens`: 0 =
/// 2048. `temperature`: 0 = always the likeliest token; NaN and negative numbers are refused.
/// Returns text for pcai_free_string, or NULL: pcai_last_error says why. U+0000 in the answer comes
/// as U+FFFD, as everywhere in this part. Reasoning is not part of the text. Calls run side by
/// side. Since: 0.1
PCAI_API char* pcai_generate(const char* prompt, uint32_t max_tokens, float temperature);

/// The same, piece by piece: `callback` gets whole code points, on the calling thread, before this
/// returns. `token` is valid only during the call. The callback may call any function of this
/// header. Since: 0.1
PCAI_API FfiResult pcai_generate_streaming(const char* prompt, uint32_t max_tokens,
                                           float temperature,
                                           void (*callback)(const char* token, void* user_data),
                                           void* user_data);

/// The same with a callback that decides: it returns 0 to stop. Stopping is success. Since: 0.1
PCAI_API FfiResult pcai_generate_streaming_cancellable(
    const char* prompt, uint32_t max_tokens, float temperature,
    int32_t (*callback)(const char* token, void* user_data), void* user_data);

/// Frees what pcai_generate returned. NULL is fine. Since: 0.1
PCAI_API void pcai_free_string(char* text);

/// Frees the message of a result and sets it to NULL, so that a second call is harmless. Since: 0.1
PCAI_API void pcai_free_result(FfiResult* result);

/// Ends the engine: running calls of this part, on any thread, fail soon; this waits until they
/// have, then frees model and engine. Harmless when there is none. pcai_init may follow. Called
/// from inside a callback it does not wait for the calls that run on this same thread. Since: 0.1
PCAI_API void pcai_shutdown(void);

/// Why the latest pcai_init, pcai_load_model or pcai_generate... on this thread failed; NULL when
/// it succeeded. Borrowed until the next of them. Since: 0.1
PCAI_API const char* pcai_last_error(void);

// ============================== 2. The full API ==================================================

/// The library's version, "0.1.0". Static. Since: 0.1
PCAI_API const char* pcai_version(void);

// ------------------------------ Text, status, errors ---------------------------------------------

/// UTF-8 text of `size` bytes. {NULL, 0} means "not given". Frozen.
typedef struct pcai_text {
  const char* data;
  uint64_t size;
} pcai_text;

/// A NUL-terminated string as pcai_text; NULL becomes {NULL, 0}.
static inline pcai_text pcai_text_of(const char* string) {
  pcai_text text;
  text.data = string;
  text.size = string == NULL ? 0 : (uint64_t)strlen(string);
  return text;
}

/// What a call came to; also the code of an error. Below zero: an error.
typedef int32_t pcai_status;
enum {
  PCAI_OK = 0,
  PCAI_TIMEOUT = 1,  // nothing came in time; ask again
  PCAI_END = 2,      // nothing will come any more

  PCAI_ERROR_INVALID_REQUEST = -1,     // an argument is missing, wrong or out of range
  PCAI_ERROR_CONTEXT_OVERFLOW = -2,    // the prompt does not fit the context
  PCAI_ERROR_UNAUTHORIZED = -3,        // kept for servers
  PCAI_ERROR_FORBIDDEN = -4,           // kept for servers
  PCAI_ERROR_MODEL_NOT_FOUND = -5,     // no model has that id
  PCAI_ERROR_ROUTE_NOT_FOUND = -6,     // kept for servers
  PCAI_ERROR_METHOD_NOT_ALLOWED = -7,  // kept for servers
  PCAI_ERROR_PAYLOAD_TOO_LARGE = -8,   // more than a documented limit
  PCAI_ERROR_UNSUPPORTED = -9,         // valid, but this build, backend or model cannot do it
  PCAI_ERROR_INVALID_MODEL = -10,      // the model file is missing, damaged or of an unknown kind
  PCAI_ERROR_OVERLOADED = -11,         // the queue is full; try again later
  PCAI_ERROR_LOADING = -12,            // the model is not loaded yet; try again later
  PCAI_ERROR_DRAINING = -13,           // the engine is ending
  PCAI_ERROR_DEADLINE_EXCEEDED = -14,  // the request's time ran out
  PCAI_ERROR_CANCELLED = -15,          // cancelled, or the model or engine went away
  PCAI_ERROR_WORKER_DIED = -16,        // the model's process ended
  PCAI_ERROR_INTERNAL = -17,           // ours
  PCAI_ERROR_OUT_OF_MEMORY = -18
};

/// The stable lower-case name of a status: "ok", "timeout", "end", "invalid_request", ...;
/// "unknown" for a number without one. Static. Since: 0.1
PCAI_API const char* pcai_status_name(pcai_status status);

/// Why a call failed.
typedef struct pcai_error pcai_error;

/// The status that the failed call returned; PCAI_OK for NULL. Since: 0.1
PCAI_API pcai_status pcai_error_code(const pcai_error* error);

/// What is wrong and the way out, NUL-terminated; "" for NULL. Until the error is freed. Since: 0.1
PCAI_API const char* pcai_error_message(const pcai_error* error);

/// The argument at fault ("temperature", "messages[2].content"), or "". Until the error is freed.
/// Since: 0.1
PCAI_API const char* pcai_error_field(const pcai_error* error);

/// Since: 0.1
PCAI_API void pcai_error_free(pcai_error** error);

// ------------------------------ Engine -----------------------------------------------------------

/// Models and the requests on their way to them.
typedef struct pcai_engine pcai_engine;

/// How an engine behaves. In.
typedef struct pcai_engine_options {
  uint32_t struct_size;
  uint32_t max_queue;          // requests that may wait for a place; 64
  pcai_text backend;           // as in pcai_init; not given = "auto"
  int64_t default_timeout_ms;  // for requests that name none; 0 = none
  uint32_t submit_threads;     // threads that tokenize prompts; 2
  uint32_t reserved;           // 0
} pcai_engine_options;

/// Sets the defaults, for a caller whose struct has `struct_size` bytes. Since: 0.1
PCAI_API void pcai_engine_options_init(pcai_engine_options* options, uint32_t struct_size);

/// Creates an engine. `options` NULL = the defaults. Fails with INVALID_REQUEST for an unknown
/// backend and UNSUPPORTED for one that this build lacks. Since: 0.1
PCAI_API pcai_status pcai_engine_create(const pcai_engine_options* options, pcai_engine** engine,
                                        pcai_error** error);

/// Cancels what runs, unloads every model, and waits for that. Since: 0.1
PCAI_API void pcai_engine_free(pcai_engine** engine);

/// Counts since the engine was created, and the present state. Out.
typedef struct pcai_engine_stats {
  uint32_t struct_size;
  uint32_t queued;   // now
  uint32_t running;  // now
  uint32_t reserved;
  uint64_t accepted;
  uint64_t refused;  // the queue was full
  uint64_t finished;
  uint64_t failed;
  uint64_t cancelled;
  uint64_t prompt_tokens;
  uint64_t cached_tokens;  // part of prompt_tokens that was not computed again
  uint64_t completion_tokens;
} pcai_engine_stats;

/// Since: 0.1
PCAI_API pcai_status pcai_engine_get_stats(const pcai_engine* engine, pcai_engine_stats* stats,
                                           pcai_error** error);

// ------------------------------ Model ------------------------------------------------------------

/// A model of an engine.
typedef struct pcai_model pcai_model;

/// LoRA weights beside a model's. Frozen.
typedef struct pcai_adapter {
  pcai_text path;
  float scale;        // for requests that name none; 1 = as trained, 0 = loaded, but off
  uint32_t reserved;  // 0
} pcai_adapter;

/// How to load a model. In.
typedef struct pcai_model_options {
  uint32_t struct_size;
  int32_t gpu_layers;       // layers to put on a GPU; -1 = all that fit
  pcai_text path;           // the model's file, or folder
  pcai_text id;             // its name in this engine; not given = the file's name without ending
  pcai_text chat_template;  // Jinja text; not given = the model's own
  const int32_t* gpu_devices;  // indexes of the GPUs to use; NULL = all
  uint64_t gpu_device_count;
  uint32_t context_length;       // tokens; 0 = the model's own
  uint32_t batch_size;           // most tokens in one step; 512
  uint32_t threads;              // 0 = chosen by the backend
  uint32_t max_sequences;        // requests decoded together; 16
  const pcai_adapter* adapters;  // at most 64
  uint64_t adapter_count;
} pcai_model_options;

/// Sets the defaults, for a caller whose struct has `struct_size` bytes. Since: 0.1
PCAI_API void pcai_model_options_init(pcai_model_options* options, uint32_t struct_size);

/// Begins to load a model and returns at once; pcai_model_wait follows it. `options` is copied.
/// Fails with INVALID_REQUEST when the id is taken. Since: 0.1
PCAI_API pcai_status pcai_model_load(pcai_engine* engine, const pcai_model_options* options,
                                     pcai_model** model, pcai_error** error);

/// Waits until loading has ended. `timeout_ms`: 0 = only look, -1 = for ever. PCAI_OK: the model is
/// ready; PCAI_TIMEOUT: it still loads; an error: why loading failed (INVALID_MODEL, CANCELLED
/// ...), each time anew. `progress` (may be NULL) becomes 0..1 in each case. To give up loading,
/// free the model. Since: 0.1
PCAI_API pcai_status pcai_model_wait(pcai_model* model, int32_t timeout_ms, float* progress,
                                     pcai_error** error);

/// Ends the model's requests with CANCELLED, gives up loading it, and frees its memory. The handle
/// stays good; the next generation loads the model again. Since: 0.1
PCAI_API pcai_status pcai_model_unload(pcai_model* model, pcai_error** error);

/// Gives up loading or unloads, and forgets the id. Since: 0.1
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

/// What a model is. Numbers and text that are not known (before it is ready, or for a file that was
/// only found) are 0 and not given. Out.
typedef struct pcai_model_info {
  uint32_t struct_size;
  int32_t state;
  pcai_text id;
  pcai_text backend;
  pcai_text architecture;  // "llama"
  pcai_text quantization;  // "Q4_K - Medium"
  pcai_text path;          // its file
  pcai_text
      source;  // of pcai_models_discover: "pcai", "folder", "ollama", "lm-studio", "hugging-face"
  pcai_text problem;  // why it cannot be used, or failed to load
  uint64_t parameter_count;
  uint64_t size_bytes;
  int64_t created;                // Unix seconds: the file's time of change
  uint32_t context_length;        // tokens a request may use here
  uint32_t train_context_length;  // tokens the model was trained for
  uint32_t vocabulary_size;
  uint32_t max_sequences;
  float load_progress;  // 0..1 while LOADING
  int32_t kind;
} pcai_model_info;

/// What the model is, now. The text is borrowed until the model is freed. Since: 0.1
PCAI_API pcai_status pcai_model_get_info(const pcai_model* model, pcai_model_info* info,
                                         pcai_error** error);

/// A loaded model's counters. Out.
typedef struct pcai_model_stats {
  uint32_t struct_size;
  uint32_t kv_cells_total;
  uint32_t kv_cells_used;    // now, with idle prefixes
  uint32_t kv_cells_active;  // now, held by live requests
  uint32_t sequences_running;
  uint32_t sequences_waiting;
  uint64_t steps;
  uint64_t prompt_tokens_computed;
  uint64_t prompt_tokens_cached;
  uint64_t tokens_generated;
  uint64_t preemptions;
} pcai_model_stats;

/// Fails with LOADING when the model is not loaded. Since: 0.1
PCAI_API pcai_status pcai_model_get_stats(const pcai_model* model, pcai_model_stats* stats,
                                          pcai_error** error);

// ------------------------------ Generation -------------------------------------------------------

/// pcai_message.role. `developer` is SYSTEM here.
enum { PCAI_ROLE_SYSTEM = 1, PCAI_ROLE_USER = 2, PCAI_ROLE_ASSISTANT = 3, PCAI_ROLE_TOOL = 4 };

/// A call that the model made earlier. Frozen.
typedef struct pcai_tool_call {
  pcai_text id;
  pcai_text name;
  pcai_text arguments;  // JSON
} pcai_tool_call;

/// A message of a chat. In.
typedef struct pcai_message {
  uint32_t struct_size;
  int32_t role;
  pcai_text content;                 // not given where an assistant only called tools
  const pcai_tool_call* tool_calls;  // ASSISTANT only
  uint64_t tool_call_count;
  pcai_text tool_call_id;  // TOOL only: which call this answers
  pcai_text name;          // of the speaker or tool; may be left out
  pcai_text reasoning;     // ASSISTANT only: earlier reasoning given back
} pcai_message;

/// Added to a token's logit: -100 bans it, 100 forces it. Frozen.
typedef struct pcai_logit_bias {
  int32_t token;
  float bias;
} pcai_logit_bias;

/// How much of a model's adapter a request wants. Frozen.
typedef struct pcai_adapter_scale {
  uint32_t index;  // in pcai_model_options.adapters
  float scale;     // 0 = nothing
} pcai_adapter_scale;

/// What to generate. Exactly one of messages, prompt and tokens is given. In.
typedef struct pcai_request {
  uint32_t struct_size;
  uint32_t max_tokens;           // at least 1; cut to what the context leaves; 2048
  const pcai_message* messages;  // for the model's own chat template
  uint64_t message_count;
  pcai_text prompt;       // text as it stands, no template
  const int32_t* tokens;  // token ids as they stand
  uint64_t token_count;
  float temperature;        // 0 = greedy; 0.7
  float top_p;              // 1 = off; 0.9
  int32_t top_k;            // 0 = off; 40
  float min_p;              // 0 = off; 0
  float repeat_penalty;     // 1 = off; 1
  float frequency_penalty;  // 0 = off; 0
  float presence_penalty;   // 0 = off; 0
  int32_t penalty_last_n;   // tokens the penalties look back on; -1 = whole context; 64
  uint64_t seed;
  int32_t has_seed;       // 0 = a random seed
  int32_t logprobs;       // flag: give the tokens' log probabilities
  uint32_t top_logprobs;  // alternatives a token, 0..20; needs logprobs
  int32_t ignore_eos;     // flag: generate until max_tokens, for benchmarks
  const pcai_text* stop;  // the answer ends before any of these; at most 16
  uint64_t stop_count;
  const pcai_logit_bias* logit_bias;  // at most 1024
  uint64_t logit_bias_count;
  pcai_text tools;                 // JSON array, as in the OpenAI API; needs messages
  pcai_text tool_choice;           // "auto", "none", "required" or JSON, as in the OpenAI API
  pcai_text json_schema;           // JSON schema that the answer's text matches
  pcai_text cache_scope;           // prompts share work only within a scope
  int64_t timeout_ms;              // until the last event; 0 = the engine's default
  const pcai_adapter_scale* lora;  // the model's adapters for this answer, at most 64
  uint64_t lora_count;
  int32_t has_lora;   // 1 = as `lora` says, adapters that it leaves out are off; 0 = as loaded
  uint32_t reserved;  // 0
} pcai_request;

/// Sets the defaults, for a caller whose struct has `struct_size` bytes. Since: 0.1
PCAI_API void pcai_request_init(pcai_request* request, uint32_t struct_size);

/// One running request.
typedef struct pcai_generation pcai_generation;

/// Starts a request and returns at once; `request` is copied. A model that still loads is waited
/// for. Fails with INVALID_REQUEST (the field says which), UNSUPPORTED (tools that are not
/// functions), OVERLOADED, CANCELLED (the engine was freed). What goes wrong later comes as the
/// event FAILED. Since: 0.1
PCAI_API pcai_status pcai_generation_start(pcai_model* model, const pcai_request* request,
                                           pcai_generation** generation, pcai_error** error);

/// pcai_event.kind. Exactly one FINISHED or FAILED comes, as the last event.
enum {
  PCAI_EVENT_ACCEPTED = 1,   // the model took the request
  PCAI_EVENT_TEXT = 2,       // a piece of the answer
  PCAI_EVENT_REASONING = 3,  // a piece of the model's reasoning
  PCAI_EVENT_TOOL_CALL = 4,  // a piece of a tool call
  PCAI_EVENT_FINISHED = 5,
  PCAI_EVENT_FAILED = 6
};

/// pcai_event.finish_reason
enum { PCAI_FINISH_STOP = 1, PCAI_FINISH_LENGTH = 2, PCAI_FINISH_TOOL_CALLS = 3 };

/// A token and its natural-log probability. `bytes` is not always whole UTF-8. Frozen.
typedef struct pcai_token_logprob {
  int32_t token;
  float logprob;
  pcai_text bytes;
} pcai_token_logprob;

/// A generated token and its likeliest alternatives, likeliest first. Frozen.
typedef struct pcai_token_logprobs {
  pcai_token_logprob chosen;
  const pcai_token_logprob* top;
  uint64_t top_count;
} pcai_token_logprobs;

/// What happened. Fields that do not belong to its kind are 0 and not given. Out.
typedef struct pcai_event {
  uint32_t struct_size;
  int32_t kind;
  pcai_text text;                       // TEXT (may be empty beside logprobs), REASONING
  const pcai_token_logprobs* logprobs;  // TEXT: the tokens since the last TEXT
  uint64_t logprob_count;
  pcai_text tool_call_id;    // TOOL_CALL: once, in a call's first piece
  pcai_text tool_name;       // TOOL_CALL: once, in a call's first piece
  pcai_text tool_arguments;  // TOOL_CALL: a piece of JSON
  uint32_t tool_call_index;  // TOOL_CALL
  int32_t finish_reason;     // FINISHED
  pcai_status error_code;    // FAILED
  uint32_t reserved;         // 0
  pcai_text error_message;   // FAILED
  pcai_text error_field;     // FAILED
  uint32_t prompt_tokens;    // this and the rest: FINISHED, FAILED
  uint32_t cached_tokens;    // part of prompt_tokens that was not computed again
  uint32_t completion_tokens;
  uint32_t reasoning_tokens;  // part of completion_tokens
  double queue_ms;            // arrival to start
  double prefill_ms;          // start to the prompt's end
  double first_token_ms;      // arrival to the first text
  double decode_ms;           // the prompt's end to the last token
} pcai_event;

/// Takes the next event. `timeout_ms`: 0 = only look, -1 = for ever. PCAI_OK: `event` is filled;
/// PCAI_TIMEOUT: nothing came in time; PCAI_END: the last event was taken before. What `event`
/// points to is borrowed until the next call of this function on this generation, or its end.
/// Pieces that were not read in time come as one. Since: 0.1
PCAI_API pcai_status pcai_generation_next(pcai_generation* generation, int32_t timeout_ms,
                                          pcai_event* event, pcai_error** error);

/// Asks the request to end soon: FAILED with CANCELLED still comes, unless it ended before. NULL is
/// fine. Since: 0.1
PCAI_API void pcai_generation_cancel(pcai_generation* generation);

/// Cancels when the last event was not taken. Does not wait. Since: 0.1
PCAI_API void pcai_generation_free(pcai_generation** generation);

// ------------------------------ Lists ------------------------------------------------------------

/// A list of models, as it was when it was made.
typedef struct pcai_models pcai_models;

/// The models of an engine. Since: 0.1
PCAI_API pcai_status pcai_models_list(const pcai_engine* engine, pcai_models** models,
                                      pcai_error** error);

/// The GGUF files on this machine: those of Ollama, LM Studio, the Hugging Face cache and ours, and
/// those below `folders`. Only reads. Files that cannot be used come with their `problem`.
/// Since: 0.1
PCAI_API pcai_status pcai_models_discover(const pcai_text* folders, uint64_t folder_count,
                                          pcai_models** models, pcai_error** error);

/// 0 for NULL. Since: 0.1
PCAI_API uint64_t pcai_models_count(const pcai_models* models);

/// The text is borrowed until the list is freed. Since: 0.1
PCAI_API pcai_status pcai_models_get(const pcai_models* models, uint64_t index,
                                     pcai_model_info* info, pcai_error** error);

/// Since: 0.1
PCAI_API void pcai_models_free(pcai_models** models);

/// A list of devices, as it was when it was made.
typedef struct pcai_devices pcai_devices;

/// pcai_device_info.kind
enum { PCAI_DEVICE_CPU = 1, PCAI_DEVICE_GPU = 2 };

/// A device that models can run on. Out.
typedef struct pcai_device_info {
  uint32_t struct_size;
  int32_t kind;
  int32_t index;   // for gpu_devices; 0 for the CPU
  uint32_t cores;  // logical processors of a CPU; 0 = not known
  pcai_text name;
  uint64_t memory_total_bytes;  // 0 = not known
  uint64_t memory_free_bytes;   // 0 = not known
} pcai_device_info;

/// The devices of this machine: the CPU first, then the GPUs that the drivers name, whether or not
/// this build computes on them.
/// Since: 0.1
PCAI_API pcai_status pcai_devices_list(pcai_devices** devices, pcai_error** error);

/// 0 for NULL. Since: 0.1
PCAI_API uint64_t pcai_devices_count(const pcai_devices* devices);

/// The text is borrowed until the list is freed. Since: 0.1
PCAI_API pcai_status pcai_devices_get(const pcai_devices* devices, uint64_t index,
                                      pcai_device_info* info, pcai_error** error);

/// Since: 0.1
PCAI_API void pcai_devices_free(pcai_devices** devices);

#ifdef __cplusplus
}
#endif

#endif
