/* Lets every SHIM_EVERY-th call of the kind SHIM_CALL (write, open, rename) of the coordinator fail, as soon as a file
   whose path holds SHIM_FROM was opened (empty: from the start). For LD_PRELOAD. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <sys/uio.h>

static int armed = 0;
static long calls = 0;

static const char* setting(const char* name) {
  const char* value = getenv(name);
  return value == NULL ? "" : value;
}

static int is_coordinator(void) { return strcmp(program_invocation_short_name, "robustcheck") == 0; }

static void look(const char* path) {
  const char* from = setting("SHIM_FROM");
  if (*from == 0 || (path != NULL && strstr(path, from) != NULL)) __atomic_store_n(&armed, 1, __ATOMIC_SEQ_CST);
}

static int fails(const char* kind, int error) {
  if (!is_coordinator() || strcmp(kind, setting("SHIM_CALL")) != 0) return 0;
  look("");
  if (!armed || __atomic_add_fetch(&calls, 1, __ATOMIC_SEQ_CST) % atol(setting("SHIM_EVERY")) != 0) return 0;
  errno = error;
  return 1;
}

#define REAL(type, name, ...) ((type(*)(__VA_ARGS__))dlsym(RTLD_NEXT, #name))

#define OPEN(name)                                                  \
  int name(const char* path, int flags, ...) {                      \
    va_list rest;                                                   \
    va_start(rest, flags);                                          \
    const mode_t mode = va_arg(rest, mode_t);                       \
    va_end(rest);                                                   \
    look(path);                                                     \
    if (fails("open", EACCES)) return -1;                           \
    return REAL(int, name, const char*, int, ...)(path, flags, mode); \
  }
OPEN(open)
OPEN(open64)

#define FOPEN(name)                                             \
  FILE* name(const char* path, const char* mode) {              \
    look(path);                                                 \
    if (fails("open", EACCES)) return NULL;                     \
    return REAL(FILE*, name, const char*, const char*)(path, mode); \
  }
FOPEN(fopen)
FOPEN(fopen64)

ssize_t write(int fd, const void* bytes, size_t size) {
  if (fails("write", ENOSPC)) return -1;
  return REAL(ssize_t, write, int, const void*, size_t)(fd, bytes, size);
}

#define PWRITE(name)                                                        \
  ssize_t name(int fd, const void* bytes, size_t size, off_t at) {          \
    if (fails("write", ENOSPC)) return -1;                                  \
    return REAL(ssize_t, name, int, const void*, size_t, off_t)(fd, bytes, size, at); \
  }
PWRITE(pwrite)
PWRITE(pwrite64)

ssize_t writev(int fd, const struct iovec* parts, int count) {
  if (fails("write", ENOSPC)) return -1;
  return REAL(ssize_t, writev, int, const struct iovec*, int)(fd, parts, count);
}

int rename(const char* from, const char* to) {
  if (fails("rename", EIO)) return -1;
  return REAL(int, rename, const char*, const char*)(from, to);
}
