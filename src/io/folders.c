/* SPDX-License-Identifier: MIT */
#include "io/folders.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/text.h"

enum {
    PRIVATE_MODE = 0700,
    PROBE_MODE = 0600,
    OPEN_FOLDERS_MAX = 16,
    ROOM_MIN = 128 * 1024, /* an index of 32 KiB, and a transaction */
};

static const char own_name[] = "flightdeck";

static bool path_set(
    char path[FOLDER_PATH_SIZE], const char *base, const char *rest,
    struct error *err) {
    struct text text = text_in(path, FOLDER_PATH_SIZE);
    text_addf(&text, "%s/%s", base, rest);
    if (!text.truncated) return true;
    return error_set(
        err, ERROR_LIMIT, "path over %d bytes: %s", FOLDER_PATH_SIZE, base);
}

/* An XDG variable counts only when it is an absolute path. */
static const char *absolute_variable(const char *name) {
    const char *value = getenv(name);
    return value && value[0] == '/' ? value : NULL;
}

static bool make_one(const char *path, struct error *err) {
    if (mkdir(path, PRIVATE_MODE) == 0 || errno == EEXIST) return true;
    return error_set(err, ERROR_SYSTEM, "making %s: %s", path, strerror(errno));
}

bool folder_make(const char *path, struct error *err) {
    char part[FOLDER_PATH_SIZE];
    if (!text_copy(part, sizeof part, path)) {
        return error_set(err, ERROR_LIMIT, "path over %d bytes", FOLDER_PATH_SIZE);
    }
    for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        if (!make_one(part, err)) return false;
        *slash = '/';
    }
    return make_one(part, err);
}

bool folder_is_read_only(const char *path) {
    struct statvfs about;
    return statvfs(path, &about) == 0 && (about.f_flag & ST_RDONLY) != 0;
}

/* Who may use what is kept back has more room than the file system says: only a file
 * tells, which has no name and is gone when it is closed. */
static bool is_granted(const char *folder) {
    int descriptor = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, PROBE_MODE);
    if (descriptor < 0) return false;
    bool is_there = posix_fallocate(descriptor, 0, ROOM_MIN) == 0;
    close(descriptor);
    return is_there;
}

bool folder_takes_file(const char *path) {
    char folder[FOLDER_PATH_SIZE];
    struct statvfs about;
    text_copy_cut(folder, sizeof folder, path);
    char *slash = strrchr(folder, '/');
    if (slash) {
        slash[1] = '\0';
    } else {
        text_copy_cut(folder, sizeof folder, ".");
    }
    if (statvfs(folder, &about) != 0) return true; /* whoever opens it is told why */
    if ((about.f_flag & ST_RDONLY) != 0) return false;
    bool has_names = about.f_files == 0 || about.f_favail > 0;
    uint64_t room = (uint64_t)about.f_bavail * about.f_frsize;
    return (has_names && room >= ROOM_MIN) || is_granted(folder);
}

static bool check_private(const char *path, struct error *err) {
    struct stat about;
    if (lstat(path, &about) != 0) {
        return error_set(err, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
    }
    if (!S_ISDIR(about.st_mode)) {
        return error_set(err, ERROR_SYSTEM, "%s: not a folder", path);
    }
    if (about.st_uid != geteuid()) {
        return error_set(
            err, ERROR_AUTH, "%s: belongs to user %u", path, (unsigned)about.st_uid);
    }
    if ((about.st_mode & 077) != 0 && chmod(path, PRIVATE_MODE) != 0) {
        return error_set(err, ERROR_AUTH, "%s: others may enter it", path);
    }
    return true;
}

static bool make_private(const char *path, struct error *err) {
    return folder_make(path, err) && check_private(path, err);
}

bool folder_runtime(char path[FOLDER_PATH_SIZE], struct error *err) {
    const char *base = absolute_variable("XDG_RUNTIME_DIR");
    if (base) return path_set(path, base, own_name, err) && make_private(path, err);

    char name[sizeof own_name + 16];
    snprintf(name, sizeof name, "%s-%u", own_name, (unsigned)geteuid());
    return path_set(path, "/tmp", name, err) && make_private(path, err);
}

/* The XDG folder of that variable, or its default below the home folder. */
static bool xdg_folder(
    char path[FOLDER_PATH_SIZE], const char *variable, const char *below_home,
    struct error *err) {
    const char *base = absolute_variable(variable);
    if (base) return path_set(path, base, own_name, err);

    const char *home = absolute_variable("HOME");
    if (!home) {
        return error_set(
            err, ERROR_SYSTEM, "neither %s nor HOME is an absolute path", variable);
    }
    char parent[FOLDER_PATH_SIZE];
    return path_set(parent, home, below_home, err) &&
           path_set(path, parent, own_name, err);
}

bool folder_state(char path[FOLDER_PATH_SIZE], struct error *err) {
    return xdg_folder(path, "XDG_STATE_HOME", ".local/state", err) &&
           make_private(path, err);
}

bool folder_config(char path[FOLDER_PATH_SIZE], struct error *err) {
    return xdg_folder(path, "XDG_CONFIG_HOME", ".config", err);
}

static int remove_entry(
    const char *path, const struct stat *about, int kind, struct FTW *where) {
    (void)about;
    (void)kind;
    (void)where;
    return remove(path) == 0 || errno == ENOENT ? 0 : -1;
}

bool folder_remove(const char *path, struct error *err) {
    struct stat about;
    if (lstat(path, &about) != 0 && errno == ENOENT) return true;
    int walked = nftw(path, remove_entry, OPEN_FOLDERS_MAX, FTW_DEPTH | FTW_PHYS);
    if (walked == 0) return true;
    return error_set(err, ERROR_SYSTEM, "removing %s: %s", path, strerror(errno));
}
