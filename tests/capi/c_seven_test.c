/* Part 1 of pcai.h in C11, against the fake backend: the seven functions and those beside them, out
 * of order, misused, and by many threads at once. */
#define _POSIX_C_SOURCE 200809L

#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "capi/check.h"
#include "pcai/pcai.h"

/* ------------------------------ The seven functions ----------------------------------------------
 */

static int fails_with(FfiResult result, const char* part) {
  const int as_said = !result.success && result.error_message != NULL &&
                      strstr(result.error_message, part) != NULL &&
                      strstr(pcai_last_error(), part) != NULL;
  if (!as_said) fprintf(stderr, "  got: %s\n", result.success ? "success" : result.error_message);
  pcai_free_result(&result);
  pcai_free_result(&result);
  return as_said && result.error_message == NULL;
}

static int refused(char* answer, const char* part) {
  const int as_said =
      answer == NULL && pcai_last_error() != NULL && strstr(pcai_last_error(), part) != NULL;
  if (!as_said) fprintf(stderr, "  got: %s\n", answer == NULL ? pcai_last_error() : answer);
  pcai_free_string(answer);
  return as_said;
}

struct collected {
  char text[256];
  int calls;
  int stop_after; /* 0 = never */
};

static void collect(const char* token, void* user_data) {
  struct collected* to = user_data;
  ++to->calls;
  strncat(to->text, token, sizeof to->text - strlen(to->text) - 1);
}

static int32_t collect_some(const char* token, void* user_data) {
  struct collected* to = user_data;
  collect(token, user_data);
  return to->stop_after == 0 || to->calls < to->stop_after;
}

static void sleep_a_little(const char* token, void* user_data) {
  const struct timespec pause = {0, 3000000};
  collect(token, user_data);
  nanosleep(&pause, NULL);
}

static void call_back(const char* token, void* user_data) {
  char* answer = pcai_generate("from a callback", 0, 0);
  collect(token, user_data);
  CHECK(answer != NULL && strcmp(answer, "You said: from a callback") == 0);
  pcai_free_string(answer);
  CHECK(refused(pcai_generate(NULL, 0, 0), "prompt"));
}

static void shut_down(const char* token, void* user_data) {
  collect(token, user_data);
  pcai_shutdown();
}

static void test_seven_out_of_order(void) {
  pcai_shutdown();
  pcai_shutdown();
  pcai_free_string(NULL);
  pcai_free_result(NULL);
  CHECK(fails_with(pcai_load_model("m.fake", 0), "pcai_init"));
  CHECK(refused(pcai_generate("hi", 0, 0), "pcai_init"));
  CHECK(fails_with(pcai_init("abacus"), "abacus"));
  CHECK(fails_with(pcai_init("\xFF"), "UTF-8"));
  CHECK(pcai_init("fake").success);
  CHECK(pcai_last_error() == NULL);
  CHECK(pcai_init("fake").success);
  CHECK(pcai_init("auto").success);
  CHECK(pcai_init(NULL).success);
  CHECK(fails_with(pcai_init("llamacpp"), "pcai_shutdown"));
  CHECK(refused(pcai_generate("hi", 0, 0), "pcai_load_model"));
  CHECK(fails_with(pcai_load_model(NULL, 0), "path"));
  CHECK(fails_with(pcai_load_model("", 0), "path"));
  CHECK(fails_with(pcai_load_model("m.fake", -2), "gpu_layers"));
  CHECK(fails_with(pcai_load_model("no such file.gguf", 0), "no such file"));
  CHECK(fails_with(pcai_load_model("load_fail.fake", 0), "load_fail"));
  CHECK(refused(pcai_generate("hi", 0, 0), "pcai_load_model"));
  CHECK(pcai_load_model("m.fake", 0).success);
  CHECK(pcai_load_model("m.fake", 0).success);
  CHECK(pcai_load_model("m.fake", 1).success);
  CHECK(pcai_load_model("other.fake", 1).success);
  CHECK(fails_with(pcai_load_model("load_fail.fake", 0), "load_fail"));
  char* answer = pcai_generate("still here", 0, 0);
  CHECK(answer != NULL && strcmp(answer, "You said: still here") == 0);
  pcai_free_string(answer);
  pcai_shutdown();
  pcai_shutdown();
  CHECK(refused(pcai_generate("hi", 0, 0), "pcai_init"));
}

