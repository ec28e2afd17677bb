/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "ui/views/load_text.h"
#include "ui/views/load_view.h"
#include "ui/views/segments.h"

enum { GATE_PRIORITY = 7, GAP = 3, WORDS_PRIORITY = 5 };

/* The worst that a gate says so far. */
static enum verdict worst_gate(const struct load_status *load) {
    enum verdict worst = VERDICT_PASS;
    for (unsigned i = 0; i < load->gate_count; i++) {
        worst = verdict_worse(worst, (enum verdict)load->gates[i].verdict);
    }
    return worst;
}

static void add_phase(struct segments *segments, const struct load_status *load) {
    struct segment *segment = segments_add(segments, ROLE_STRONG, 12);
    struct text text = TEXT_IN(segment->words);
    if (load->phase == LOAD_ENDED) {
        enum verdict verdict = (enum verdict)load->verdict;
        const char *marks[VERDICT_COUNT] = {"✔", "✘", "~", "✘"};
        text_addf(&text, "%s %s", marks[verdict], verdict_name(verdict));
        segment->role = load_text_role(verdict);
        return;
    }
    bool fails = worst_gate(load) == VERDICT_FAIL;
    if (fails) segment->role = ROLE_BAD;
    static const char *const names[LOAD_PHASE_COUNT] = {
        [LOAD_STARTING] = "STARTING",
        [LOAD_RUNNING] = "RUNNING",
        [LOAD_DRAINING] = "DRAINING",
    };
    text_addf(&text, "%s %s", fails ? "!" : "●", names[load->phase]);
}

static void add_scenario(struct segments *segments, const struct load_status *load) {
    struct segment *name = segments_add(segments, ROLE_STRONG, 9);
    name->gap = GAP;
    struct text text = TEXT_IN(name->words);
    text_add(&text, load->scenario);
    struct segment *words = segments_add(segments, ROLE_TEXT, WORDS_PRIORITY);
    text_copy_cut(words->words, SEGMENT_SIZE, load->words);
}

static void add_time(struct segments *segments, const struct load_status *load) {
    struct segment *segment = segments_add(segments, ROLE_TEXT, 8);
    segment->gap = GAP;
    struct text text = TEXT_IN(segment->words);
    load_text_add_time(&text, load->elapsed_ms);
    if (load->total_ms == 0) return;
    text_add_char(&text, '/');
    load_text_add_time(&text, load->total_ms);
}

static void add_rate(struct segments *segments, const struct scene *scene) {
    const struct load_status *load = &scene->state->load;
    uint64_t silence_ns = load_text_silence_ns(scene);
    if (load->phase == LOAD_ENDED) {
        struct segment *reason = segments_add(segments, ROLE_TEXT, WORDS_PRIORITY + 1);
        reason->gap = GAP;
        text_copy_cut(reason->words, SEGMENT_SIZE, load->reason);
        return;
    }
    enum role role = silence_ns ? ROLE_STALE : ROLE_STRONG;
    struct segment *segment = segments_add(segments, role, 10);
    segment->gap = GAP;
    struct text text = TEXT_IN(segment->words);
    load_text_add_rate(&text, &load->rates);
    if (silence_ns == 0) return;
    struct segment *age = segments_add(segments, ROLE_WARN, 11);
    text = TEXT_IN(age->words);
    text_add(&text, "~ ");
    figure_add_age(&text, silence_ns);
    text_add(&text, " old");
}

/* The words of a gate, with the longest of the names cut down: "err<0.1%". */
static void add_gate_words(struct text *text, const char *words) {
    static const char long_name[] = "error_ratio";
    size_t length = sizeof long_name - 1;
    bool is_long = strncmp(words, long_name, length) == 0;
    text_addf(text, "%s%s", is_long ? "err" : "", is_long ? words + length : words);
}

/* A gate that fails stays longest. */
static void add_gates(struct segments *segments, const struct load_status *load) {
    for (unsigned i = 0; i < load->gate_count; i++) {
        const struct load_gate *gate = &load->gates[i];
        enum verdict verdict = (enum verdict)gate->verdict;
        int priority = verdict == VERDICT_FAIL ? GATE_PRIORITY + 4 : GATE_PRIORITY;
        struct segment *segment =
            segments_add(segments, load_text_role(verdict), priority);
        segment->gap = i == 0 ? GAP : 2;
        struct text text = TEXT_IN(segment->words);
        if (i == 0) text_add(&text, "GATE ");
        add_gate_words(&text, gate->words);
        text_addf(&text, " %s %s", load_text_verdict(verdict), gate->value);
    }
}

void load_view_draw_line(
    struct canvas *canvas, struct rect rect, const struct scene *scene) {
    const struct load_status *load = &scene->state->load;
    struct segments segments = {0};
    if (!load_text_has_run(scene)) {
        struct segment *none = segments_add(&segments, ROLE_OFF, 1);
        text_copy_cut(none->words, SEGMENT_SIZE, "○ NO LOAD   nothing was run yet");
        segments_draw(canvas, rect, &segments);
        return;
    }
    add_phase(&segments, load);
    add_scenario(&segments, load);
    add_time(&segments, load);
    add_rate(&segments, scene);
    add_gates(&segments, load);
    segments_draw(canvas, rect, &segments);
}
