/* What a process does to the files of one folder: made to fail on request, or written down.
 *
 * Loaded with LD_PRELOAD. SHIM_FOLDER is the folder (its real path), SHIM_CONTROL a file that all
 * processes map, struct control below, which the test changes while they run, SHIM_LOG (may be
 * empty) a file that gets a record of every change, in the order in which they were made.
 *
 * Faults: of the calls whose kind is in `mask`, the one with number `first` fails with `error`, and
 * then each `every`-th (0: none more), for as long as `error` is not 0.
 *
 * Records: a change and its record are one step, under a lock that all processes share. Records are
 * head (kind, file, offset, two lengths) and two byte strings; see tests/faults/recorded.py. What is
 * written through a mapping in memory is not seen: SQLite's -shm alone, which is rebuilt.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

enum { OPEN = 1, WRITE = 2, SYNC = 4, NAME = 8, SIZE = 16 };

struct control {
    int32_t error, first, every, mask, calls, failed;
    int32_t ready, unused;
    pthread_mutex_t lock;
};

static struct control *control;
static char folder[PATH_MAX];
static size_t folder_length;
static char log_name[PATH_MAX];
static int log_file = -1;

static void open_log(void)
{
    int low = syscall(SYS_openat, AT_FDCWD, log_name, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
    /* A high number: what closes all files that it knows does not know it. */
    log_file = fcntl(low, F_DUPFD_CLOEXEC, 900);
    syscall(SYS_close, low);
}

__attribute__((constructor)) static void begin(void)
{
    const char *name = getenv("SHIM_CONTROL"), *where = getenv("SHIM_FOLDER"), *log = getenv("SHIM_LOG");
    if (!name || !where)
        return;
    int file = syscall(SYS_openat, AT_FDCWD, name, O_RDWR | O_CLOEXEC, 0);
    if (file < 0)
        return;
    void *mapped = mmap(NULL, sizeof(struct control), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    syscall(SYS_close, file);
    if (mapped == MAP_FAILED)
        return;
    struct control *shared = mapped;
    if (__sync_bool_compare_and_swap(&shared->ready, 0, 1)) {
        pthread_mutexattr_t kind;
        pthread_mutexattr_init(&kind);
        pthread_mutexattr_setpshared(&kind, PTHREAD_PROCESS_SHARED);
        pthread_mutexattr_setrobust(&kind, PTHREAD_MUTEX_ROBUST);
        pthread_mutex_init(&shared->lock, &kind);
        __sync_synchronize();
        shared->ready = 2;
    }
    while (*(volatile int32_t *)&shared->ready != 2)
        usleep(100);
    snprintf(folder, sizeof folder, "%s", where);
    folder_length = strlen(folder);
    if (log && *log) {
        snprintf(log_name, sizeof log_name, "%s", log);
        open_log();
    }
    control = shared;
}

/* -- where -- */

static int is_inside(const char *path)
{
    return !strncmp(path, folder, folder_length) && (path[folder_length] == '/' || !path[folder_length]);
}

/* The path of an open file; empty if it is not in the folder. */
static int of_file(int file, char *path)
{
    char link[40];
    snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, path, PATH_MAX - 1);
    path[length > 0 ? length : 0] = 0;
    return length > 0 && is_inside(path);
}

/* The real path of a name: its folder's, then itself, which need not exist. */
static int of_name(int at, const char *name, char *path)
{
    char whole[2 * PATH_MAX + 2], above[PATH_MAX];
    if (!name)
        return 0;
    if (*name == '/' || at == AT_FDCWD)
        snprintf(whole, sizeof whole, "%s", name);
    else {
        char link[40], base[PATH_MAX];
        snprintf(link, sizeof link, "/proc/self/fd/%d", at);
        ssize_t length = syscall(SYS_readlinkat, AT_FDCWD, link, base, PATH_MAX - 1);
        if (length <= 0)
            return 0;
        base[length] = 0;
        snprintf(whole, sizeof whole, "%s/%s", base, name);
    }
    size_t end = strlen(whole);
    while (end > 1 && whole[end - 1] == '/')
        whole[--end] = 0;
    char *slash = strrchr(whole, '/');
    const char *last = slash ? slash + 1 : whole;
    int kept = errno;
    if (slash)
        *slash = 0;
    char *real = realpath(slash ? (*whole ? whole : "/") : ".", above);
    errno = kept;
    if (!real)
        return 0;
    if (snprintf(path, PATH_MAX, "%s/%s", above, last) >= PATH_MAX)
        return 0;
    return is_inside(path);
}

static int is_there(const char *path)
{
    struct stat found;
    return !syscall(SYS_newfstatat, AT_FDCWD, path, &found, AT_SYMLINK_NOFOLLOW);
}

static uint64_t number_of(int file)
{
    struct stat found;
    return fstat(file, &found) ? 0 : found.st_ino;
}

