/* mistral.rs for C: what libpcai_mistralrs_bridge exports. Any thread may call any function. No call blocks
 * but pcai_mrs_load, pcai_mrs_unload and pcai_mrs_embed. Nothing reaches the network; no file is
 * opened but what the configuration names.
 *
 * Every fallible call returns a pcai_mrs_status and fills `answer` with what the call says of it,
 * JSON unless said, or after a failure {"message": …, "field": …}. The caller frees it. Texts are
 * UTF-8 with sizes and are borrowed for the call. */
#pragma once

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Changes with every change of this file; pcai_mrs_abi_version() must say the same. */
#define PCAI_MRS_ABI_VERSION 5

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

/* A model's tokenizer. May be used after the model is gone. */
typedef struct pcai_mrs_tokenizer pcai_mrs_tokenizer;

typedef struct pcai_mrs_text {
  char* data;
  size_t size;
} pcai_mrs_text;

/* A token and its natural-log probability. */
typedef struct pcai_mrs_token {
  int32_t token;
  float logprob;
} pcai_mrs_token;

/* One event of a request. Valid during the call that delivers it. */
typedef struct pcai_mrs_event {
  uint32_t kind;
  int32_t status;
  uint32_t prompt_tokens; /* 0 until the prompt is through */
  int32_t token;          /* TOKEN: which one; else -1 */
  const char* text;       /* FAILED: the message */
  size_t size;
  const pcai_mrs_token* chosen; /* TOKEN, and only where logprobs were asked for; else null */
  const pcai_mrs_token* top;    /* most likely first */
  size_t top_count;
} pcai_mrs_event;

/* Called on the model's event thread: one request's events in order, one call at a time. Must not
 * block, throw, or call pcai_mrs_unload. Returning nonzero ends the request: nothing more comes. */
typedef int32_t (*pcai_mrs_on_event)(void* user, const pcai_mrs_event* event);

/* Says which tokens an answer goes on with. Called on the engine's thread while a step waits for it,
 * one call at a time; must not throw. */
typedef struct pcai_mrs_guide {
  void* user;
  /* The token that must come next, whatever the logits; negative: the logits choose. */
  int32_t (*forced)(void* user);
  /* Nonzero where the token may come next. */
  int32_t (*allows)(void* user, int32_t token);
  /* A bit for each token that may come next, 32 to a word, lowest first. Valid until the next call. */
  const uint32_t* (*mask)(void* user, size_t* words);
  /* The answer goes on by this token. 0: and can go on after it; 1: nothing but its end can follow;
   * 2: it cannot go on, error() says why. */
  int32_t (*accept)(void* user, int32_t token);
  /* Why nothing is allowed, as C text; null: no reason of its own. Valid until the next call. */
  const char* (*error)(void* user);
  /* The last call: nobody uses it any more. May come after the request's last event, on any thread. */
  void (*release)(void* user);
} pcai_mrs_guide;

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
 *   "files": [the .uqff files]}; "isq": "q4k" or null; "write_uqff": for tests, where isq's weights
 *   are written to; "chat_template": Jinja text or null; "usual_templates": for a model that has
 *   none, [{"mark": a token, "source": Jinja text}, …]: the first whose mark its vocabulary has;
 *   "gpu_layers": -1 = all; "threads": 0 = all cores (the first model's counts for the process);
 *   "max_sequences".
 * Answer: {"context_length", "vocabulary_size", "category": "text" | "multimodal" | "embedding",
 * "sees": it takes images, "chat_template": its Jinja text or null, "usual_template": the index of
 * the usual one or null, "ends": the tokens that end an answer}. */
int32_t pcai_mrs_load(const char* config, size_t size, pcai_mrs_model** model,
                      pcai_mrs_text* answer);

/* Ends live requests with FAILED (CANCELLED), delivers that, and frees the model. Waits up to
 * `timeout_ms` for the engine to end; a prompt that is being computed cannot be given up, so after
 * that its memory comes back later. */
void pcai_mrs_unload(pcai_mrs_model* model, uint32_t timeout_ms);

/* Writes a chat as the model reads it, by its chat template. `chat`: {"messages", "tools": a list or
 * null, "thinking", "arguments": of the template}. Answer: {"prompt", "begun": whether it has the
 * begin-of-text token already}. */
int32_t pcai_mrs_render(const pcai_mrs_model* model, const char* chat, size_t size,
                        pcai_mrs_text* answer);

/* Takes a request; `id` must be new. Ok: exactly one last event comes, unless on_event returns
 * nonzero before. Otherwise none comes. `request`:
 *   {"prompt": {"tokens"} or, with images, {"chat"}, as for pcai_mrs_render but without tools and
 *    arguments: a content is text, or parts, of which {"type": "image"} takes the next image; the
 *    engine renders it by the model's own template, and reads all special tokens in it,
 *    "context_length": most tokens of prompt and answer, 0 = the model's own,
 *    "params": as in src/sampler.rs}.
 * `guide` may be null; it is taken over and released also after a failure.
 * Answer: {"prompt_tokens"}; 0 where images make it known only later. */
int32_t pcai_mrs_submit(pcai_mrs_model* model, uint64_t id, const char* request, size_t size,
                        const pcai_mrs_image* images, size_t image_count,
                        const pcai_mrs_guide* guide, pcai_mrs_on_event on_event, void* user,
                        pcai_mrs_text* answer);

/* The last event, FAILED (CANCELLED), comes at once, also while the prompt is being computed. An
 * unknown id is not an error. */
void pcai_mrs_cancel(pcai_mrs_model* model, uint64_t id);

/* The vector of one text. Answer: floats. Blocks until the engine has computed it. */
int32_t pcai_mrs_embed(const pcai_mrs_model* model, const uint32_t* tokens, size_t count,
                       pcai_mrs_text* answer);

/* Free it with pcai_mrs_free_tokenizer. */
pcai_mrs_tokenizer* pcai_mrs_get_tokenizer(const pcai_mrs_model* model);

void pcai_mrs_free_tokenizer(pcai_mrs_tokenizer* tokenizer);

/* Answer: all tokens in the order of their ids, each as a little-endian uint32, how many bytes it
 * stands for, and these bytes. For a special token the uint32 has its highest bit set, and the bytes
 * are its name. */
int32_t pcai_mrs_vocabulary(const pcai_mrs_tokenizer* tokenizer, pcai_mrs_text* answer);

/* With what the tokenizer puts around a text, such as a begin-of-text token. */
#define PCAI_MRS_BEGIN 1U
/* Names of special tokens are these, not text. */
#define PCAI_MRS_SPECIAL 2U

/* Answer: the text's tokens, each as a little-endian uint32. */
int32_t pcai_mrs_tokenize(const pcai_mrs_tokenizer* tokenizer, const char* text, size_t size,
                          uint32_t flags, pcai_mrs_text* answer);

void pcai_mrs_get_stats(const pcai_mrs_model* model, pcai_mrs_stats* stats);

void pcai_mrs_free(pcai_mrs_text text);

/* For tests: the engine's thread panics at its next token. */
void pcai_mrs_test_panic(pcai_mrs_model* model);

#ifdef __cplusplus
}
#endif
