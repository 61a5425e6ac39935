/* Part 2 of pcai.h in C11, against the fake backend: each function, each misuse. Run in a folder
 * that may be written to. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "capi/check.h"
#include "layout.h"
#include "pcai/pcai.h"

static pcai_message user_message(const char* text) {
  pcai_message message;
  memset(&message, 0, sizeof message);
  message.struct_size = sizeof message;
  message.role = PCAI_ROLE_USER;
  message.content = pcai_text_of(text);
  return message;
}

static pcai_request request_for(const pcai_message* message) {
  pcai_request request;
  pcai_request_init(&request, sizeof request);
  request.messages = message;
  request.message_count = 1;
  return request;
}

static pcai_event new_event(void) {
  pcai_event event;
  memset(&event, 0, sizeof event);
  event.struct_size = sizeof event;
  return event;
}

static pcai_engine* fake_engine(void) {
  pcai_engine_options options;
  pcai_engine* engine = NULL;
  pcai_engine_options_init(&options, sizeof options);
  options.backend = pcai_text_of("fake");
  CHECK_OK(pcai_engine_create(&options, &engine, &error));
  return engine;
}

static pcai_model* begin_load(pcai_engine* engine, const char* path) {
  pcai_model_options options;
  pcai_model* model = NULL;
  pcai_model_options_init(&options, sizeof options);
  options.path = pcai_text_of(path);
  CHECK_OK(pcai_model_load(engine, &options, &model, &error));
  return model;
}

static pcai_model* fake_model(pcai_engine* engine, const char* path) {
  pcai_model* model = begin_load(engine, path);
  float progress = 0;
  CHECK_OK(pcai_model_wait(model, -1, &progress, &error));
  CHECK(progress == 1.0F);
  return model;
}

static pcai_generation* start(pcai_model* model, const char* prompt) {
  const pcai_message message = user_message(prompt);
  const pcai_request request = request_for(&message);
  pcai_generation* generation = NULL;
  CHECK_OK(pcai_generation_start(model, &request, &generation, &error));
  return generation;
}

/* Reads to the end; the text goes to `text`. Returns the last event, whose text is no longer valid.
 */
static pcai_event read_all(pcai_generation* generation, char* text, size_t size) {
  pcai_event event = new_event();
  size_t used = 0;
  while (pcai_generation_next(generation, -1, &event, NULL) == PCAI_OK) {
    if (event.kind == PCAI_EVENT_TEXT && event.text.size < size - used) {
      memcpy(text + used, event.text.data == NULL ? "" : event.text.data, (size_t)event.text.size);
      used += (size_t)event.text.size;
    }
    if (event.kind == PCAI_EVENT_FINISHED || event.kind == PCAI_EVENT_FAILED) {
      pcai_event none = new_event();
      CHECK(pcai_generation_next(generation, -1, &none, NULL) == PCAI_END);
      break;
    }
  }
  text[used] = '\0';
  return event;
}

static void wait_for_text(pcai_generation* generation) {
  pcai_event event = new_event();
  do {
    CHECK(pcai_generation_next(generation, -1, &event, NULL) == PCAI_OK);
  } while (event.kind == PCAI_EVENT_ACCEPTED);
  CHECK(event.kind == PCAI_EVENT_TEXT);
}

/* ------------------------------------------------------------------------------------------------
 */

static void test_words(void) {
  CHECK(strcmp(pcai_version(), PCAI_EXPECTED_VERSION) == 0);
  CHECK(strcmp(pcai_status_name(PCAI_OK), "ok") == 0);
  CHECK(strcmp(pcai_status_name(PCAI_TIMEOUT), "timeout") == 0);
  CHECK(strcmp(pcai_status_name(PCAI_END), "end") == 0);
  CHECK(strcmp(pcai_status_name(PCAI_ERROR_OUT_OF_MEMORY), "out_of_memory") == 0);
  CHECK(strcmp(pcai_status_name(4711), "unknown") == 0);
  for (pcai_status status = PCAI_ERROR_OUT_OF_MEMORY; status < 0; ++status) {
    CHECK(strcmp(pcai_status_name(status), "unknown") != 0);
  }
  CHECK(pcai_text_of(NULL).data == NULL && pcai_text_of(NULL).size == 0);
  CHECK(pcai_text_of("ab").size == 2);
  CHECK(pcai_error_code(NULL) == PCAI_OK);
  CHECK(strcmp(pcai_error_message(NULL), "") == 0);
  CHECK(strcmp(pcai_error_field(NULL), "") == 0);
  pcai_error_free(NULL);
}

