/* SPDX-License-Identifier: MIT */
#include "takeaway.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "io/folders.h"
#include "output_file.h"
#include "ui/extract.h"
#include "ui/ui_command.h"

/* Where a file goes: its folder is made. */
static bool place(
    char path[FOLDER_PATH_SIZE], const char *below, const char *name,
    struct error *err) {
    char state[FOLDER_PATH_SIZE];
    if (!folder_state(state, err)) return false;
    struct text text = text_in(path, FOLDER_PATH_SIZE);
    text_addf(&text, "%s%s", state, below);
    if (!folder_make(path, err)) return false;
    text_addf(&text, "/%s", name);
    if (text.truncated) return error_set(err, ERROR_LIMIT, "%s: too long", path);
    return true;
}

/* As people write it: "~/.local/state/..." */
static void add_path(struct text *text, const char *path) {
    const char *home = getenv("HOME"); /* NOLINT(concurrency-mt-unsafe) */
    size_t length = home ? strlen(home) : 0;
    bool below = length > 1 && strncmp(path, home, length) == 0 && path[length] == '/';
    text_addf(text, below ? "~%s" : "%s", below ? path + length : path);
}

static void tell(struct ui *ui, const char *what, const char *path) {
    char words[UI_NOTICE_SIZE];
    struct text text = TEXT_IN(words);
    text_add(&text, what);
    add_path(&text, path);
    ui_notify(ui, words);
}

static void refuse(struct ui *ui, const char *name, const struct error *err) {
    char words[UI_NOTICE_SIZE];
    struct text text = TEXT_IN(words);
    text_addf(&text, "%s is not written: %s", name, err->message);
    ui_notify(ui, words);
}

void takeaway_copy(struct ui *ui, const struct ui_world *world, struct screen *screen) {
    struct scene scene = ui_scene(ui, world);
    struct buffer words;
    buffer_init(&words, EXTRACT_BYTES_MAX);
    if (!extract_copy(&scene, &words)) {
        ui_notify(ui, "there is nothing to copy here");
    } else {
        char path[FOLDER_PATH_SIZE];
        struct error err;
        struct slice bytes = buffer_slice(&words);
        bool sent = screen_copy(screen, bytes, world->now_ns);
        if (place(path, "", "copied.txt", &err) &&
            output_file_write(path, bytes, true, &err)) {
            tell(ui, sent ? "sent to the clipboard; copied to " : "copied to ", path);
        } else {
            refuse(ui, "copied.txt", &err);
        }
    }
    buffer_clear(&words);
}

void takeaway_export(struct ui *ui, const struct ui_world *world, const char *name) {
    char path[FOLDER_PATH_SIZE];
    struct error err;
    enum extract_format format = EXTRACT_TEXT;
    if (!extract_name_is_good(name) || !extract_format_of(name, &format)) return;
    struct scene scene = ui_scene(ui, world);
    struct buffer words;
    buffer_init(&words, EXTRACT_BYTES_MAX);
    extract_panel(&scene, format, &words);
    if (words.overflow) {
        ui_notify(ui, "not written: there is too much; a shorter window has less");
    } else if (
        place(path, "/exports", name, &err) &&
        output_file_write(path, buffer_slice(&words), false, &err)) {
        tell(ui, "written to ", path);
    } else {
        refuse(ui, name, &err);
    }
    buffer_clear(&words);
}
