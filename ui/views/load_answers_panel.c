/* SPDX-License-Identifier: MIT */
#include "ui/views/load_panels.h"
#include "ui/views/load_text.h"

enum { NAME_WIDTH = 8, COUNT_WIDTH = 8, BAR_MIN = 4, WORDS_SIZE = 32 };

static enum role role_of(const struct load_answer *answer) {
    if (answer->count == 0) return ROLE_DIM;
    return answer->failed ? ROLE_BAD : ROLE_STRONG;
}

static void draw_answer(
    struct canvas *canvas, struct rect row, const struct load_answer *answer,
    uint64_t total) {
    char words[WORDS_SIZE];
    struct text text = TEXT_IN(words);
    enum role role = role_of(answer);
    bool bad = role == ROLE_BAD;
    if (bad) text_add_char(&text, '!');
    load_text_add_grouped(&text, answer->count);
    canvas_text(canvas, row.x, row.y, NAME_WIDTH - 1, answer->name, ROLE_TEXT);
    canvas_text_right(canvas, row.x + NAME_WIDTH, row.y, COUNT_WIDTH, words, role);
    int used = NAME_WIDTH + COUNT_WIDTH + 2;
    struct rect bar = {row.x + used, row.y, row.width - used - 1, 1};
    if (bar.width < BAR_MIN) return;
    double share = total > 0 ? (double)answer->count / (double)total : 0;
    graph_draw_bar(canvas, bar, share, bad ? ROLE_WARN : ROLE_STABLE);
}

void load_panels_draw_answers(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    const struct load_status *load = &scene->state->load;
    struct panel_frame frame = scene_frame(scene, PANEL_LOAD_ANSWERS);
    frame.title = "status";
    struct rect inner = panel_draw(canvas, rect, &frame);
    struct rect row = {inner.x + 1, inner.y, inner.width - 1, 1};
    if (load->answer_count == 0 && inner.height > 0) {
        canvas_text(canvas, row.x, row.y, row.width, "no answer yet", ROLE_OFF);
        return;
    }
    uint64_t total = 0;
    for (unsigned i = 0; i < load->answer_count; i++) total += load->answers[i].count;
    /* Where room is short, what never came gives way. */
    bool all = load->answer_count <= inner.height;
    for (unsigned i = 0; i < load->answer_count; i++) {
        if (row.y >= inner.y + inner.height) break;
        if (!all && load->answers[i].count == 0) continue;
        draw_answer(canvas, row, &load->answers[i], total);
        row.y++;
    }
}