/* Of the first version that had the struct. */
enum { kFirstRequestSize = 216 };

static void test_struct_sizes(void) {
  struct {
    pcai_request request;
    unsigned char more[16];
  } newer;
  pcai_engine* engine = fake_engine();
  pcai_model* model = fake_model(engine, "m.fake");
  const pcai_message message = user_message("hi");
  pcai_generation* generation = NULL;
  char text[64];

  memset(&newer, 0xFF, sizeof newer);
  pcai_request_init(&newer.request, sizeof newer);
  CHECK(newer.request.struct_size == sizeof newer);
  CHECK(newer.request.max_tokens == 2048 && newer.request.top_k == 40);
  CHECK(newer.request.temperature == 0.7F && newer.request.top_p == 0.9F);
  CHECK(newer.request.has_seed == 0 && newer.request.messages == NULL);
  CHECK(newer.more[0] == 0 && newer.more[15] == 0);
  newer.request.messages = &message;
  newer.request.message_count = 1;
  CHECK_OK(pcai_generation_start(model, &newer.request, &generation, &error));
  read_all(generation, text, sizeof text);
  CHECK(strcmp(text, "You said: hi") == 0);
  pcai_generation_free(&generation);
  newer.more[15] = 1;
  CHECK_ERROR(pcai_generation_start(model, &newer.request, &generation, &error),
              PCAI_ERROR_UNSUPPORTED, "request");
  newer.more[15] = 0;
  newer.request.struct_size = kFirstRequestSize; /* what comes after it is not read */
  newer.request.lora_count = UINT64_MAX;
  CHECK_OK(pcai_generation_start(model, &newer.request, &generation, &error));
  read_all(generation, text, sizeof text);
  CHECK(strcmp(text, "You said: hi") == 0);
  pcai_generation_free(&generation);
  newer.request.struct_size = kFirstRequestSize - 8;
  CHECK_ERROR(pcai_generation_start(model, &newer.request, &generation, &error),
              PCAI_ERROR_INVALID_REQUEST, "request.struct_size");
  newer.request.struct_size = UINT32_MAX;
  CHECK_ERROR(pcai_generation_start(model, &newer.request, &generation, &error),
              PCAI_ERROR_INVALID_REQUEST, "request.struct_size");

  struct {
    pcai_engine_stats stats;
    uint64_t more;
  } newer_stats;
  memset(&newer_stats, 0xFF, sizeof newer_stats);
  newer_stats.stats.struct_size = sizeof newer_stats;
  CHECK_OK(pcai_engine_get_stats(engine, &newer_stats.stats, &error));
  CHECK(newer_stats.more == 0 && newer_stats.stats.finished == 2);
  newer_stats.stats.struct_size = 0;
  CHECK_ERROR(pcai_engine_get_stats(engine, &newer_stats.stats, &error), PCAI_ERROR_INVALID_REQUEST,
              "stats.struct_size");

  pcai_request_init(NULL, sizeof(pcai_request));
  pcai_model_options_init(NULL, sizeof(pcai_model_options));
  pcai_engine_options_init(NULL, 0);

  pcai_model_free(&model);
  pcai_engine_free(&engine);
}

