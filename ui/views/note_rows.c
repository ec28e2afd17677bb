/* SPDX-License-Identifier: MIT */
#include "ui/views/note_rows.h"

#include "base/units.h"
#include "ui/table.h"

enum { ROW_TEXT_SIZE = 160 };

enum column { COLUMN_TIME, COLUMN_MARK, COLUMN_SOURCE, COLUMN_WORDS };

static bool is_shown(const struct scene *scene, const struct note *note) {
    if (!scene_filters(scene, PANEL_EVENTS)) return true;
    char line[ROW_TEXT_SIZE];
    struct text text = TEXT_IN(line);
    text_addf(&text, "%s %s", note->source, note->words);
    return scene_row_shown(scene, PANEL_EVENTS, line);
}

const struct note *note_rows_at(const struct scene *scene, uint32_t index) {
    for (uint32_t back = 0; back < STATE_NOTES_MAX; back++) {
        const struct note *note = state_note(scene->state, back);
        if (!note) return NULL;
        if (is_shown(scene, note) && index-- == 0) return note;
    }
    return NULL;
}

uint32_t note_rows_count(const struct scene *scene) {
    uint32_t count = 0;
    for (uint32_t back = 0; back < STATE_NOTES_MAX; back++) {
        const struct note *note = state_note(scene->state, back);
        if (!note) break;
        if (is_shown(scene, note)) count++;
    }
    return count;
}

static const char *mark_of(const struct note *note) {
    switch ((enum note_level)note->level) {
    case NOTE_INFO: return " ";
    case NOTE_OK: return "✔";
    case NOTE_WARN: return "~";
    case NOTE_BAD: return "!";
    }
    return " ";
}

static enum role role_of(const struct note *note) {
    switch ((enum note_level)note->level) {
    case NOTE_INFO: return ROLE_TEXT;
    case NOTE_OK: return ROLE_OK;
    case NOTE_WARN: return ROLE_WARN;
    case NOTE_BAD: return ROLE_BAD;
    }
    return ROLE_TEXT;
}

static void draw_row(
    struct canvas *canvas, const struct table *table, int y, const struct note *note) {
    char time[FIGURE_SIZE];
    struct text text = TEXT_IN(time);
    units_add_clock(&text, note->wall_ms);
    const struct table_cell cells[] = {
        {y, COLUMN_TIME, time, ROLE_DIM},
        {y, COLUMN_MARK, mark_of(note), role_of(note)},
        {y, COLUMN_SOURCE, note->source, ROLE_STRONG},
        {y, COLUMN_WORDS, note->words, ROLE_TEXT},
    };
    for (size_t i = 0; i < sizeof cells / sizeof *cells; i++) {
        table_put(canvas, table, cells[i]);
    }
}

void note_rows_draw(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    static const struct table_column columns[] = {
        [COLUMN_TIME] = {"", 8, 0, 7, false},
        [COLUMN_MARK] = {"", 1, 0, 8, false},
        [COLUMN_SOURCE] = {"", 9, 0, 6, false},
        [COLUMN_WORDS] = {"", 16, 1, 9, false},
    };
    struct rect inner = {rect.x + 1, rect.y, rect.width - 1, rect.height};
    uint32_t count = note_rows_count(scene);
    if (count == 0) {
        canvas_print(
            canvas, inner, ROLE_OFF, "%s",
            scene->state->note_count ? "the filter lets nothing through"
                                     : "nothing has happened yet");
        return;
    }
    struct table table =
        table_begin(canvas, inner, columns, sizeof columns / sizeof *columns);
    uint32_t selected = scene->selected[LIST_EVENTS];
    uint32_t first = table_first_row(count, selected, table.rect.height);
    for (int y = 0; y < table.rect.height; y++) {
        const struct note *note = note_rows_at(scene, first + (uint32_t)y);
        if (!note) break;
        draw_row(canvas, &table, y, note);
        if (scene->focus == PANEL_EVENTS && first + (uint32_t)y == selected) {
            struct rect line = {rect.x, table.rect.y + y, rect.width, 1};
            canvas_mark(canvas, line, ROLE_SELECT);
        }
    }
}