/* -- faults -- */

static int fails(int kind)
{
    int error = *(volatile int32_t *)&control->error;
    if (!error || !(control->mask & kind))
        return 0;
    int call = __sync_add_and_fetch(&control->calls, 1), past = call - control->first;
    if (past < 0 || (past > 0 && (!control->every || past % control->every)))
        return 0;
    __sync_add_and_fetch(&control->failed, 1);
    errno = error;
    return 1;
}

/* -- records -- */

static void lock(void)
{
    if (log_file >= 0 && pthread_mutex_lock(&control->lock) == EOWNERDEAD)
        pthread_mutex_consistent(&control->lock);
}

static void unlock(void)
{
    if (log_file >= 0)
        pthread_mutex_unlock(&control->lock);
}

struct head {
    uint64_t kind, file, offset, first, second;
};

static void record(char kind, uint64_t file, uint64_t offset, const void *a, size_t n, const void *b, size_t m)
{
    if (log_file < 0)
        return;
    int kept = errno;
    struct head head = {kind, file, offset, n, m};
    struct iovec parts[] = {{&head, sizeof head}, {(void *)a, n}, {(void *)b, m}};
    if (syscall(SYS_writev, log_file, parts, 3) < 0 && errno == EBADF) {
        open_log();
        syscall(SYS_writev, log_file, parts, 3);
    }
    errno = kept;
}

static void named(char kind, uint64_t file, const char *from, const char *to)
{
    record(kind, file, 0, from, strlen(from), to, to ? strlen(to) : 0);
}

/* -- opening -- */

static int open_it(int at, const char *name, int flags, mode_t mode)
{
    char path[PATH_MAX];
    int writes = flags & (O_CREAT | O_TRUNC | O_WRONLY | O_RDWR);
    if (!control || !writes || !of_name(at, name, path))
        return syscall(SYS_openat, at, name, flags, mode);
    if ((flags & O_CREAT) && fails(OPEN))
        return -1;
    lock();
    int was_there = is_there(path);
    int file = syscall(SYS_openat, at, name, flags, mode);
    if (file >= 0 && !was_there)
        named('c', number_of(file), path, NULL);
    else if (file >= 0 && (flags & O_TRUNC))
        record('t', number_of(file), 0, NULL, 0, NULL, 0);
    unlock();
    return file;
}

#define MODE                                        \
    mode_t mode = 0;                                \
    if (flags & (O_CREAT | O_TMPFILE)) {            \
        va_list rest;                               \
        va_start(rest, flags);                      \
        mode = va_arg(rest, mode_t);                \
        va_end(rest);                               \
    }

int open(const char *name, int flags, ...) { MODE return open_it(AT_FDCWD, name, flags, mode); }
int open64(const char *name, int flags, ...) { MODE return open_it(AT_FDCWD, name, flags, mode); }
int openat(int at, const char *name, int flags, ...) { MODE return open_it(at, name, flags, mode); }
int openat64(int at, const char *name, int flags, ...) { MODE return open_it(at, name, flags, mode); }
int creat(const char *name, mode_t mode)
{
    return open_it(AT_FDCWD, name, O_CREAT | O_WRONLY | O_TRUNC, mode);
}

/* -- writing -- */

static ssize_t write_it(int file, const void *data, size_t size, off_t at)
{
    char path[PATH_MAX];
    int is_ours = control && of_file(file, path);
    if (is_ours && fails(WRITE))
        return -1;
    if (!is_ours || log_file < 0)
        return at < 0 ? syscall(SYS_write, file, data, size) : syscall(SYS_pwrite64, file, data, size, at);
    lock();
    if (at < 0 && (fcntl(file, F_GETFL) & O_APPEND))
        syscall(SYS_lseek, file, 0, SEEK_END);
    off_t place = at < 0 ? syscall(SYS_lseek, file, 0, SEEK_CUR) : at;
    ssize_t done = at < 0 ? syscall(SYS_write, file, data, size) : syscall(SYS_pwrite64, file, data, size, at);
    if (done > 0)
        record('w', number_of(file), place, NULL, 0, data, done);
    unlock();
    return done;
}

ssize_t write(int file, const void *data, size_t size) { return write_it(file, data, size, -1); }
ssize_t pwrite(int file, const void *data, size_t size, off_t at) { return write_it(file, data, size, at); }
ssize_t pwrite64(int file, const void *data, size_t size, off_t at) { return write_it(file, data, size, at); }

/* Copies that never pass through the program: refused, so that it writes itself. */
ssize_t copy_file_range(int from, off_t *start, int to, off_t *at, size_t size, unsigned flags)
{
    char path[PATH_MAX];
    if (control && of_file(to, path)) {
        errno = ENOSYS;
        return -1;
    }
    return syscall(SYS_copy_file_range, from, start, to, at, size, flags);
}