static void test_null_everywhere(void) {
  pcai_engine* engine = NULL;
  pcai_model* model = NULL;
  pcai_generation* generation = NULL;
  pcai_models* models = NULL;
  pcai_devices* devices = NULL;
  pcai_engine_stats engine_stats = {.struct_size = sizeof engine_stats};
  pcai_model_stats model_stats = {.struct_size = sizeof model_stats};
  pcai_model_info info = {.struct_size = sizeof info};
  pcai_device_info device = {.struct_size = sizeof device};
  pcai_event event = new_event();
  const int bad = PCAI_ERROR_INVALID_REQUEST;

  CHECK_ERROR(pcai_engine_create(NULL, NULL, &error), bad, "engine");
  CHECK_ERROR(pcai_engine_get_stats(NULL, &engine_stats, &error), bad, "engine");
  CHECK_ERROR(pcai_model_load(NULL, NULL, &model, &error), bad, "engine");
  CHECK_ERROR(pcai_model_load(NULL, NULL, NULL, &error), bad, "model");
  CHECK_ERROR(pcai_model_wait(NULL, 0, NULL, &error), bad, "model");
  CHECK_ERROR(pcai_model_unload(NULL, &error), bad, "model");
  CHECK_ERROR(pcai_model_get_info(NULL, &info, &error), bad, "model");
  CHECK_ERROR(pcai_model_get_stats(NULL, &model_stats, &error), bad, "model");
  CHECK_ERROR(pcai_generation_start(NULL, NULL, &generation, &error), bad, "model");
  CHECK_ERROR(pcai_generation_start(NULL, NULL, NULL, &error), bad, "generation");
  CHECK_ERROR(pcai_generation_next(NULL, 0, &event, &error), bad, "generation");
  CHECK_ERROR(pcai_models_list(NULL, &models, &error), bad, "engine");
  CHECK_ERROR(pcai_models_list(NULL, NULL, &error), bad, "models");
  CHECK_ERROR(pcai_models_discover(NULL, 0, NULL, &error), bad, "models");
  CHECK_ERROR(pcai_models_discover(NULL, 3, &models, &error), bad, "folders");
  CHECK_ERROR(pcai_models_get(NULL, 0, &info, &error), bad, "models");
  CHECK_ERROR(pcai_devices_list(NULL, &error), bad, "devices");
  CHECK_ERROR(pcai_devices_get(NULL, 0, &device, &error), bad, "devices");
  CHECK(pcai_models_count(NULL) == 0);
  CHECK(pcai_devices_count(NULL) == 0);
  CHECK(pcai_engine_get_stats(NULL, NULL, NULL) == bad); /* the error may be null too */

  pcai_generation_cancel(NULL);
  pcai_generation_free(NULL);
  pcai_generation_free(&generation);
  pcai_model_free(NULL);
  pcai_model_free(&model);
  pcai_models_free(NULL);
  pcai_models_free(&models);
  pcai_devices_free(NULL);
  pcai_devices_free(&devices);
  pcai_engine_free(NULL);
  pcai_engine_free(&engine);
}

static void test_engine(void) {
  pcai_engine_options options;
  pcai_engine* engine = NULL;
  pcai_engine_options_init(&options, sizeof options);
  CHECK(options.max_queue == 64 && options.default_timeout_ms == 0);

  options.backend = pcai_text_of("abacus");
  engine = (pcai_engine*)(void*)&options;
  CHECK_ERROR(pcai_engine_create(&options, &engine, &error), PCAI_ERROR_INVALID_REQUEST, "abacus");
  CHECK(engine == NULL);
  options.backend = pcai_text_of("\xC3(");
  CHECK_ERROR(pcai_engine_create(&options, &engine, &error), PCAI_ERROR_INVALID_REQUEST, "UTF-8");
  options.backend = (pcai_text){NULL, 4};
  CHECK_ERROR(pcai_engine_create(&options, &engine, &error), PCAI_ERROR_INVALID_REQUEST, "backend");
  options.backend = pcai_text_of("fake");
  options.submit_threads = 0;
  CHECK_ERROR(pcai_engine_create(&options, &engine, &error), PCAI_ERROR_INVALID_REQUEST,
              "submit_threads");
  options.submit_threads = 1;
  options.default_timeout_ms = -1;
  CHECK_ERROR(pcai_engine_create(&options, &engine, &error), PCAI_ERROR_INVALID_REQUEST,
              "default_timeout_ms");
  options.default_timeout_ms = 0;
  options.max_queue = 2000000;
  CHECK_ERROR(pcai_engine_create(&options, &engine, &error), PCAI_ERROR_INVALID_REQUEST,
              "max_queue");
  options.max_queue = 1;
  options.reserved = 1;
  CHECK_ERROR(pcai_engine_create(&options, &engine, &error), PCAI_ERROR_INVALID_REQUEST,
              "reserved");

  engine = fake_engine();
  pcai_engine_free(&engine);
  CHECK(engine == NULL);
  pcai_engine_free(&engine);
}

