/* A host that ends, or forks, while an answer runs: host_end HOW BACKEND MODEL. It ends with exit
   code 5 if all is well; check_host_end.py runs it. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "pcai/pcai.h"

enum { kCode = 5, kChildCode = 7, kWrong = 99 };

static const char* backend;
static const char* path;
static volatile int texts = 0;

static void pause_ms(long ms) {
  const struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
  nanosleep(&time, NULL);
}

static void require(int condition, const char* what) {
  if (condition) return;
  fprintf(stderr, "not so: %s\n", what);
  _exit(kWrong);
}

/* Part 1 of the API. */

static int32_t count(const char* text, void* data) {
  (void)text;
  (void)data;
  ++texts;
  return 1;
}

static void* answer(void* data) {
  (void)data;
  pcai_generate_streaming_cancellable("fake: delay_ms=1 tokens=100000", 100000, 0.0F, count, NULL);
  return NULL;
}

static void* load(void* data) {
  (void)data;
  for (;;) {
    pcai_init(backend);
    pcai_load_model(path, 0);
    pcai_shutdown();
  }
  return NULL;
}

static void* leave(void* data) {
  exit((int)(long)data);
}

static int32_t leave_in_callback(const char* text, void* data) {
  (void)text;
  (void)data;
  exit(kCode);
}

static void start(void* (*work)(void*), void* data) {
  pthread_t thread;
  require(pthread_create(&thread, NULL, work, data) == 0, "a thread");
  pthread_detach(thread);
}

static void begin(void) {
  require(pcai_init(backend).success, "pcai_init");
  require(pcai_load_model(path, 0).success, "pcai_load_model");
}

static void begin_answer(void) {
  begin();
  start(answer, NULL);
  start(answer, NULL);
  while (texts < 2) pause_ms(5);
}

/* Part 2. */

static pcai_engine* engine;
static pcai_model* model;
static pcai_generation* generation;

static void begin_generation(void) {
  pcai_engine_options settings;
  pcai_engine_options_init(&settings, sizeof settings);
  settings.backend = pcai_text_of(backend);
  require(pcai_engine_create(&settings, &engine, NULL) == PCAI_OK, "pcai_engine_create");
  pcai_model_options options;
  pcai_model_options_init(&options, sizeof options);
  options.path = pcai_text_of(path);
  require(pcai_model_load(engine, &options, &model, NULL) == PCAI_OK, "pcai_model_load");
  require(pcai_model_wait(model, -1, NULL, NULL) == PCAI_OK, "pcai_model_wait");
  pcai_message message = {.struct_size = sizeof message,
                          .role = PCAI_ROLE_USER,
                          .content = pcai_text_of("fake: delay_ms=1 tokens=100000")};
  pcai_request request;
  pcai_request_init(&request, sizeof request);
  request.messages = &message;
  request.message_count = 1;
  request.max_tokens = 100000;
  require(pcai_generation_start(model, &request, &generation, NULL) == PCAI_OK,
          "pcai_generation_start");
  pcai_event event = {.struct_size = sizeof event};
  do {
    require(pcai_generation_next(generation, -1, &event, NULL) == PCAI_OK, "an event");
  } while (event.kind != PCAI_EVENT_TEXT);
}

/* Children: the exit code of one, which must come soon. */

static int code_of(pid_t child) {
  for (int i = 0; i < 2000; ++i) {
    int status = 0;
    if (waitpid(child, &status, WNOHANG) == child) {
      return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
    }
    pause_ms(10);
  }
  kill(child, 9);
  return -1000;
}

static void use_all_in_child(void) {
  FfiResult result = pcai_init(backend);
  require(!result.success && strstr(result.error_message, "forked") != NULL, "pcai_init refuses");
  pcai_free_result(&result);
  require(pcai_generate("x", 1, 0.0F) == NULL, "pcai_generate refuses");
  pcai_shutdown();
  if (generation == NULL) return;
  pcai_error* error = NULL;
  pcai_event event = {.struct_size = sizeof event};
  require(pcai_generation_next(generation, -1, &event, &error) == PCAI_ERROR_UNSUPPORTED,
          "pcai_generation_next refuses");
  require(strstr(pcai_error_message(error), "fork") != NULL, "the error says why");
  pcai_error_free(&error);
  pcai_generation_cancel(generation);
  require(pcai_model_wait(model, -1, NULL, NULL) == PCAI_ERROR_UNSUPPORTED, "pcai_model_wait");
  pcai_generation_free(&generation);
  pcai_model_free(&model);
  pcai_engine_free(&engine);
  require(generation == NULL && model == NULL && engine == NULL, "handles are gone");
}

static void fork_children(void) {
  for (int i = 0; i < 5; ++i) {
    const pid_t child = fork();
    if (child == 0) {
      if (i == 1) execl("/bin/sh", "sh", "-c", "exit 7", (char*)NULL);
      if (i == 2) _exit(kChildCode);
      if (i >= 3) use_all_in_child();
      exit(kChildCode);
    }
    require(code_of(child) == kChildCode, "the child ends with its own code");
  }
  const int before = texts;
  if (generation == NULL) {
    while (texts == before) pause_ms(5); /* the parent's answers go on */
  } else {
    pcai_event event = {.struct_size = sizeof event};
    require(pcai_generation_next(generation, -1, &event, NULL) == PCAI_OK, "the next event");
  }
}

static void fork_after_shutdown(void) {
  begin_answer();
  pcai_shutdown();
  const pid_t child = fork();
  if (child == 0) {
    begin();
    char* text = pcai_generate("hello", 4, 0.0F);
    require(text != NULL, "a child has an engine of its own");
    pcai_free_string(text);
    exit(kChildCode);
  }
  require(code_of(child) == kChildCode, "the child ends with its own code");
}

int main(int argc, char** argv) {
  require(argc == 4, "host_end HOW BACKEND MODEL");
  const char* how = argv[1];
  backend = argv[2];
  path = argv[3];
  if (strcmp(how, "return") == 0) {
    begin_answer();
  } else if (strcmp(how, "exit") == 0) {
    begin_answer();
    exit(kCode);
  } else if (strcmp(how, "exit_on_a_thread") == 0) {
    begin_answer();
    start(leave, (void*)(long)kCode);
    for (;;) pause_ms(1000);
  } else if (strcmp(how, "exit_in_a_callback") == 0) {
    begin();
    pcai_generate_streaming_cancellable("fake: delay_ms=1 tokens=1000", 1000, 0.0F,
                                        leave_in_callback, NULL);
    return kWrong;
  } else if (strcmp(how, "exit_while_loading") == 0) {
    start(load, NULL);
    pause_ms(20 + getpid() % 100);
    exit(kCode);
  } else if (strcmp(how, "exit_with_a_generation") == 0) {
    begin_generation();
    exit(kCode);
  } else if (strcmp(how, "quick_exit") == 0) {
    begin_answer();
    quick_exit(kCode);
  } else if (strcmp(how, "fork") == 0) {
    begin_answer();
    fork_children();
  } else if (strcmp(how, "fork_with_a_generation") == 0) {
    begin_generation();
    fork_children();
  } else if (strcmp(how, "fork_after_shutdown") == 0) {
    fork_after_shutdown();
  } else {
    require(0, "a known way to end");
  }
  return kCode;
}
