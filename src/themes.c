/* SPDX-License-Identifier: MIT */
#include "themes.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buffer.h"
#include "base/text.h"
#include "io/folders.h"
#include "themes_builtin.h"

enum { THEMES_PATH_SIZE = FOLDER_PATH_SIZE + 64, THEMES_FOLDERS = 3 };

/* Where themes are looked for, the first one wins. */
static bool folder_at(unsigned place, char path[FOLDER_PATH_SIZE]) {
    struct error err = {0};
    if (place == 0) {
        struct text text = text_in(path, FOLDER_PATH_SIZE);
        char config[FOLDER_PATH_SIZE];
        if (!folder_config(config, &err)) return false;
        text_addf(&text, "%s/themes", config);
        return !text.truncated;
    }
    const char *fixed =
        place == 1 ? "/etc/flightdeck/themes" : "/usr/share/flightdeck/themes";
    return text_copy(path, FOLDER_PATH_SIZE, fixed);
}

static bool read_file(const char *path, struct buffer *content, struct error *err) {
    FILE *file = fopen(path, "re");
    if (!file) {
        return error_set(err, ERROR_NOT_FOUND, "theme %s: %s", path, strerror(errno));
    }
    char bytes[4096];
    size_t length;
    bool fits = true;
    while (fits && (length = fread(bytes, 1, sizeof bytes, file)) > 0) {
        fits = buffer_add(content, bytes, length);
    }
    bool good = fits && !ferror(file);
    fclose(file);
    if (good) return true;
    return error_set(
        err, ERROR_LIMIT, "theme %s: cannot be read, or is larger than %d bytes", path,
        THEME_FILE_MAX);
}

static bool find_file(const char *name, char *path, size_t size) {
    for (unsigned place = 0; place < THEMES_FOLDERS; place++) {
        char folder[FOLDER_PATH_SIZE];
        if (!folder_at(place, folder)) continue;
        struct text text = text_in(path, size);
        text_addf(&text, "%s/%s.theme", folder, name);
        FILE *file = text.truncated ? NULL : fopen(path, "re");
        if (!file) continue;
        fclose(file);
        return true;
    }
    return false;
}

static const char *builtin(const char *name) {
    for (size_t i = 0; i < THEMES_BUILTIN_COUNT; i++) {
        if (strcmp(themes_builtin[i].name, name) == 0) return themes_builtin[i].text;
    }
    return NULL;
}

/* The text of a theme, and what it is called in warnings. A file of the folder one
 * works in never stands in front of a theme with its name. */
static bool find_text(
    const char *name, struct buffer *content, char shown[THEMES_PATH_SIZE],
    struct error *err) {
    if (strchr(name, '/')) {
        text_copy_cut(shown, THEMES_PATH_SIZE, name);
        return read_file(name, content, err);
    }
    if (find_file(name, shown, THEMES_PATH_SIZE)) return read_file(shown, content, err);
    const char *text = builtin(name);
    if (!text && (strchr(name, '.') || access(name, F_OK) == 0)) {
        text_copy_cut(shown, THEMES_PATH_SIZE, name);
        return read_file(name, content, err);
    }
    if (!text) return error_set(err, ERROR_NOT_FOUND, "no theme is named %.31s", name);
    struct text words = text_in(shown, THEMES_PATH_SIZE);
    text_addf(&words, "%s.theme", name);
    return buffer_add_string(content, text);
}

/* One of the themes that lie over each other. */
struct level {
    struct buffer content;
    char shown[THEMES_PATH_SIZE];
};

static bool find_levels(
    const char *name, struct level *levels, size_t *count, struct error *err) {
    char wanted[THEMES_PATH_SIZE];
    text_copy_cut(wanted, sizeof wanted, name);
    for (*count = 0; *count <= THEME_INHERIT_MAX; (*count)++) {
        struct level *level = &levels[*count];
        buffer_init(&level->content, THEME_FILE_MAX);
        if (!find_text(wanted, &level->content, level->shown, err)) {
            buffer_clear(&level->content);
            return *count > 0 && error_wrap(err, "theme %s", levels[*count - 1].shown);
        }
        if (!theme_read_inherit(buffer_slice(&level->content), wanted, sizeof wanted)) {
            (*count)++;
            return true;
        }
    }
    return error_set(
        err, ERROR_LIMIT, "theme %s: more than %d themes below it", name,
        THEME_INHERIT_MAX);
}

bool themes_load(
    const char *name, struct theme *theme, struct theme_warnings *warnings,
    struct error *err) {
    struct level levels[THEME_INHERIT_MAX + 1];
    size_t count = 0;
    struct theme read;
    theme_init(&read);
    *warnings = (struct theme_warnings){0};
    bool found = find_levels(name, levels, &count, err);
    for (size_t i = count; i-- > 0;) {
        struct level *level = &levels[i];
        if (found) {
            theme_read(&read, buffer_slice(&level->content), level->shown, warnings);
        }
        buffer_clear(&level->content);
    }
    if (found) *theme = read;
    return found;
}

static int by_name(const void *a, const void *b) {
    const struct themes_listed *first = a, *second = b;
    return strcmp(first->name, second->name);
}

static void add_listed(
    struct themes_listed *listed, size_t *count, struct slice name,
    const char *source) {
    char copy[THEME_NAME_SIZE];
    struct text text = TEXT_IN(copy);
    text_add_slice(&text, name);
    if (text.truncated || *count == THEMES_LISTED_MAX) return;
    for (size_t i = 0; i < *count; i++) {
        if (strcmp(listed[i].name, copy) == 0) return;
    }
    struct themes_listed *added = &listed[(*count)++];
    text_copy_cut(added->name, sizeof added->name, copy);
    text_copy_cut(added->source, sizeof added->source, source);
}

static void list_folder(
    const char *folder, struct themes_listed *listed, size_t *count) {
    static const char suffix[] = ".theme";
    enum { SUFFIX_LENGTH = sizeof suffix - 1 };
    DIR *files = opendir(folder);
    if (!files) return;
    const struct dirent *entry;
    while ((entry = readdir(files))) { /* NOLINT(concurrency-mt-unsafe) */
        struct slice name = slice_of(entry->d_name);
        if (name.length <= SUFFIX_LENGTH) continue;
        name.length -= SUFFIX_LENGTH;
        if (strcmp(name.data + name.length, suffix) != 0) continue;
        char source[THEMES_SOURCE_SIZE];
        struct text text = TEXT_IN(source);
        text_addf(&text, "%s/%s", folder, entry->d_name);
        add_listed(listed, count, name, source);
    }
    closedir(files);
}

size_t themes_list(struct themes_listed listed[THEMES_LISTED_MAX]) {
    size_t count = 0;
    for (unsigned place = 0; place < THEMES_FOLDERS; place++) {
        char folder[FOLDER_PATH_SIZE];
        if (folder_at(place, folder)) list_folder(folder, listed, &count);
    }
    for (size_t i = 0; i < THEMES_BUILTIN_COUNT; i++) {
        add_listed(listed, &count, slice_of(themes_builtin[i].name), "built in");
    }
    qsort(listed, count, sizeof *listed, by_name);
    return count;
}

const char *themes_next(const char *name) {
    for (size_t i = 0; i < THEMES_BUILTIN_COUNT; i++) {
        if (strcmp(themes_builtin[i].name, name) != 0) continue;
        return themes_builtin[(i + 1) % THEMES_BUILTIN_COUNT].name;
    }
    return themes_builtin[0].name;
}