static void test_model(void) {
  pcai_engine* engine = fake_engine();
  pcai_model_options options;
  pcai_model* model = NULL;
  pcai_model* other = NULL;
  pcai_model_info info = {.struct_size = sizeof info};
  pcai_model_stats stats = {.struct_size = sizeof stats};
  const int bad = PCAI_ERROR_INVALID_REQUEST;
  const int32_t gpus[1] = {0};
  float progress = -1;

  pcai_model_options_init(&options, sizeof options);
  CHECK(options.gpu_layers == -1 && options.batch_size == 512 && options.max_sequences == 16);
  CHECK_ERROR(pcai_model_load(engine, NULL, &model, &error), bad, "options");
  CHECK_ERROR(pcai_model_load(engine, &options, &model, &error), bad, "path");
  options.path = (pcai_text){"a\0b", 3};
  CHECK_ERROR(pcai_model_load(engine, &options, &model, &error), bad, "path");
  options.path = pcai_text_of("m.fake");
  options.gpu_layers = -2;
  CHECK_ERROR(pcai_model_load(engine, &options, &model, &error), bad, "gpu_layers");
  options.gpu_layers = 3;
  options.gpu_devices = gpus;
  CHECK_ERROR(pcai_model_load(engine, &options, &model, &error), bad, "gpu_devices");
  options.gpu_device_count = 1;
  options.batch_size = 0;
  CHECK_ERROR(pcai_model_load(engine, &options, &model, &error), bad, "batch_size");
  options.batch_size = 32;
  options.max_sequences = 0;
  CHECK_ERROR(pcai_model_load(engine, &options, &model, &error), bad, "max_sequences");
  options.max_sequences = 4;
  options.id = pcai_text_of("\xFF");
  CHECK_ERROR(pcai_model_load(engine, &options, &model, &error), bad, "id");
  options.id = pcai_text_of("my model");
  options.chat_template = pcai_text_of("\xFF");
  CHECK_ERROR(pcai_model_load(engine, &options, &model, &error), bad, "chat_template");
  options.chat_template = pcai_text_of("{{ messages }}");
  options.context_length = 128;
  pcai_adapter adapter = {{NULL, 0}, 1, 0};
  options.adapter_count = 1;
  CHECK_ERROR(pcai_model_load(engine, &options, &model, &error), bad, "adapters");
  options.adapters = &adapter;
  CHECK_ERROR(pcai_model_load(engine, &options, &model, &error), bad, "adapters[0].path");
  adapter = (pcai_adapter){pcai_text_of("a.gguf"), INFINITY, 0};
  CHECK_ERROR(pcai_model_load(engine, &options, &model, &error), bad, "adapters[0].scale");
  adapter = (pcai_adapter){pcai_text_of("a.gguf"), 1, 7};
  CHECK_ERROR(pcai_model_load(engine, &options, &model, &error), bad, "adapters[0].reserved");
  options.adapter_count = 65;
  CHECK_ERROR(pcai_model_load(engine, &options, &model, &error), bad, "adapters");
  options.adapters = NULL;
  options.adapter_count = 0;

  CHECK_OK(pcai_model_load(engine, &options, &model, &error));
  CHECK_ERROR(pcai_model_load(engine, &options, &other, &error), bad, "taken");
  CHECK_ERROR(pcai_model_wait(model, -2, NULL, &error), bad, "timeout_ms");
  CHECK_OK(pcai_model_wait(model, -1, &progress, &error));
  CHECK_OK(pcai_model_wait(model, 0, NULL, &error));
  CHECK(progress == 1.0F);
  CHECK_OK(pcai_model_get_info(model, &info, &error));
  CHECK(info.state == PCAI_MODEL_READY && info.context_length == 128);
  CHECK(strcmp(info.id.data, "my model") == 0 && info.id.size == 8);
  CHECK(strcmp(info.backend.data, "fake") == 0 && strcmp(info.path.data, "m.fake") == 0);
  CHECK(info.quantization.data == NULL && info.problem.data == NULL);
  CHECK_ERROR(pcai_model_get_info(model, NULL, &error), bad, "info");
  CHECK_OK(pcai_model_get_stats(model, &stats, &error));
  CHECK(stats.kv_cells_total > 0);
  CHECK_ERROR(pcai_model_get_stats(model, NULL, &error), bad, "stats");

  CHECK_OK(pcai_model_unload(model, &error));
  CHECK_OK(pcai_model_unload(model, &error));
  CHECK_ERROR(pcai_model_get_stats(model, &stats, &error), PCAI_ERROR_LOADING, "my model");
  CHECK_OK(pcai_model_get_info(model, &info, &error));
  CHECK(info.state == PCAI_MODEL_UNLOADED);

  /* An unloaded model comes back when it is needed. */
  char text[64];
  pcai_generation* generation = start(model, "again");
  CHECK(read_all(generation, text, sizeof text).kind == PCAI_EVENT_FINISHED);
  CHECK(strcmp(text, "You said: again") == 0);
  pcai_generation_free(&generation);

  /* A freed id is free. */
  pcai_model_free(&model);
  CHECK(model == NULL);
  pcai_model_free(&model);
  CHECK_OK(pcai_model_load(engine, &options, &model, &error));
  pcai_model_free(&model);
  pcai_engine_free(&engine);
}

