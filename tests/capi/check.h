/* What the C tests share. Each of them is one program, whose main returns checks_failed(). */
#ifndef PCAI_TESTS_CAPI_CHECK_H
#define PCAI_TESTS_CAPI_CHECK_H

#include <stdio.h>
#include <string.h>

#include "pcai/pcai.h"

static int failures = 0;

#define CHECK(condition)                                                            \
  do {                                                                              \
    if (!(condition)) {                                                             \
      fprintf(stderr, "%s:%d: %s: %s\n", __FILE__, __LINE__, __func__, #condition); \
      ++failures;                                                                   \
    }                                                                               \
  } while (0)

/* Checks a status and the error that came with it, and frees the error. */
#define CHECK_ERROR(call, expected, part)                                           \
  do {                                                                              \
    pcai_error* error = NULL;                                                       \
    const pcai_status status = (call);                                              \
    CHECK(status == (expected));                                                    \
    CHECK(pcai_error_code(error) == (expected));                                    \
    CHECK(strstr(pcai_error_message(error), (part)) != NULL ||                      \
          strstr(pcai_error_field(error), (part)) != NULL);                         \
    if (status != (expected)) fprintf(stderr, "  %s\n", pcai_error_message(error)); \
    pcai_error_free(&error);                                                        \
    CHECK(error == NULL);                                                           \
  } while (0)

#define CHECK_OK(call)                                                       \
  do {                                                                       \
    pcai_error* error = NULL;                                                \
    CHECK((call) == PCAI_OK);                                                \
    if (error != NULL) fprintf(stderr, "  %s\n", pcai_error_message(error)); \
    pcai_error_free(&error);                                                 \
  } while (0)

/* Without end until it is cancelled: 4,000 words, 20 ms each. */
#define LONG_PROMPT "fake: delay_ms=20 tokens=4000"

static int checks_failed(void) {
  if (failures > 0) fprintf(stderr, "%d checks failed\n", failures);
  return failures > 0;
}

#endif
