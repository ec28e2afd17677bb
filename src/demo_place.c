/* SPDX-License-Identifier: MIT */
#include "demo_place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/text.h"

/* HAProxy binds a socket under a name of its own, and gives it the right one then. */
static const char longest_socket[] = "/canary.sock.in.4194304.tmp";

static const char lock_name[] = "lock";

enum { FILE_MODE = 0600 };

void demo_place_path(
    const struct demo_place *place, const char *file, char path[DEMO_PATH_SIZE]) {
    struct text text = text_in(path, DEMO_PATH_SIZE);
    text_addf(&text, "%s/%s", place->folder, file);
}

static void name_place(struct demo_place *place, const char *runtime, unsigned number) {
    struct text name = TEXT_IN(place->name);
    text_add(&name, "demo");
    if (number > 1) text_addf(&name, "-%u", number);
    struct text folder = TEXT_IN(place->folder);
    text_addf(&folder, "%s/demos/%s", runtime, place->name);
}

/* The descriptor of the locked file; -1 while somebody else has it. A file that its
 * owner removed in between is nobody's. */
static int take_lock(const char *path) {
    int descriptor = open(path, O_CREAT | O_RDWR | O_CLOEXEC | O_NOFOLLOW, FILE_MODE);
    if (descriptor < 0) return -1;
    struct stat about;
    bool taken = flock(descriptor, LOCK_EX | LOCK_NB) == 0 &&
                 fstat(descriptor, &about) == 0 && about.st_nlink > 0;
    if (taken) return descriptor;
    close(descriptor);
    return -1;
}

/* Removes everything in the folder but the lock. */
static bool sweep(const struct demo_place *place, struct error *err) {
    DIR *folder = opendir(place->folder);
    if (!folder) {
        return error_set(err, ERROR_SYSTEM, "%s: %s", place->folder, strerror(errno));
    }
    bool swept = true;
    const struct dirent *entry;
    while (swept && (entry = readdir(folder)) != NULL) {
        char path[DEMO_PATH_SIZE];
        const char *name = entry->d_name;
        bool stays = strcmp(name, ".") == 0 || strcmp(name, "..") == 0 ||
                     strcmp(name, lock_name) == 0;
        if (stays) continue;
        demo_place_path(place, name, path);
        swept = folder_remove(path, err);
    }
    closedir(folder);
    return swept;
}

/* The lock goes last: until then nobody else takes the name.
 * From then on the folder may be somebody else's. */
static bool sweep_all(const struct demo_place *place, struct error *err) {
    char path[DEMO_PATH_SIZE];
    demo_place_path(place, lock_name, path);
    if (!sweep(place, err)) return false;
    if (unlink(path) == 0) {
        rmdir(place->folder);
        return true;
    }
    return error_set(err, ERROR_SYSTEM, "%s: %s", path, strerror(errno));
}

static bool fits_a_socket(const struct demo_place *place, struct error *err) {
    size_t room = sizeof(((struct sockaddr_un *)0)->sun_path) - sizeof longest_socket;
    if (strlen(place->folder) <= room) return true;
    return error_set(
        err, ERROR_LIMIT, "%s: too long for the path of a socket; set XDG_RUNTIME_DIR",
        place->folder);
}

/* Removes what is left of demos that are dead. */
static void sweep_dead(const char *runtime) {
    for (unsigned number = 1; number <= DEMO_PLACES_MAX; number++) {
        struct demo_place place;
        char path[DEMO_PATH_SIZE];
        struct error err;
        name_place(&place, runtime, number);
        if (access(place.folder, F_OK) != 0) continue;
        demo_place_path(&place, lock_name, path);
        int lock = take_lock(path);
        if (lock < 0) continue;
        sweep_all(&place, &err);
        close(lock);
    }
}

bool demo_place_claim(struct demo_place *place, struct error *err) {
    char runtime[FOLDER_PATH_SIZE];
    if (!folder_runtime(runtime, err)) return false;
    sweep_dead(runtime);
    for (unsigned number = 1; number <= DEMO_PLACES_MAX; number++) {
        char path[DEMO_PATH_SIZE];
        name_place(place, runtime, number);
        if (!fits_a_socket(place, err)) return false;
        if (!folder_make(place->folder, err)) return false;
        demo_place_path(place, lock_name, path);
        place->lock = take_lock(path);
        if (place->lock >= 0) return sweep(place, err);
    }
    return error_set(
        err, ERROR_CONFLICT, "%d demos are running: stop one first", DEMO_PLACES_MAX);
}

bool demo_place_remove(const struct demo_place *place, struct error *err) {
    struct stat about;
    bool ours = fstat(place->lock, &about) == 0 && about.st_nlink > 0;
    return !ours || sweep_all(place, err);
}