static void test_loads_that_fail(void) {
  pcai_engine* engine = fake_engine();
  pcai_model_info info = {.struct_size = sizeof info};

  pcai_model* missing = begin_load(engine, "no such file.gguf");
  CHECK_ERROR(pcai_model_wait(missing, -1, NULL, &error), PCAI_ERROR_INVALID_MODEL, "no such file");
  CHECK_ERROR(pcai_model_wait(missing, 0, NULL, &error), PCAI_ERROR_INVALID_MODEL, "no such file");
  CHECK_OK(pcai_model_get_info(missing, &info, &error));
  CHECK(info.state == PCAI_MODEL_FAILED && strstr(info.problem.data, "no such file") != NULL);

  pcai_model* damaged = begin_load(engine, "load_fail.fake");
  CHECK_ERROR(pcai_model_wait(damaged, -1, NULL, &error), PCAI_ERROR_INVALID_MODEL, "load_fail");
  pcai_model_free(&damaged);

  /* Freeing and unloading give up a load, which ends at its next step. */
  float progress = 2;
  pcai_model* slow = begin_load(engine, "load_ms=4000.fake");
  CHECK(pcai_model_wait(slow, 0, &progress, NULL) == PCAI_TIMEOUT);
  CHECK(progress >= 0 && progress < 1);
  pcai_model_free(&missing);
  pcai_engine_free(&engine); /* the engine's end gives up too */
  CHECK_ERROR(pcai_model_wait(slow, -1, NULL, &error), PCAI_ERROR_CANCELLED, "freed");
  pcai_model_free(&slow);
}

static void test_path_is_utf8(void) {
  static const char name[] = "mod\xC3\xA8le \xE6\xA8\xA1\xE5\x9E\x8B \xF0\x9F\x98\x80.gguf";
  FILE* file = fopen(name, "wb");
  CHECK(file != NULL);
  if (file == NULL) return;
  fclose(file);
  pcai_engine* engine = fake_engine();
  pcai_model* model = fake_model(engine, name);
  pcai_model_info info = {.struct_size = sizeof info};
  CHECK_OK(pcai_model_get_info(model, &info, &error));
  CHECK(strcmp(info.path.data, name) == 0);
  CHECK(strncmp(info.id.data, name, (size_t)info.id.size) == 0);
  CHECK(info.created > 0);
  pcai_model_free(&model);
  pcai_engine_free(&engine);

  remove(name);
}

