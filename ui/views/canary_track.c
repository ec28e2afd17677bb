/* SPDX-License-Identifier: MIT */
#include "ui/views/canary_track.h"

#include "base/panic.h"
#include "base/utf8.h"
#include "ui/views/canary_text.h"

enum {
    NODES_MAX = ROLLOUT_STEPS_MAX + 5, /* what comes before the steps, and after them */
    NODE_SIZE = 24,
    LINK_MIN = 2,
    LINK_PASSED = 0x2501,
    LINK_AHEAD = 0x254C,
};

enum progress { PASSED, GOES_ON, FAILED, AHEAD };

struct node {
    char words[NODE_SIZE];
    enum progress progress;
    bool before_steps; /* gives way first */
};

struct trail {
    struct node nodes[NODES_MAX];
    unsigned count;
    unsigned first; /* those before have no room */
};

/* The places that phases have in the order of a rollout. */
enum place {
    AT_PREFLIGHT,
    AT_DEPLOYING,
    AT_SMOKE,
    AT_STEPS,
    AT_PROMOTED,   /* all traffic is on it, and the version before is kept */
    AT_FINALIZING, /* stable is given it, and traffic returns to stable */
    AT_END,
    AT_NONE /* it turned back */
};

static enum place place_of_promoted(const struct rollout_status *rollout) {
    if (rollout->ended) return AT_END;
    return rollout->finalizing ? AT_FINALIZING : AT_PROMOTED;
}

static enum place place_of(const struct rollout_status *rollout) {
    switch ((enum rollout_phase)rollout->phase) {
    case ROLLOUT_PREFLIGHT: return AT_PREFLIGHT;
    case ROLLOUT_DEPLOYING: return AT_DEPLOYING;
    case ROLLOUT_SMOKE: return AT_SMOKE;
    case ROLLOUT_RAISING:
    case ROLLOUT_WATCHING: return AT_STEPS;
    case ROLLOUT_HOLD: return rollout->finalizing ? AT_FINALIZING : AT_STEPS;
    case ROLLOUT_FINALIZING: return AT_FINALIZING;
    case ROLLOUT_DONE: return place_of_promoted(rollout);
    case ROLLOUT_IDLE:
    case ROLLOUT_ROLLING_BACK:
    case ROLLOUT_ROLLED_BACK:
    case ROLLOUT_STRANDED:
    case ROLLOUT_PHASE_COUNT: break;
    }
    return AT_NONE;
}

static const char *mark_of(enum progress progress, bool held) {
    switch (progress) {
    case PASSED: return "✔";
    case GOES_ON: return held ? "!" : "●";
    case FAILED: return "✘";
    case AHEAD: break;
    }
    return "○";
}

static enum role role_of(enum progress progress, bool held) {
    switch (progress) {
    case PASSED: return ROLE_OK;
    case GOES_ON: return held ? ROLE_WARN : ROLE_STRONG;
    case FAILED: return ROLE_BAD;
    case AHEAD: break;
    }
    return ROLE_DIM;
}

static struct text add_node(
    struct trail *track, const struct rollout_status *rollout, enum progress progress) {
    ensure(track->count < NODES_MAX);
    struct node *node = &track->nodes[track->count++];
    *node = (struct node){.progress = progress};
    struct text text = TEXT_IN(node->words);
    text_addf(&text, "%s ", mark_of(progress, rollout->phase == ROLLOUT_HOLD));
    return text;
}

static enum progress progress_at(enum place node, enum place now) {
    if (now == AT_NONE) return AHEAD;
    if (now == AT_END || node < now) return PASSED;
    return node == now ? GOES_ON : AHEAD;
}

static enum progress progress_of_step(
    const struct rollout_status *rollout, enum place now, unsigned step) {
    bool is_over = now > AT_STEPS && now != AT_NONE;
    if (is_over || step < rollout->step) return PASSED;
    if (step > rollout->step) return AHEAD;
    return now == AT_NONE ? FAILED : GOES_ON;
}

/* How far it got before the first step is not told of one that turned back there. */
static void fill(struct trail *track, const struct rollout_status *rollout) {
    static const char *const before[] = {"preflight", "deploy", "smoke"};
    enum place now = place_of(rollout);
    bool early = now < AT_STEPS || rollout->step > 0;
    for (unsigned i = 0; i < AT_STEPS && early; i++) {
        enum progress progress = PASSED;
        if (now < AT_STEPS) progress = progress_at((enum place)i, now);
        struct text text = add_node(track, rollout, progress);
        text_add(&text, before[i]);
        track->nodes[track->count - 1].before_steps = true;
    }
    for (unsigned i = 0; i < rollout->steps; i++) {
        struct text text =
            add_node(track, rollout, progress_of_step(rollout, now, i + 1));
        canary_text_add_weight(&text, rollout->steps_bp[i]);
    }
    struct text text = add_node(track, rollout, progress_at(AT_PROMOTED, now));
    text_add(&text, "promoted");
    text = add_node(track, rollout, progress_at(AT_FINALIZING, now));
    text_add(&text, now == AT_FINALIZING ? "finalizing" : "done");
}

static int width_of(const struct trail *track) {
    int width = -LINK_MIN - 2;
    for (unsigned i = track->first; i < track->count; i++) {
        width += (int)utf8_string_width(track->nodes[i].words) + LINK_MIN + 2;
    }
    return width;
}

/* The one that goes on must be seen: what is passed gives way, then what lies ahead. */
static void fit(struct trail *track, int width) {
    while (width_of(track) > width && track->first + 1 < track->count) {
        const struct node *first = &track->nodes[track->first];
        bool passed = first->progress == PASSED || first->before_steps;
        if (!passed || first->progress == GOES_ON) break;
        track->first++;
    }
    while (width_of(track) > width && track->count > track->first + 1) track->count--;
}

void canary_track_draw(
    struct canvas *canvas, struct rect row, const struct scene *scene) {
    const struct rollout_status *rollout = &scene->state->rollout;
    bool held = rollout->phase == ROLLOUT_HOLD;
    struct trail track = {.count = 0};
    if (rollout_shown(scene) == ROLLOUT_NONE) return;
    fill(&track, rollout);
    fit(&track, row.width);
    int links = (int)(track.count - track.first) - 1;
    int rest = row.width - width_of(&track);
    int end = row.x + row.width;
    int x = row.x;
    for (unsigned i = track.first; i < track.count; i++) {
        const struct node *node = &track.nodes[i];
        enum role role = canary_text_role(scene, role_of(node->progress, held));
        x += canvas_text(canvas, x, row.y, end - x, node->words, role);
        if (i + 1 == track.count) break;
        int more = rest * (int)(i - track.first + 1) / links;
        more -= rest * (int)(i - track.first) / links;
        struct rect link = {x + 1, row.y, LINK_MIN + more, 1};
        bool passed = track.nodes[i + 1].progress != AHEAD;
        canvas_fill(
            canvas, link, passed ? LINK_PASSED : LINK_AHEAD,
            passed ? canary_text_role(scene, ROLE_CANARY) : ROLE_DIM);
        x += link.width + 2;
    }
}
