/* SPDX-License-Identifier: MIT */
#include "output_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/text.h"

enum { PATH_SIZE = 1024, FILE_MODE = 0644 };

bool output_write_all(int descriptor, struct slice bytes, struct error *err) {
    while (bytes.length > 0) {
        ssize_t wrote = write(descriptor, bytes.data, bytes.length);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote < 0 && errno == EPIPE) return true;
        if (wrote < 0) return error_set(err, ERROR_SYSTEM, "%s", strerror(errno));
        bytes.data += wrote;
        bytes.length -= (size_t)wrote;
    }
    return true;
}

static bool is_special(const char *path) {
    struct stat found;
    return stat(path, &found) == 0 && !S_ISREG(found.st_mode);
}

static bool write_special(const char *path, struct slice bytes, struct error *err) {
    int descriptor = open(path, O_WRONLY | O_CLOEXEC);
    if (descriptor < 0) return error_set(err, ERROR_SYSTEM, "%s", strerror(errno));
    bool wrote = output_write_all(descriptor, bytes, err);
    close(descriptor);
    return wrote;
}

/* All of it, or no file. */
static bool write_new(const char *path, struct slice bytes, struct error *err) {
    int descriptor =
        open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
    if (descriptor < 0) return error_set(err, ERROR_SYSTEM, "%s", strerror(errno));
    bool wrote = output_write_all(descriptor, bytes, err);
    if (close(descriptor) != 0 && wrote) {
        wrote = error_set(err, ERROR_SYSTEM, "%s", strerror(errno));
    }
    if (!wrote) unlink(path);
    return wrote;
}

/* A link fails where a rename would replace. */
static bool give_name(
    const char *beside, const char *path, bool replace, struct error *err) {
    int failed = replace ? rename(beside, path) : link(beside, path);
    if (failed == 0) return true;
    enum error_code code = errno == EEXIST ? ERROR_CONFLICT : ERROR_SYSTEM;
    return error_set(err, code, "%s", strerror(errno));
}

static bool name_beside(const char *path, char name[PATH_SIZE], struct error *err) {
    struct text text = text_in(name, PATH_SIZE);
    text_addf(&text, "%s.%ld", path, (long)getpid());
    return !text.truncated || error_set(err, ERROR_LIMIT, "the name is too long");
}

bool output_file_write(
    const char *path, struct slice bytes, bool replace, struct error *err) {
    char beside[PATH_SIZE];
    if (replace && is_special(path)) return write_special(path, bytes, err);
    if (!name_beside(path, beside, err)) return false;
    bool wrote = write_new(beside, bytes, err);
    bool named = wrote && give_name(beside, path, replace, err);
    /* After a rename the other name is gone already. */
    if (wrote && !(named && replace)) unlink(beside);
    return named;
}

int output_file_open(const char *path, struct error *err) {
    int flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
    int descriptor = open(path, flags, FILE_MODE);
    if (descriptor < 0) error_set(err, ERROR_SYSTEM, "%s", strerror(errno));
    return descriptor;
}

/* A pipe is not opened: its reader would take the closing for the end. */
static bool check_special(const char *path, struct error *err) {
    struct stat found;
    bool folder = stat(path, &found) == 0 && S_ISDIR(found.st_mode);
    if (!folder && access(path, W_OK) == 0) return true;
    return error_set(err, ERROR_SYSTEM, "%s", strerror(folder ? EISDIR : errno));
}

bool output_file_check(const char *path, struct error *err) {
    char beside[PATH_SIZE];
    if (is_special(path)) return check_special(path, err);
    if (!name_beside(path, beside, err)) return false;
    if (!write_new(beside, slice_of(""), err)) return false;
    unlink(beside);
    return true;
}