static void test_generation_events(void) {
  pcai_engine* engine = fake_engine();
  pcai_model* model = fake_model(engine, "m.fake");
  pcai_message messages[2] = {user_message("be brief"), user_message("fake: reply=one two three")};
  messages[0].role = PCAI_ROLE_SYSTEM;
  messages[1].name = pcai_text_of("ann");
  pcai_request request = request_for(messages);
  request.message_count = 2;
  request.logprobs = 1;
  request.top_logprobs = 2;
  request.seed = 7;
  request.has_seed = 1;
  request.cache_scope = pcai_text_of("a");
  request.timeout_ms = 600000;
  pcai_generation* generation = NULL;
  CHECK_OK(pcai_generation_start(model, &request, &generation, &error));

  pcai_event event = new_event();
  uint64_t tokens = 0;
  CHECK_ERROR(pcai_generation_next(generation, -2, &event, &error), PCAI_ERROR_INVALID_REQUEST,
              "timeout_ms");
  CHECK_ERROR(pcai_generation_next(generation, 0, NULL, &error), PCAI_ERROR_INVALID_REQUEST,
              "event");
  CHECK_OK(pcai_generation_next(generation, -1, &event, &error));
  CHECK(event.kind == PCAI_EVENT_ACCEPTED && event.text.data == NULL);
  while (pcai_generation_next(generation, -1, &event, NULL) == PCAI_OK &&
         event.kind == PCAI_EVENT_TEXT) {
    CHECK(event.text.data == NULL || event.text.data[event.text.size] == '\0');
    for (uint64_t i = 0; i < event.logprob_count; ++i) {
      const pcai_token_logprobs* token = &event.logprobs[i];
      CHECK(token->chosen.logprob < 0 && token->chosen.bytes.size > 0);
      CHECK(token->top_count == 2 && token->top[0].token == token->chosen.token);
      CHECK(token->top[1].logprob <= token->top[0].logprob);
    }
    tokens += event.logprob_count;
  }
  CHECK(event.kind == PCAI_EVENT_FINISHED && event.finish_reason == PCAI_FINISH_STOP);
  CHECK(tokens == 3 && event.completion_tokens == 3 && event.prompt_tokens > 0);
  CHECK(event.logprobs == NULL && event.error_code == 0);
  CHECK(pcai_generation_next(generation, 0, &event, NULL) == PCAI_END);
  pcai_generation_cancel(generation); /* too late, and harmless */
  pcai_generation_free(&generation);

  char text[256];
  generation = start(model, "fake: reasoning=2 tool=look args={\"a\":1} reply=x");
  size_t reasoning = 0;
  int calls = 0;
  while (pcai_generation_next(generation, -1, &event, NULL) == PCAI_OK) {
    if (event.kind == PCAI_EVENT_REASONING) reasoning += (size_t)event.text.size;
    if (event.kind == PCAI_EVENT_TOOL_CALL) {
      if (event.tool_name.data != NULL) CHECK(strcmp(event.tool_name.data, "look") == 0);
      ++calls;
    }
  }
  CHECK(event.kind == PCAI_EVENT_FINISHED && calls > 0 && reasoning > 0);
  CHECK(event.finish_reason == PCAI_FINISH_TOOL_CALLS);
  pcai_generation_free(&generation);

  generation = start(model, "fake: fail_after=2 tokens=9");
  event = read_all(generation, text, sizeof text);
  CHECK(event.kind == PCAI_EVENT_FAILED && event.error_code == PCAI_ERROR_INTERNAL);
  CHECK(event.completion_tokens == 2);
  pcai_generation_free(&generation);

  pcai_message message = user_message("fake: reply=one STOP two");
  const pcai_text stop[2] = {pcai_text_of("never"), pcai_text_of(" STOP")};
  request = request_for(&message);
  request.stop = stop;
  request.stop_count = 2;
  CHECK_OK(pcai_generation_start(model, &request, &generation, &error));
  CHECK(read_all(generation, text, sizeof text).finish_reason == PCAI_FINISH_STOP);
  CHECK(strcmp(text, "one") == 0);
  pcai_generation_free(&generation);

  request = request_for(&message);
  request.max_tokens = 2;
  CHECK_OK(pcai_generation_start(model, &request, &generation, &error));
  CHECK(read_all(generation, text, sizeof text).finish_reason == PCAI_FINISH_LENGTH);
  pcai_generation_free(&generation);

  /* Plain text and token ids. */
  const int32_t ids[3] = {1, 2, 3};
  request = request_for(NULL);
  request.message_count = 0;
  request.prompt = pcai_text_of("plain");
  CHECK_OK(pcai_generation_start(model, &request, &generation, &error));
  read_all(generation, text, sizeof text);
  CHECK(strcmp(text, "You said: plain") == 0);
  pcai_generation_free(&generation);
  request.prompt = pcai_text_of(NULL);
  request.tokens = ids;
  request.token_count = 3;
  CHECK_OK(pcai_generation_start(model, &request, &generation, &error));
  CHECK(read_all(generation, text, sizeof text).prompt_tokens == 3);
  pcai_generation_free(&generation);

  pcai_model_free(&model);
  pcai_engine_free(&engine);
}