static void test_seven_generate(void) {
  struct collected got;
  CHECK(pcai_init("fake").success);
  CHECK(pcai_load_model("mod\xC3\xA8le \xE6\xA8\xA1\xE5\x9E\x8B.fake", -1).success);

  char* answer =
      pcai_generate("gr\xC3\xBC\xC3\x9F \xE4\xB8\x96\xE7\x95\x8C \xF0\x9F\x98\x80", 0, 0.7F);
  CHECK(answer != NULL &&
        strcmp(answer, "You said: gr\xC3\xBC\xC3\x9F \xE4\xB8\x96\xE7\x95\x8C \xF0\x9F\x98\x80") ==
            0);
  pcai_free_string(answer);
  answer = pcai_generate("fake: tokens=3000", 0, 0); /* 0 is 2048 */
  int words = 0;
  for (const char* c = answer; c != NULL && *c != '\0'; ++c) words += *c == ' ';
  CHECK(words >= 2047 && words <= 2048);
  pcai_free_string(answer);

  CHECK(refused(pcai_generate(NULL, 0, 0), "prompt"));
  CHECK(refused(pcai_generate("gr\xFC\xDF", 0, 0), "UTF-8"));
  CHECK(refused(pcai_generate("hi", 0, NAN), "temperature"));
  CHECK(refused(pcai_generate("hi", 0, INFINITY), "temperature"));
  CHECK(refused(pcai_generate("hi", 0, -1), "temperature"));
  CHECK(refused(pcai_generate("fake: fail_after=1", 0, 0), "script"));
  CHECK(fails_with(pcai_generate_streaming("hi", 0, 0, NULL, NULL), "callback"));
  CHECK(fails_with(pcai_generate_streaming_cancellable("hi", 0, 0, NULL, NULL), "callback"));
  CHECK(fails_with(pcai_generate_streaming(NULL, 0, 0, collect, &got), "prompt"));
  CHECK(fails_with(pcai_generate_streaming("hi", 0, -1, collect, &got), "temperature"));

  memset(&got, 0, sizeof got);
  CHECK(pcai_generate_streaming("a b c", 0, 0, collect, &got).success);
  CHECK(strcmp(got.text, "You said: a b c") == 0 && got.calls >= 1);
  memset(&got, 0, sizeof got);
  CHECK(pcai_generate_streaming("slow", 0, 0, sleep_a_little, &got).success);
  CHECK(strcmp(got.text, "You said: slow") == 0);
  memset(&got, 0, sizeof got);
  CHECK(pcai_generate_streaming("nested", 0, 0, call_back, &got).success);
  CHECK(pcai_last_error() == NULL);

  memset(&got, 0, sizeof got);
  CHECK(pcai_generate_streaming_cancellable("a b", 0, 0, collect_some, &got).success);
  CHECK(strcmp(got.text, "You said: a b") == 0);
  memset(&got, 0, sizeof got);
  got.stop_after = 2;
  CHECK(pcai_generate_streaming_cancellable(LONG_PROMPT, 0, 0, collect_some, &got).success);
  CHECK(got.calls == 2);
  CHECK(pcai_last_error() == NULL);

  memset(&got, 0, sizeof got);
  CHECK(fails_with(pcai_generate_streaming(LONG_PROMPT, 0, 0, shut_down, &got), ""));
  CHECK(got.calls == 1);
  CHECK(refused(pcai_generate("hi", 0, 0), "pcai_init"));
}

static void test_a_megabyte(void) {
  const size_t size = 1 << 20;
  char* prompt = malloc(size + 1);
  CHECK(prompt != NULL);
  if (prompt == NULL) return;
  CHECK(pcai_init("fake").success);
  CHECK(pcai_load_model("m.fake", -1).success);

  memset(prompt, 'x', size); /* one word */
  prompt[size] = '\0';
  char* answer = pcai_generate(prompt, 100, 0);
  CHECK(answer != NULL && strncmp(answer, "You said: xxx", 13) == 0);
  pcai_free_string(answer);

  for (size_t i = 1; i < size; i += 2) prompt[i] = ' '; /* half a million words */
  CHECK(refused(pcai_generate(prompt, 100, 0), "context"));
  pcai_shutdown();
  free(prompt);
}

