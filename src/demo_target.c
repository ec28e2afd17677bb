/* SPDX-License-Identifier: MIT */
#include "demo_target.h"

#include <dirent.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

enum { DEMOS_MAX = 64 }; /* folders looked at */

/* A demo holds a lock for as long as it lives: what can be locked is dead. */
static bool is_alive(const char *lock) {
    int descriptor = open(lock, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
    if (descriptor < 0) return false;
    bool free_to_take = flock(descriptor, LOCK_SH | LOCK_NB) == 0;
    close(descriptor);
    return !free_to_take;
}

static bool is_plain_name(const char *name) {
    return name[0] != '\0' && name[0] != '.' && !strchr(name, '/');
}

bool demo_target_find(const char *name, char file[DEMO_FILE_SIZE]) {
    char runtime[FOLDER_PATH_SIZE];
    char lock[DEMO_FILE_SIZE];
    struct error err;
    if (!is_plain_name(name) || !folder_runtime(runtime, &err)) return false;
    struct text lock_path = TEXT_IN(lock);
    text_addf(&lock_path, "%s/demos/%s/lock", runtime, name);
    struct text file_path = text_in(file, DEMO_FILE_SIZE);
    text_addf(&file_path, "%s/demos/%s/target.yaml", runtime, name);
    if (lock_path.truncated || file_path.truncated) return false;
    return is_alive(lock) && access(file, R_OK) == 0;
}

void demo_target_list(struct text *names) {
    char runtime[FOLDER_PATH_SIZE];
    char demos[DEMO_FILE_SIZE];
    struct error err;
    if (!folder_runtime(runtime, &err)) return;
    struct text path = TEXT_IN(demos);
    text_addf(&path, "%s/demos", runtime);
    DIR *folder = opendir(demos);
    if (!folder) return;
    const struct dirent *entry = NULL;
    for (unsigned i = 0; i < DEMOS_MAX && (entry = readdir(folder)); i++) {
        char file[DEMO_FILE_SIZE];
        if (!demo_target_find(entry->d_name, file)) continue;
        text_addf(names, "%s%s", names->length > 0 ? " " : "", entry->d_name);
    }
    closedir(folder);
}