static void test_requests_that_are_refused(void) {
  pcai_engine* engine = fake_engine();
  pcai_model* model = fake_model(engine, "m.fake");
  pcai_message message = user_message("hi");
  pcai_generation* generation = NULL;
  const pcai_text empty_stop[1] = {{"", 0}};
  const pcai_tool_call call = {{"\xFF", 1}, {"f", 1}, {"{}", 2}};
  const pcai_logit_bias bias = {3, 1000.0F};
  pcai_request r;

#define REFUSED(change, expected, part)                                                 \
  do {                                                                                  \
    message = user_message("hi");                                                       \
    r = request_for(&message);                                                          \
    change;                                                                             \
    CHECK_ERROR(pcai_generation_start(model, &r, &generation, &error), expected, part); \
    CHECK(generation == NULL);                                                          \
  } while (0)

  const int bad = PCAI_ERROR_INVALID_REQUEST;
  CHECK_ERROR(pcai_generation_start(model, NULL, &generation, &error), bad, "request");
  REFUSED(r.messages = NULL, bad, "messages");
  REFUSED(r.message_count = 0, bad, "messages");
  REFUSED(r.message_count = 1000000, bad, "messages");
  REFUSED(r.prompt = pcai_text_of("too"), bad, "exactly one");
  REFUSED((r.messages = NULL, r.message_count = 0), bad, "exactly one");
  REFUSED(message.struct_size = 4, bad, "messages[0].struct_size");
  REFUSED(message.role = 0, bad, "messages[0].role");
  REFUSED(message.content = pcai_text_of("\xC0\x80"), bad, "messages[0].content");
  REFUSED(message.content = pcai_text_of(NULL), bad, "messages[0].content");
  REFUSED(message.tool_call_count = 1, bad, "messages[0].tool_calls");
  REFUSED((message.tool_calls = &call, message.tool_call_count = 1), bad, "tool_calls[0].id");
  REFUSED(message.tool_call_id = pcai_text_of("x"), bad, "messages[0].tool_call_id");
  REFUSED(message.reasoning = pcai_text_of("x"), bad, "messages[0].reasoning");
  REFUSED(r.temperature = NAN, bad, "temperature");
  REFUSED(r.temperature = -0.1F, bad, "temperature");
  REFUSED(r.top_p = 1.5F, bad, "top_p");
  REFUSED(r.top_k = -1, bad, "top_k");
  REFUSED(r.min_p = -1, bad, "min_p");
  REFUSED(r.repeat_penalty = 0, bad, "repeat_penalty");
  REFUSED(r.penalty_last_n = -2, bad, "penalty_last_n");
  REFUSED(r.max_tokens = 0, bad, "max_tokens");
  REFUSED(r.top_logprobs = 2, bad, "top_logprobs");
  REFUSED((r.logprobs = 1, r.top_logprobs = 21), bad, "top_logprobs");
  const pcai_adapter_scale scales[2] = {{0, 1}, {0, NAN}};
  REFUSED((r.lora = scales, r.lora_count = 1), bad, "has_lora");
  REFUSED((r.has_lora = 1, r.lora_count = 1), bad, "lora");
  REFUSED((r.has_lora = 1, r.lora = scales, r.lora_count = 65), bad, "lora");
  REFUSED((r.has_lora = 1, r.lora = scales, r.lora_count = 2), bad, "lora");
  REFUSED(r.reserved = 1, bad, "reserved");
  REFUSED(r.stop_count = 1, bad, "stop");
  REFUSED((r.stop = empty_stop, r.stop_count = 1), bad, "stop[0]");
  REFUSED((r.stop = empty_stop, r.stop_count = 99), bad, "stop");
  REFUSED((r.logit_bias = &bias, r.logit_bias_count = 1), bad, "logit_bias");
  REFUSED((r.logit_bias = &bias, r.logit_bias_count = 2000), bad, "logit_bias");
  REFUSED(r.timeout_ms = -1, bad, "timeout_ms");
  REFUSED(r.cache_scope = pcai_text_of("\xFF"), bad, "cache_scope");
  REFUSED(r.tools = pcai_text_of("[{"), bad, "tools");
  REFUSED(r.tools = pcai_text_of("{}"), bad, "tools");
  REFUSED(r.tools = pcai_text_of("[{\"type\":\"web_search\"}]"), PCAI_ERROR_UNSUPPORTED,
          "tools[0]");
  REFUSED(r.tool_choice = pcai_text_of("required"), bad, "tool_choice");
  REFUSED(r.tool_choice = pcai_text_of("sometimes"), bad, "tool_choice");
  REFUSED(r.json_schema = pcai_text_of("[]"), bad, "json_schema");
  REFUSED(r.json_schema = pcai_text_of("{"), bad, "json_schema");
#undef REFUSED

  pcai_model_free(&model);
  pcai_engine_free(&engine);
}

