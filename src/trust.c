/* SPDX-License-Identifier: MIT */
#include "trust.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/scan.h"
#include "base/sha256.h"
#include "base/text.h"
#include "io/folders.h"

enum { ENTRY_PATH_SIZE = FOLDER_PATH_SIZE + 96, ENTRY_MODE = 0600 };

/* The file that remembers `path`: its name is the SHA-256 of the real path, its first
 * line that of the trusted content. */
static bool entry_path(
    const char *path, char entry[ENTRY_PATH_SIZE], char real[PATH_MAX],
    struct error *err) {
    char state[FOLDER_PATH_SIZE];
    char folder[ENTRY_PATH_SIZE];
    char name[SHA256_HEX_SIZE];
    if (!folder_state(state, err)) return false;
    if (!realpath(path, real)) {
        return error_set(err, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
    }
    struct text text = TEXT_IN(folder);
    text_addf(&text, "%s/trust", state);
    if (!folder_make(folder, err)) return false;
    sha256_hex(slice_of(real), name);
    struct text whole = text_in(entry, ENTRY_PATH_SIZE);
    text_addf(&whole, "%s/%s", folder, name);
    return true;
}

bool trust_is_given(const char *path, const char *digest) {
    char entry[ENTRY_PATH_SIZE];
    char real[PATH_MAX];
    char remembered[SHA256_HEX_SIZE] = "";
    struct error err;
    if (!entry_path(path, entry, real, &err)) return false;
    int descriptor = open(entry, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (descriptor < 0) return false;
    ssize_t got = read(descriptor, remembered, sizeof remembered - 1);
    close(descriptor);
    return got == (ssize_t)sizeof remembered - 1 && strcmp(remembered, digest) == 0;
}

static bool write_entry(
    const char *name, const char *digest, const char *real, struct error *err) {
    int descriptor =
        open(name, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, ENTRY_MODE);
    if (descriptor < 0) return error_set(err, ERROR_SYSTEM, "%s", strerror(errno));
    bool wrote = dprintf(descriptor, "%s\n%s\n", digest, real) > 0;
    wrote = fsync(descriptor) == 0 && wrote;
    wrote = close(descriptor) == 0 && wrote;
    if (!wrote) error_set(err, ERROR_SYSTEM, "%s", strerror(errno));
    return wrote;
}

bool trust_give(const char *path, const char *digest, struct error *err) {
    char entry[ENTRY_PATH_SIZE];
    char beside[ENTRY_PATH_SIZE + 16];
    char real[PATH_MAX];
    if (!entry_path(path, entry, real, err)) return false;
    struct text text = TEXT_IN(beside);
    text_addf(&text, "%s.%ld", entry, (long)getpid());
    bool given = write_entry(beside, digest, real, err);
    if (given && rename(beside, entry) != 0) {
        given = error_set(err, ERROR_SYSTEM, "%s", strerror(errno));
    }
    if (!given) unlink(beside);
    return given || error_wrap(err, "remembering that %s is trusted", path);
}
