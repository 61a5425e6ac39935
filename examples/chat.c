/* One question to a model, the answer as it comes: pcai.h in C11.
 *
 *   cc -std=c11 chat.c $(pkg-config --cflags --libs pcai_inference) -o chat
 *   ./chat model.gguf "Why is the sky blue?" [backend] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <pcai/pcai.h>

/* Prints why a call failed and ends the program. */
static void check(pcai_status status, pcai_error* error) {
  if (status >= 0) return;
  fprintf(stderr, "%s: %s\n", pcai_status_name(status), pcai_error_message(error));
  pcai_error_free(&error);
  exit(1);
}

static pcai_model* load(pcai_engine* engine, const char* path) {
  pcai_model_options options;
  pcai_model* model = NULL;
  pcai_error* error = NULL;
  pcai_model_options_init(&options, sizeof options);
  options.path = pcai_text_of(path);
  check(pcai_model_load(engine, &options, &model, &error), error);

  pcai_status status;
  float progress;
  while ((status = pcai_model_wait(model, 100, &progress, &error)) == PCAI_TIMEOUT) {
    fprintf(stderr, "\rloading %3.0f %%", 100 * progress);
  }
  check(status, error);
  fprintf(stderr, "\r               \r");
  return model;
}

static void ask(pcai_model* model, const char* question) {
  pcai_message messages[2] = {
      {.struct_size = sizeof messages[0],
       .role = PCAI_ROLE_SYSTEM,
       .content = pcai_text_of("Answer briefly.")},
      {.struct_size = sizeof messages[1],
       .role = PCAI_ROLE_USER,
       .content = pcai_text_of(question)},
  };
  pcai_request request;
  pcai_request_init(&request, sizeof request);
  request.messages = messages;
  request.message_count = 2;
  request.max_tokens = 256;

  pcai_generation* generation = NULL;
  pcai_error* error = NULL;
  check(pcai_generation_start(model, &request, &generation, &error), error);

  pcai_event event = {.struct_size = sizeof event};
  pcai_status status;
  while ((status = pcai_generation_next(generation, -1, &event, &error)) == PCAI_OK) {
    if (event.kind == PCAI_EVENT_TEXT) {
      fwrite(event.text.data, 1, (size_t)event.text.size, stdout);
      fflush(stdout);
    } else if (event.kind == PCAI_EVENT_FINISHED) {
      fprintf(stderr, "\n%u + %u tokens in %.0f ms\n", (unsigned)event.prompt_tokens,
              (unsigned)event.completion_tokens, event.prefill_ms + event.decode_ms);
    } else if (event.kind == PCAI_EVENT_FAILED) {
      fprintf(stderr, "\n%s: %s\n", pcai_status_name(event.error_code), event.error_message.data);
      exit(1);
    }
  }
  check(status, error); /* PCAI_END: all is read */
  pcai_generation_free(&generation);
}

int main(int argc, char** argv) {
  if (argc < 3) {
    fprintf(stderr, "usage: %s MODEL QUESTION [BACKEND]\n", argv[0]);
    return 2;
  }
  pcai_engine_options options;
  pcai_engine* engine = NULL;
  pcai_error* error = NULL;
  pcai_engine_options_init(&options, sizeof options);
  if (argc > 3) options.backend = pcai_text_of(argv[3]);
  check(pcai_engine_create(&options, &engine, &error), error);

  pcai_model* model = load(engine, argv[1]);
  ask(model, argv[2]);
  pcai_model_free(&model);
  pcai_engine_free(&engine);
  return 0;
}