static void test_endings_of_a_generation(void) {
  pcai_engine* engine = fake_engine();
  pcai_model* model = fake_model(engine, "m.fake");
  pcai_generation* generation = NULL;
  pcai_event event = new_event();
  char text[64];

  generation = start(model, LONG_PROMPT);
  wait_for_text(generation);
  pcai_generation_cancel(generation);
  event = read_all(generation, text, sizeof text);
  CHECK(event.kind == PCAI_EVENT_FAILED && event.error_code == PCAI_ERROR_CANCELLED);
  pcai_generation_free(&generation);
  CHECK(generation == NULL);

  generation = start(model, LONG_PROMPT); /* freed while it runs */
  pcai_generation_free(&generation);

  generation = start(model, "fake: prefill_ms=600000");
  CHECK_OK(pcai_generation_next(generation, -1, &event, &error));
  CHECK(event.kind == PCAI_EVENT_ACCEPTED);
  CHECK(pcai_generation_next(generation, 0, &event, NULL) == PCAI_TIMEOUT);
  CHECK(pcai_generation_next(generation, 1, &event, NULL) == PCAI_TIMEOUT);
  pcai_generation_free(&generation);

  pcai_message message = user_message(LONG_PROMPT);
  pcai_request request = request_for(&message);
  request.timeout_ms = 1;
  CHECK_OK(pcai_generation_start(model, &request, &generation, &error));
  CHECK(read_all(generation, text, sizeof text).error_code == PCAI_ERROR_DEADLINE_EXCEEDED);
  pcai_generation_free(&generation);

  generation = start(model, LONG_PROMPT); /* the model is unloaded under it */
  wait_for_text(generation);
  CHECK_OK(pcai_model_unload(model, &error));
  CHECK(read_all(generation, text, sizeof text).error_code == PCAI_ERROR_CANCELLED);
  pcai_generation_free(&generation);

  generation = start(model, LONG_PROMPT); /* the engine is freed under it, then the model */
  wait_for_text(generation);
  pcai_engine_free(&engine);
  pcai_generation* late = NULL;
  request.timeout_ms = 0;
  CHECK_ERROR(pcai_generation_start(model, &request, &late, &error), PCAI_ERROR_CANCELLED, "freed");
  pcai_model_free(&model);
  CHECK(read_all(generation, text, sizeof text).error_code == PCAI_ERROR_CANCELLED);
  pcai_generation_free(&generation);
}

static void test_lists(void) {
  pcai_engine* engine = fake_engine();
  pcai_model* first = fake_model(engine, "first.fake");
  pcai_model* second = fake_model(engine, "second.fake");
  pcai_model_info info = {.struct_size = sizeof info};
  pcai_models* models = NULL;

  CHECK_OK(pcai_models_list(engine, &models, &error));
  pcai_model_free(&second); /* the list stays as it was */
  CHECK(pcai_models_count(models) == 2);
  CHECK_OK(pcai_models_get(models, 1, &info, &error));
  CHECK(strcmp(info.id.data, "second") == 0 && info.state == PCAI_MODEL_READY);
  CHECK_ERROR(pcai_models_get(models, 2, &info, &error), PCAI_ERROR_INVALID_REQUEST, "index");
  CHECK_ERROR(pcai_models_get(models, 0, NULL, &error), PCAI_ERROR_INVALID_REQUEST, "info");
  pcai_models_free(&models);
  CHECK(models == NULL);
  CHECK_OK(pcai_models_list(engine, &models, &error));
  CHECK(pcai_models_count(models) == 1);
  pcai_models_free(&models);
  pcai_model_free(&first);
  pcai_engine_free(&engine);

  const pcai_text folder = pcai_text_of(".");
  CHECK_OK(pcai_models_discover(&folder, 1, &models, &error));
  for (uint64_t i = 0; i < pcai_models_count(models); ++i) {
    CHECK_OK(pcai_models_get(models, i, &info, &error));
    CHECK(info.id.size > 0 && info.path.size > 0);
  }
  pcai_models_free(&models);

  pcai_devices* devices = NULL;
  pcai_device_info device = {.struct_size = sizeof device};
  CHECK_OK(pcai_devices_list(&devices, &error));
  CHECK(pcai_devices_count(devices) >= 1);
  CHECK_OK(pcai_devices_get(devices, 0, &device, &error));
  CHECK(device.kind == PCAI_DEVICE_CPU && device.name.size > 0 && device.cores > 0);
  CHECK(device.memory_total_bytes >= device.memory_free_bytes && device.memory_free_bytes > 0);
  CHECK_ERROR(pcai_devices_get(devices, 99, &device, &error), PCAI_ERROR_INVALID_REQUEST, "index");
  pcai_devices_free(&devices);
  CHECK(devices == NULL);
}

int main(void) {
  test_words();
  test_struct_sizes();
  test_null_everywhere();
  test_engine();
  test_model();
  test_loads_that_fail();
  test_path_is_utf8();
  test_generation_events();
  test_requests_that_are_refused();
  test_endings_of_a_generation();
  test_lists();
  return checks_failed();
}
