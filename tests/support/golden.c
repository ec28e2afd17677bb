/* SPDX-License-Identifier: MIT */
#include "support/golden.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/scan.h"
#include "base/text.h"
#include "base/utf8.h"

enum { PATH_SIZE = 512, FILE_MAX = 512 * 1024 };

/* One letter per role, in their order. */
static const char role_letters[] = " .dsxbBTLEPwAFogRn12lkSCD3456";

_Static_assert(sizeof role_letters == ROLE_END + 1, "one letter per role");

struct golden golden_from_arguments(const char *folder, int argc, char **argv) {
    struct golden golden = {.folder = folder};
    for (int i = 1; i < argc; i++) {
        if (strncmp(argv[i], "--update-", strlen("--update-")) == 0) {
            golden.update = true;
        }
    }
    return golden;
}

struct canvas golden_canvas(int width, int height, bool ascii) {
    size_t count = (size_t)width * (size_t)height;
    struct canvas canvas = {.width = width, .height = height, .ascii = ascii};
    canvas.cells = memory_new_array(count, sizeof *canvas.cells);
    return canvas;
}

void golden_canvas_free(struct canvas *canvas) {
    free(canvas->cells);
    canvas->cells = NULL;
}

static const struct cell *cell_at(const struct canvas *canvas, int x, int y) {
    return &canvas->cells[(size_t)y * (size_t)canvas->width + (size_t)x];
}

static void trim_line(struct buffer *buffer, size_t start) {
    while (buffer->length > start && buffer->data[buffer->length - 1] == ' ') {
        buffer->length--;
    }
}

static void add_row(struct buffer *buffer, const struct canvas *canvas, int y) {
    size_t start = buffer->length;
    for (int x = 0; x < canvas->width; x++) {
        uint32_t rune = cell_at(canvas, x, y)->rune;
        if (rune == 0) continue; /* the second half of a wide one */
        char bytes[UTF8_SIZE_MAX];
        buffer_add(buffer, bytes, utf8_put(bytes, rune));
    }
    trim_line(buffer, start);
}

static void add_roles(struct buffer *buffer, const struct canvas *canvas, int y) {
    size_t start = buffer->length;
    for (int x = 0; x < canvas->width; x++) {
        const struct cell *cell = cell_at(canvas, x, y);
        char letter = role_letters[cell->under ? cell->under : cell->role];
        bool blank = cell->rune == ' ' && letter == '.';
        buffer_add_char(buffer, blank ? ' ' : letter);
    }
    trim_line(buffer, start);
}

static void write_screen(struct buffer *buffer, const struct canvas *canvas) {
    for (int y = 0; y < canvas->height; y++) {
        add_row(buffer, canvas, y);
        buffer_add_char(buffer, '\n');
    }
    if (canvas->ascii) return; /* the roles are those of the other file */
    buffer_add_string(buffer, "----\n");
    for (int y = 0; y < canvas->height; y++) {
        add_roles(buffer, canvas, y);
        buffer_add_char(buffer, '\n');
    }
}

void golden_row(const struct canvas *canvas, int y, char *to, int size) {
    struct buffer buffer;
    buffer_init(&buffer, FILE_MAX);
    add_row(&buffer, canvas, y);
    text_copy_cut(to, (size_t)size, buffer_string(&buffer));
    buffer_clear(&buffer);
}

static void read_file(const char *path, struct buffer *buffer) {
    FILE *file = fopen(path, "rbe");
    if (!file) return;
    char bytes[4096];
    size_t length = 0;
    while ((length = fread(bytes, 1, sizeof bytes, file)) > 0) {
        buffer_add(buffer, bytes, length);
    }
    fclose(file);
}

static void write_file(const char *path, struct slice words) {
    FILE *file = fopen(path, "wbe");
    if (!file) fail_msg("%s cannot be written", path);
    size_t written = fwrite(words.data, 1, words.length, file);
    if (fclose(file) != 0 || written != words.length) fail_msg("%s is not whole", path);
}

static void show_difference(const char *path, struct slice want, struct slice got) {
    struct scan wanted = scan_of(want);
    struct scan seen = scan_of(got);
    for (unsigned line = 1;; line++) {
        struct slice a = {.data = "", .length = 0};
        struct slice b = {.data = "", .length = 0};
        bool more = scan_line(&wanted, &a);
        more = scan_line(&seen, &b) || more;
        if (!more) return;
        if (a.length == b.length && memcmp(a.data, b.data, a.length) == 0) continue;
        fail_msg(
            "%s:%u\nwant: %.*s\nseen: %.*s", path, line, (int)a.length, a.data,
            (int)b.length, b.data);
    }
}

void golden_expect_text(
    const struct golden *golden, const char *name, struct slice seen) {
    char path[PATH_SIZE];
    snprintf(path, sizeof path, "%s/%s", golden->folder, name);
    if (golden->update) {
        write_file(path, seen);
        return;
    }
    struct buffer wanted;
    buffer_init(&wanted, FILE_MAX);
    read_file(path, &wanted);
    show_difference(path, buffer_slice(&wanted), seen);
    buffer_clear(&wanted);
}

void golden_expect(
    const struct golden *golden, const char *name, const struct canvas *canvas) {
    char file[PATH_SIZE];
    snprintf(file, sizeof file, "%s.txt", name);
    struct buffer seen;
    buffer_init(&seen, FILE_MAX);
    write_screen(&seen, canvas);
    assert_false(seen.overflow);
    golden_expect_text(golden, file, buffer_slice(&seen));
    buffer_clear(&seen);
}

static bool is_sound(const struct canvas *canvas, int x, int y) {
    const struct cell *cell = cell_at(canvas, x, y);
    if (cell->role == ROLE_NONE || cell->role >= ROLE_END) return false;
    if (cell->under >= ROLE_COUNT) return false;
    if (cell->rune == 0) {
        return x > 0 && utf8_width(cell_at(canvas, x - 1, y)->rune) == 2;
    }
    if (canvas->ascii) return cell->rune >= ' ' && cell->rune < 0x7F;
    return cell->rune >= ' ' && utf8_width(cell->rune) > 0;
}

void golden_expect_sound(const struct canvas *canvas) {
    int count = canvas->width * canvas->height;
    int at = 0;
    while (at < count && is_sound(canvas, at % canvas->width, at / canvas->width)) at++;
    if (at == count) return;
    const struct cell *cell = &canvas->cells[at];
    fail_msg(
        "cell %d,%d of %dx%d: U+%04X in role %u over %u", at % canvas->width,
        at / canvas->width, canvas->width, canvas->height, cell->rune, cell->role,
        cell->under);
}
