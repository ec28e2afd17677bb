/* SPDX-License-Identifier: MIT */
#include "demo_trim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

/* The end of the file without the line that it
 * begins in; false when it cannot be read. */
static bool read_end(
    int file, off_t size, char *to, const char **from, size_t *length) {
    ssize_t got = pread(file, to, DEMO_LOG_KEPT, size - DEMO_LOG_KEPT);
    if (got <= 0) return false;
    const char *line = memchr(to, '\n', (size_t)got);
    *from = line ? line + 1 : to;
    *length = (size_t)(to + got - *from);
    return true;
}

static bool cut(int file, off_t size) {
    char *end = memory_new_array(DEMO_LOG_KEPT, 1);
    const char *from = end;
    size_t length = 0;
    bool done = read_end(file, size, end, &from, &length) && ftruncate(file, 0) == 0 &&
                write(file, from, length) == (ssize_t)length;
    free(end);
    return done;
}

bool demo_trim(const char *path, struct error *err) {
    struct stat about;
    int file = open(path, O_RDWR | O_APPEND | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0 && errno == ENOENT) return true;
    bool done = file >= 0 && fstat(file, &about) == 0 &&
                (about.st_size <= DEMO_LOG_MAX || cut(file, about.st_size));
    if (!done) error_set(err, ERROR_SYSTEM, "%s: %s", path, strerrordesc_np(errno));
    if (file >= 0) close(file);
    return done;
}