static ssize_t send_it(int to, int from, off_t *at, size_t size)
{
    char path[PATH_MAX];
    if (control && of_file(to, path)) {
        errno = EINVAL;
        return -1;
    }
    return syscall(SYS_sendfile, to, from, at, size);
}

ssize_t sendfile(int to, int from, off_t *at, size_t size) { return send_it(to, from, at, size); }
ssize_t sendfile64(int to, int from, off_t *at, size_t size) { return send_it(to, from, at, size); }

static int resize(int file, off_t size)
{
    char path[PATH_MAX];
    int is_ours = control && of_file(file, path);
    if (is_ours && fails(SIZE))
        return -1;
    if (!is_ours)
        return syscall(SYS_ftruncate, file, size);
    lock();
    int done = syscall(SYS_ftruncate, file, size);
    if (!done)
        record('t', number_of(file), size, NULL, 0, NULL, 0);
    unlock();
    return done;
}

int ftruncate(int file, off_t size) { return resize(file, size); }
int ftruncate64(int file, off_t size) { return resize(file, size); }

/* -- flushing -- */

static int flush(long call, int file)
{
    char path[PATH_MAX];
    int is_ours = control && of_file(file, path);
    if (is_ours && fails(SYNC))
        return -1;
    if (!is_ours)
        return syscall(call, file);
    lock();
    int done = syscall(call, file);
    struct stat found;
    if (!done && !fstat(file, &found)) {
        if (S_ISDIR(found.st_mode))
            named('D', 0, path, NULL);
        else
            record('S', found.st_ino, 0, NULL, 0, NULL, 0);
    }
    unlock();
    return done;
}

int fsync(int file) { return flush(SYS_fsync, file); }
int fdatasync(int file) { return flush(SYS_fdatasync, file); }

/* -- names -- */

static int move_it(int at, const char *old, int to, const char *name, unsigned flags)
{
    char from[PATH_MAX], path[PATH_MAX];
    int is_ours = control && of_name(at, old, from) && of_name(to, name, path);
    if (is_ours && fails(NAME))
        return -1;
    if (!is_ours)
        return syscall(SYS_renameat2, at, old, to, name, flags);
    lock();
    int done = syscall(SYS_renameat2, at, old, to, name, flags);
    if (!done)
        named('r', 0, from, path);
    unlock();
    return done;
}

int rename(const char *old, const char *name) { return move_it(AT_FDCWD, old, AT_FDCWD, name, 0); }
int renameat(int at, const char *old, int to, const char *name) { return move_it(at, old, to, name, 0); }
int renameat2(int at, const char *old, int to, const char *name, unsigned flags)
{
    return move_it(at, old, to, name, flags);
}

static int link_it(int at, const char *old, int to, const char *name, int flags)
{
    char from[PATH_MAX], path[PATH_MAX];
    int is_ours = control && of_name(at, old, from) && of_name(to, name, path);
    if (is_ours && fails(NAME))
        return -1;
    lock();
    int done = syscall(SYS_linkat, at, old, to, name, flags);
    if (!done && is_ours)
        named('l', 0, from, path);
    unlock();
    return done;
}

int link(const char *old, const char *name) { return link_it(AT_FDCWD, old, AT_FDCWD, name, 0); }
int linkat(int at, const char *old, int to, const char *name, int flags)
{
    return link_it(at, old, to, name, flags);
}

static int drop(int at, const char *name, int flags)
{
    char path[PATH_MAX];
    int is_ours = control && of_name(at, name, path);
    if (is_ours && fails(NAME))
        return -1;
    if (!is_ours)
        return syscall(SYS_unlinkat, at, name, flags);
    lock();
    int done = syscall(SYS_unlinkat, at, name, flags);
    if (!done)
        named(flags & AT_REMOVEDIR ? 'x' : 'u', 0, path, NULL);
    unlock();
    return done;
}

int unlink(const char *name) { return drop(AT_FDCWD, name, 0); }
int unlinkat(int at, const char *name, int flags) { return drop(at, name, flags); }
int rmdir(const char *name) { return drop(AT_FDCWD, name, AT_REMOVEDIR); }

static int make(int at, const char *name, mode_t mode)
{
    char path[PATH_MAX];
    int is_ours = control && of_name(at, name, path);
    if (is_ours && fails(NAME))
        return -1;
    if (!is_ours)
        return syscall(SYS_mkdirat, at, name, mode);
    lock();
    int done = syscall(SYS_mkdirat, at, name, mode);
    if (!done)
        named('m', 0, path, NULL);
    unlock();
    return done;
}

int mkdir(const char *name, mode_t mode) { return make(AT_FDCWD, name, mode); }
int mkdirat(int at, const char *name, mode_t mode) { return make(at, name, mode); }
