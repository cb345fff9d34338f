/* Preloaded into a process that writes a store: notes every change of a file in $RECORD_DIR, in order, in the file
 * $RECORD_LOG. fsync only is noted, not done: what a power cut keeps is worked out from the notes.
 *
 * One note: kind, length of name (u16), offset (u64), length of data (u64), name, data; integers little-endian.
 * Kinds: C create, W write, T truncate to offset, S sync, U unlink, R rename (data is the new name).
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { FDS = 1024 };
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static char *names[FDS];
static int note_fd = -1;
static char dir[4096];

__attribute__((constructor)) static void begin(void) {
    const char *d = getenv("RECORD_DIR"), *l = getenv("RECORD_LOG");
    if (!d || !l) return;
    snprintf(dir, sizeof dir, "%s", d);
    note_fd = (int)syscall(SYS_openat, AT_FDCWD, l, O_CREAT | O_WRONLY | O_APPEND, 0600);
}

static void put(const void *data, size_t length) {
    const char *at = data;
    while (length > 0) {
        ssize_t n = syscall(SYS_write, note_fd, at, length);
        if (n <= 0) abort();
        at += n;
        length -= (size_t)n;
    }
}

static void note(char kind, const char *name, uint64_t offset, const void *data, uint64_t length) {
    uint16_t name_length = (uint16_t)strlen(name);
    char head[19];
    head[0] = kind;
    memcpy(head + 1, &name_length, 2);
    memcpy(head + 3, &offset, 8);
    memcpy(head + 11, &length, 8);
    put(head, sizeof head);
    put(name, name_length);
    put(data, length);
}

/* The name inside the directory, "." for itself, or nothing. */
static const char *inside(const char *path) {
    size_t n = strlen(dir);
    if (note_fd < 0 || n == 0 || strncmp(path, dir, n) != 0) return NULL;
    if (path[n] == 0) return ".";
    return path[n] == '/' ? path + n + 1 : NULL;
}

static const char *of(int fd) { return fd >= 0 && fd < FDS ? names[fd] : NULL; }

static int open_any(int at, const char *path, int flags, mode_t mode) {
    const char *name = inside(path);
    if (!name) return (int)syscall(SYS_openat, at, path, flags, mode);
    pthread_mutex_lock(&lock);
    int was = access(path, F_OK) == 0;
    int fd = (int)syscall(SYS_openat, at, path, flags, mode);
    if (fd >= 0 && fd < FDS) {
        free(names[fd]);
        names[fd] = strdup(name);
        if (!was) note('C', name, 0, NULL, 0);
        if (was && (flags & O_TRUNC)) note('T', name, 0, NULL, 0);
    }
    pthread_mutex_unlock(&lock);
    return fd;
}

#define MODE(flags) mode_t mode = 0; if ((flags) & (O_CREAT | O_TMPFILE)) { va_list a; va_start(a, flags); mode = va_arg(a, mode_t); va_end(a); }
int open(const char *path, int flags, ...) { MODE(flags) return open_any(AT_FDCWD, path, flags, mode); }
int open64(const char *path, int flags, ...) { MODE(flags) return open_any(AT_FDCWD, path, flags, mode); }
int openat(int at, const char *path, int flags, ...) { MODE(flags) return open_any(at, path, flags, mode); }
int openat64(int at, const char *path, int flags, ...) { MODE(flags) return open_any(at, path, flags, mode); }

int close(int fd) {
    if (of(fd)) {
        pthread_mutex_lock(&lock);
        free(names[fd]);
        names[fd] = NULL;
        pthread_mutex_unlock(&lock);
    }
    return (int)syscall(SYS_close, fd);
}

ssize_t write(int fd, const void *data, size_t length) {
    const char *name = of(fd);
    if (!name) return syscall(SYS_write, fd, data, length);
    pthread_mutex_lock(&lock);
    off_t at = lseek(fd, 0, SEEK_CUR);
    ssize_t n = syscall(SYS_write, fd, data, length);
    if (n > 0) note('W', name, (uint64_t)at, data, (uint64_t)n);
    pthread_mutex_unlock(&lock);
    return n;
}

ssize_t pwrite(int fd, const void *data, size_t length, off_t at) {
    const char *name = of(fd);
    if (!name) return syscall(SYS_pwrite64, fd, data, length, at);
    pthread_mutex_lock(&lock);
    ssize_t n = syscall(SYS_pwrite64, fd, data, length, at);
    if (n > 0) note('W', name, (uint64_t)at, data, (uint64_t)n);
    pthread_mutex_unlock(&lock);
    return n;
}
ssize_t pwrite64(int fd, const void *data, size_t length, off_t at) { return pwrite(fd, data, length, at); }

int ftruncate(int fd, off_t length) {
    const char *name = of(fd);
    if (!name) return (int)syscall(SYS_ftruncate, fd, length);
    pthread_mutex_lock(&lock);
    int r = (int)syscall(SYS_ftruncate, fd, length);
    if (r == 0) note('T', name, (uint64_t)length, NULL, 0);
    pthread_mutex_unlock(&lock);
    return r;
}
int ftruncate64(int fd, off_t length) { return ftruncate(fd, length); }

static int sync_any(int fd, long number) {
    const char *name = of(fd);
    if (!name) return (int)syscall(number, fd);
    pthread_mutex_lock(&lock);
    note('S', name, 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    return 0;
}
int fsync(int fd) { return sync_any(fd, SYS_fsync); }
int fdatasync(int fd) { return sync_any(fd, SYS_fdatasync); }

int unlink(const char *path) {
    const char *name = inside(path);
    if (!name) return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    pthread_mutex_lock(&lock);
    int r = (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
    if (r == 0) note('U', name, 0, NULL, 0);
    pthread_mutex_unlock(&lock);
    return r;
}

int rename(const char *from, const char *to) {
    const char *name = inside(from), *new_name = inside(to);
    if (!name || !new_name) return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
    pthread_mutex_lock(&lock);
    int r = (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
    if (r == 0) note('R', name, 0, new_name, strlen(new_name));
    pthread_mutex_unlock(&lock);
    return r;
}
