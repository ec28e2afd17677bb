/* SPDX-License-Identifier: MIT */
#include "ui/panel.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/panic.h"
#include "base/text.h"
#include "base/utf8.h"

struct lines {
    uint32_t left_top, right_top, left_bottom, right_bottom, across, down;
};

static const struct lines light = {0x256D, 0x256E, 0x2570, 0x256F, 0x2500, 0x2502};
static const struct lines heavy = {0x250F, 0x2513, 0x2517, 0x251B, 0x2501, 0x2503};
static const struct lines ascii_light = {'+', '+', '+', '+', '-', '|'};
static const struct lines ascii_heavy = {'#', '#', '#', '#', '=', '#'};

static const char *const titles[] = {
#define X(id, title) [id] = (title)
    PANELS(X),
#undef X
};

const char *panel_title(enum panel panel) {
    ensure((unsigned)panel < PANEL_COUNT);
    return titles[panel];
}

static const struct lines *lines_of(const struct canvas *canvas, bool focus) {
    if (canvas->ascii) return focus ? &ascii_heavy : &ascii_light;
    return focus ? &heavy : &light;
}

static void draw_lines(
    struct canvas *canvas, struct rect r, const struct lines *lines, enum role role) {
    int right = r.x + r.width - 1;
    int bottom = r.y + r.height - 1;
    struct rect across = {r.x + 1, r.y, r.width - 2, 1};
    struct rect down = {r.x, r.y + 1, 1, r.height - 2};
    canvas_fill(canvas, across, lines->across, role);
    canvas_fill(canvas, down, lines->down, role);
    across.y = bottom;
    down.x = right;
    canvas_fill(canvas, across, lines->across, role);
    canvas_fill(canvas, down, lines->down, role);
    canvas_put(canvas, r.x, r.y, lines->left_top, role);
    canvas_put(canvas, right, r.y, lines->right_top, role);
    canvas_put(canvas, r.x, bottom, lines->left_bottom, role);
    canvas_put(canvas, right, bottom, lines->right_bottom, role);
}

/* Between blanks, so that the border stays a border. */
static int draw_words(
    struct canvas *canvas, struct rect at, const char *words, enum role role,
    enum role border) {
    if (at.width < 4) return 0;
    canvas_put(canvas, at.x, at.y, ' ', border);
    int used = canvas_text(canvas, at.x + 1, at.y, at.width - 2, words, role);
    canvas_put(canvas, at.x + 1 + used, at.y, ' ', border);
    return used + 2;
}

static int draw_title(
    struct canvas *canvas, struct rect rect, const struct panel_frame *frame,
    enum role border) {
    struct rect at = {rect.x + 2, rect.y, rect.width - 4, 1};
    if (frame->number == 0) {
        return draw_words(canvas, at, frame->title, ROLE_TITLE, border);
    }
    char words[96];
    snprintf(words, sizeof words, "%u %s", frame->number, frame->title);
    int used = draw_words(canvas, at, words, ROLE_TITLE, border);
    if (used > 2) canvas_put(canvas, at.x + 1, at.y, '0' + frame->number, ROLE_KEY);
    return used;
}

static enum role border_role(const struct panel_frame *frame) {
    if (frame->dialog) return ROLE_DIALOG;
    if (frame->armed) return ROLE_ARMED;
    return frame->focus ? ROLE_BORDER_FOCUS : ROLE_BORDER;
}

void panel_add_note(struct panel_frame *frame, enum role role, const char *words, ...) {
    if (frame->note_count == PANEL_NOTES_MAX) return;
    struct panel_note *note = &frame->notes[frame->note_count++];
    note->role = role;
    va_list args;
    va_start(args, words);
    vsnprintf(note->words, sizeof note->words, words, args);
    va_end(args);
}

/* The words that stand for the span in that room: "last 5m", "5m" or none. */
static struct panel_note span_note(const struct panel_frame *frame, int room) {
    struct panel_note note = {.role = ROLE_DIM};
    if (!frame->span) return note;
    struct text text = TEXT_IN(note.words);
    text_addf(&text, "last %s", frame->span);
    if ((int)text.length + 1 <= room) return note;
    text_reset(&text);
    if ((int)strlen(frame->span) + 1 <= room) text_add(&text, frame->span);
    return note;
}

/* Right-aligned, as many of the first ones as there is room for behind the title; only
 * the first two have more weight than the span. */
static void draw_notes(
    struct canvas *canvas, struct rect rect, const struct panel_frame *frame,
    int title_width) {
    int room = rect.width - 4 - title_width - 1;
    int width = 1;
    int spared = frame->span ? (int)strlen(frame->span) + 1 : 0;
    uint32_t count = 0;
    for (; count < frame->note_count; count++) {
        int more = (int)utf8_string_width(frame->notes[count].words) + 1;
        if (width + more + (count < 2 ? 0 : spared) > room) break;
        width += more;
    }
    struct panel_note span = span_note(frame, room - width);
    if (count == 0 && !span.words[0]) return;
    if (span.words[0]) width += (int)strlen(span.words) + 1;
    int x = rect.x + rect.width - 2 - width;
    canvas_fill(canvas, (struct rect){x, rect.y, width, 1}, ' ', ROLE_TEXT);
    x++;
    for (uint32_t i = 0; i < count; i++) {
        const struct panel_note *note = &frame->notes[i];
        x += canvas_text(canvas, x, rect.y, width, note->words, note->role) + 1;
    }
    canvas_text(canvas, x, rect.y, width, span.words, span.role);
}

struct rect panel_draw(
    struct canvas *canvas, struct rect rect, const struct panel_frame *frame) {
    if (rect.width < 2 || rect.height < 2) return (struct rect){rect.x, rect.y, 0, 0};
    enum role border = border_role(frame);
    canvas_fill(canvas, rect, ' ', ROLE_TEXT);
    draw_lines(canvas, rect, lines_of(canvas, frame->focus), border);
    int used = draw_title(canvas, rect, frame, border);

    draw_notes(canvas, rect, frame, used);
    return rect_inset(rect, 1);
}
