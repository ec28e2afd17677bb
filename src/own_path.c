/* SPDX-License-Identifier: MIT */
#include "own_path.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

bool own_path(char *path, size_t size, struct error *err) {
    char found[PATH_MAX];
    ssize_t length = readlink("/proc/self/exe", found, sizeof found - 1);
    if (length <= 0) {
        return error_set(err, ERROR_SYSTEM, "/proc/self/exe: %s", strerror(errno));
    }
    found[length] = '\0';
    if (text_copy(path, size, found)) return true;
    return error_set(
        err, ERROR_LIMIT, "the program stands too deep in folders: %s", found);
}

bool own_folder(char *path, size_t size, struct error *err) {
    if (!own_path(path, size, err)) return false;
    *strrchr(path, '/') = '\0';
    return true;
}
