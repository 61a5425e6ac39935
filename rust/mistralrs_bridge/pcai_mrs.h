/* mistral.rs for C: what libpcai_mistralrs_bridge exports. Any thread may call any function. No call blocks
 * but pcai_mrs_load and pcai_mrs_unload. Nothing reaches the network; no file is opened but what the
 * configuration names.
 *
 * Every fallible call returns a pcai_mrs_status and fills `answer` with JSON: what the call says of
 * it, or after a failure {"message": …, "field": …}. The caller frees it. Texts are UTF-8 with sizes
 * and are borrowed for the call. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Changes with every change of this file; pcai_mrs_abi_version() must say the same. */
#define PCAI_MRS_ABI_VERSION 1

typedef enum pcai_mrs_status {
  PCAI_MRS_OK = 0,
  PCAI_MRS_INVALID_REQUEST = 1,
  PCAI_MRS_CONTEXT_OVERFLOW = 2,
  PCAI_MRS_UNSUPPORTED = 3,
  PCAI_MRS_INVALID_MODEL = 4,
  PCAI_MRS_CANCELLED = 5,
  PCAI_MRS_INTERNAL = 6
} pcai_mrs_status;

typedef enum pcai_mrs_event_kind {
  PCAI_MRS_TOKEN = 0,    /* a token; not sent for the one that ends the answer */
  PCAI_MRS_STOPPED = 1,  /* the last event: the model ended its answer */
  PCAI_MRS_LENGTH = 2,   /* the last event: max_tokens were generated */
  PCAI_MRS_FAILED = 3    /* the last event: `status` and `text` say why */
} pcai_mrs_event_kind;

typedef struct pcai_mrs_model pcai_mrs_model;

typedef struct pcai_mrs_text {
  char* data;
  size_t size;
} pcai_mrs_text;

/* A token, its text (not always whole UTF-8) and its natural-log probability. */
typedef struct pcai_mrs_token {
  int32_t token;
  float logprob;
  const char* text;
  size_t size;
} pcai_mrs_token;

/* One event of a request. Valid during the call that delivers it. */
typedef struct pcai_mrs_event {
  uint32_t kind;
  int32_t status;
  uint32_t prompt_tokens; /* 0 until the prompt is through */
  const char* text;       /* TOKEN: what it adds to the answer; FAILED: the message */
  size_t size;
  const pcai_mrs_token* chosen; /* TOKEN, and only where logprobs were asked for; else null */
  const pcai_mrs_token* top;    /* most likely first */
  size_t top_count;
} pcai_mrs_event;

/* Called on the model's event thread: one request's events in order, one call at a time. Must not
 * block, throw, or call pcai_mrs_unload. Returning nonzero ends the request: nothing more comes. */
typedef int32_t (*pcai_mrs_on_event)(void* user, const pcai_mrs_event* event);

/* Bytes of an image file (PNG, JPEG, WebP, GIF, BMP). */
typedef struct pcai_mrs_image {
  const uint8_t* data;
  size_t size;
} pcai_mrs_image;

typedef struct pcai_mrs_stats {
  uint32_t alive;   /* 0: the engine's thread is gone, every request will fail */
  uint32_t running; /* requests with the engine */
  uint32_t waiting; /* requests behind them */
  uint64_t tokens_generated;
  uint64_t prompt_tokens;        /* of prompts that are through */
  uint64_t prompt_tokens_unseen; /* of prompts that the engine works on, given up ones too */
} pcai_mrs_stats;

uint32_t pcai_mrs_abi_version(void);

/* {"mistralrs": "0.8.1", "gpu": false} */
int32_t pcai_mrs_version(pcai_mrs_text* answer);

/* Blocks until the model is ready. `config`:
 *   {"format": "gguf", "files": [path, …]}, or {"format": "safetensors" | "uqff", "folder": path,
 *   "files": [the .uqff files]}; "isq": "q4k" or null; "chat_template": Jinja text or null;
 *   "gpu_layers": -1 = all; "threads": 0 = all cores (the first model's counts for the process);
 *   "max_sequences".
 * Answer: {"context_length", "vocabulary_size", "category", "chat_template"}. */
int32_t pcai_mrs_load(const char* config, size_t size, pcai_mrs_model** model,
                      pcai_mrs_text* answer);

/* Ends live requests with FAILED (CANCELLED), delivers that, and frees the model. Waits up to
 * `timeout_ms` for the engine to end; a prompt that is being computed cannot be given up, so after
 * that its memory comes back later. */
void pcai_mrs_unload(pcai_mrs_model* model, uint32_t timeout_ms);

/* Takes a request; `id` must be new. Ok: exactly one last event comes, unless on_event returns
 * nonzero before. Otherwise none comes. `request`:
 *   {"prompt": {"chat": {"messages", "thinking", "arguments"}} or {"text"} or {"tokens"},
 *    "context_length": most tokens of prompt and answer, 0 = the model's own,
 *    "params": as in src/sampler.rs}.
 * Answer: {"prompt_tokens"}; 0 where images make it known only later. */
int32_t pcai_mrs_submit(pcai_mrs_model* model, uint64_t id, const char* request, size_t size,
                        const pcai_mrs_image* images, size_t image_count,
                        pcai_mrs_on_event on_event, void* user, pcai_mrs_text* answer);

/* The last event, FAILED (CANCELLED), comes at once, also while the prompt is being computed. An
 * unknown id is not an error. */
void pcai_mrs_cancel(pcai_mrs_model* model, uint64_t id);

void pcai_mrs_get_stats(const pcai_mrs_model* model, pcai_mrs_stats* stats);

void pcai_mrs_free(pcai_mrs_text text);

/* For tests: the engine's thread panics at its next token. */
void pcai_mrs_test_panic(pcai_mrs_model* model);

#ifdef __cplusplus
}
#endif
