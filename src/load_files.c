/* SPDX-License-Identifier: MIT */
#include "load_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/safe_text.h"
#include "base/text.h"
#include "io/yaml.h"

enum { ENTRIES_MAX = 1000 }; /* of a folder that are looked at */

/* --- where they lie --- */

static void add_folder(struct load_folders *folders, const char *config_path) {
    if (folders->count == LOAD_FOLDERS_MAX) return;
    const char *slash = strrchr(config_path, '/');
    struct slice folder = {config_path, slash ? (size_t)(slash - config_path) : 0};
    struct text text = text_in(folders->paths[folders->count], LOAD_FOLDER_SIZE);
    text_add_slice(&text, folder);
    text_add(&text, slash ? "/scenarios" : "scenarios");
    if (!text.truncated) folders->count++;
}

void load_folders_of(const struct config *config, struct load_folders *folders) {
    char path[CONFIG_PATH_SIZE];
    unsigned count = 0;
    const struct config_layer *layers = config_layers(config, &count);
    *folders = (struct load_folders){0};
    for (unsigned i = 0; i < count; i++) {
        bool chosen =
            layers[i].source == CONFIG_PROJECT || layers[i].source == CONFIG_NAMED;
        if (chosen && layers[i].present) add_folder(folders, layers[i].path);
    }
    if (config_user_path(path)) add_folder(folders, path);
}

/* --- finding them --- */

static bool has_ending(const char *name) {
    const char *dot = strrchr(name, '.');
    return dot && dot != name &&
           (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

/* As it is, or not at all: what is shown is what is chosen. */
static bool take_name(const char *name, char to[STATE_NAME_SIZE]) {
    safe_text_copy(to, STATE_NAME_SIZE, slice_of(name));
    return strcmp(name, to) == 0;
}

/* Keeps the list in order; the last one goes when there is no room. */
static void insert(struct load_files *files, const struct load_file *file) {
    unsigned at = 0;
    while (at < files->count && strcmp(files->items[at].name, file->name) < 0) at++;
    if (at == LOAD_FILES_MAX) return;
    if (at < files->count && strcmp(files->items[at].name, file->name) == 0) return;
    if (files->count < LOAD_FILES_MAX) files->count++;
    memmove(
        &files->items[at + 1], &files->items[at],
        (files->count - at - 1) * sizeof files->items[0]);
    files->items[at] = *file;
}

static void look_at(struct load_files *files, const char *folder, const char *name) {
    struct load_file file = {0};
    struct stat about;
    struct text path = TEXT_IN(file.path);
    if (!has_ending(name) || !take_name(name, file.name)) return;
    text_addf(&path, "%s/%s", folder, name);
    if (path.truncated || stat(file.path, &about) != 0 || !S_ISREG(about.st_mode)) {
        return;
    }
    file.mark = proc_mark_of(file.path);
    insert(files, &file);
}

void load_files_find(struct load_files *files, const struct load_folders *folders) {
    *files = (struct load_files){0};
    for (unsigned i = 0; i < folders->count; i++) {
        DIR *folder = opendir(folders->paths[i]);
        if (!folder) continue;
        const struct dirent *entry;
        for (unsigned k = 0; k < ENTRIES_MAX; k++) {
            entry = readdir(folder); /* NOLINT(concurrency-mt-unsafe) */
            if (!entry) break;
            look_at(files, folders->paths[i], entry->d_name);
        }
        closedir(folder);
    }
}

bool load_files_equal(const struct load_files *a, const struct load_files *b) {
    if (a->count != b->count) return false;
    for (unsigned i = 0; i < a->count; i++) {
        if (strcmp(a->items[i].path, b->items[i].path) != 0) return false;
        if (!proc_marks_equal(&a->items[i].mark, &b->items[i].mark)) return false;
    }
    return true;
}

/* --- reading one --- */

static bool read_bytes(int descriptor, char *bytes, size_t *length, struct error *err) {
    struct stat about;
    if (fstat(descriptor, &about) != 0 || !S_ISREG(about.st_mode)) {
        return error_set(err, ERROR_USAGE, "it is no regular file");
    }
    *length = 0;
    while (*length <= YAML_BYTES_MAX) {
        ssize_t got = read(descriptor, bytes + *length, YAML_BYTES_MAX + 1 - *length);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0) return error_set(err, ERROR_SYSTEM, "%s", strerrordesc_np(errno));
        if (got == 0) return true;
        *length += (size_t)got;
    }
    return error_set(err, ERROR_LIMIT, "larger than %d KiB", YAML_BYTES_MAX / 1024);
}

struct document *load_file_read(const struct load_file *file, struct error *err) {
    int descriptor = open(file->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (descriptor < 0) {
        error_set(err, ERROR_SYSTEM, "%s: %s", file->path, strerrordesc_np(errno));
        return NULL;
    }
    struct document *document = NULL;
    char *bytes = memory_new(YAML_BYTES_MAX + 1);
    size_t length = 0;
    if (!read_bytes(descriptor, bytes, &length, err)) {
        error_wrap(err, "%s", file->path);
    } else {
        document = yaml_parse((struct slice){bytes, length}, file->path, err);
    }
    free(bytes);
    close(descriptor);
    return document;
}
