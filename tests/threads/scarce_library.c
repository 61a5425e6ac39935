/* Preloaded into a program: the SCARCE_AT-th start of a thread fails, and with SCARCE_FOR_GOOD all
   that follow. SCARCE_COMMAND limits it to processes with this first argument. When it happens, the
   file SCARCE_FILE is made. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int is_meant(void) {
  const char* command = getenv("SCARCE_COMMAND");
  if (command == NULL) return 1;
  char line[512] = {0};
  const int file = open("/proc/self/cmdline", O_RDONLY | O_CLOEXEC);
  if (file < 0) return 0;
  const ssize_t size = read(file, line, sizeof line - 1);
  close(file);
  const size_t first = strlen(line) + 1;
  return size > (ssize_t)first && strcmp(line + first, command) == 0;
}

int pthread_create(pthread_t* thread, const pthread_attr_t* attributes, void* (*work)(void*),
                   void* argument) {
  typedef int (*Create)(pthread_t*, const pthread_attr_t*, void* (*)(void*), void*);
  static atomic_int starts = 0;
  const char* at = getenv("SCARCE_AT");
  if (at != NULL && is_meant()) {
    const int start = atomic_fetch_add(&starts, 1) + 1;
    if (start == atoi(at) || (getenv("SCARCE_FOR_GOOD") != NULL && start > atoi(at))) {
      const char* told = getenv("SCARCE_FILE");
      const int file = told == NULL ? -1 : open(told, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
      if (file >= 0) close(file);
      return EAGAIN;
    }
  }
  Create create = NULL;
  *(void**)&create = dlsym(RTLD_NEXT, "pthread_create");
  return create(thread, attributes, work, argument);
}