/* ------------------------------ Threads ----------------------------------------------------------
 */

enum { THREADS = 8, ROUNDS = 20 };

static void* generate_rounds(void* number) {
  char prompt[64];
  char expected[96];
  snprintf(prompt, sizeof prompt, "thread %d", *(int*)number);
  snprintf(expected, sizeof expected, "You said: %s", prompt);
  for (int i = 0; i < ROUNDS; ++i) {
    char* answer = pcai_generate(prompt, 0, 0);
    if (answer == NULL || strcmp(answer, expected) != 0) return "wrong answer";
    pcai_free_string(answer);
    if (!refused(pcai_generate(NULL, 0, 0), "prompt")) return "wrong error";
    struct collected got;
    memset(&got, 0, sizeof got);
    if (!pcai_generate_streaming(prompt, 0, 0, collect, &got).success) return "failed stream";
    if (strcmp(got.text, expected) != 0) return "wrong stream";
  }
  return NULL;
}

static void test_eight_threads(void) {
  pthread_t threads[THREADS];
  int numbers[THREADS];
  CHECK(pcai_init("fake").success);
  CHECK(pcai_load_model("m.fake", -1).success);
  for (int i = 0; i < THREADS; ++i) {
    numbers[i] = i;
    CHECK(pthread_create(&threads[i], NULL, generate_rounds, &numbers[i]) == 0);
  }
  for (int i = 0; i < THREADS; ++i) {
    void* problem = NULL;
    pthread_join(threads[i], &problem);
    CHECK(problem == NULL);
  }
  pcai_shutdown();
}

struct gate {
  pthread_mutex_t mutex;
  pthread_cond_t moved;
  int arrived;
};

static struct gate gate = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0};

static void arrive(const char* token, void* user_data) {
  int* first = user_data;
  (void)token;
  if (!*first) return;
  *first = 0;
  pthread_mutex_lock(&gate.mutex);
  ++gate.arrived;
  pthread_cond_signal(&gate.moved);
  pthread_mutex_unlock(&gate.mutex);
}

static void* generate_for_long(void* ignored) {
  int first = 1;
  (void)ignored;
  return fails_with(pcai_generate_streaming(LONG_PROMPT, 0, 0, arrive, &first), "")
             ? NULL
             : "did not fail";
}

/* Runs `end` while all threads are in the midst of an answer; each must fail, and none may hang. */
static void end_while_generating(void (*end)(void)) {
  pthread_t threads[THREADS];
  gate.arrived = 0;
  CHECK(pcai_init("fake").success);
  CHECK(pcai_load_model("m.fake", -1).success);
  for (int i = 0; i < THREADS; ++i) {
    CHECK(pthread_create(&threads[i], NULL, generate_for_long, NULL) == 0);
  }
  pthread_mutex_lock(&gate.mutex);
  while (gate.arrived < THREADS) pthread_cond_wait(&gate.moved, &gate.mutex);
  pthread_mutex_unlock(&gate.mutex);
  end();
  for (int i = 0; i < THREADS; ++i) {
    void* problem = NULL;
    pthread_join(threads[i], &problem);
    CHECK(problem == NULL);
  }
  pcai_shutdown();
}

static void load_another(void) {
  CHECK(pcai_load_model("another.fake", -1).success);
}

static void* load_for_long(void* ignored) {
  (void)ignored;
  /* Either it was shut down while loading, or before it began. */
  FfiResult result = pcai_load_model("load_ms=4000.fake", -1);
  const int as_said = !result.success;
  pcai_free_result(&result);
  return as_said ? NULL : "did not fail";
}

static void test_ends_under_calls(void) {
  end_while_generating(pcai_shutdown);
  end_while_generating(load_another);

  pthread_t loading;
  void* problem = NULL;
  CHECK(pcai_init("fake").success);
  CHECK(pthread_create(&loading, NULL, load_for_long, NULL) == 0);
  pcai_shutdown();
  pthread_join(loading, &problem);
  CHECK(problem == NULL);
}

int main(void) {
  test_seven_out_of_order();
  test_seven_generate();
  test_a_megabyte();
  test_eight_threads();
  test_ends_under_calls();
  return checks_failed();
}
