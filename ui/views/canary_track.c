/* SPDX-License-Identifier: MIT */
#include "ui/views/canary_track.h"

#include "base/panic.h"
#include "base/utf8.h"
#include "ui/views/canary_text.h"

enum {
    NODES_MAX = ROLLOUT_STEPS_MAX + 6, /* what comes before the steps, and after them */
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
    AT_NONE /* how far it came is not known */
};

static enum place place_of_promoted(const struct rollout_status *rollout, bool over) {
    if (over) return AT_END;
    return rollout->finalizing ? AT_FINALIZING : AT_PROMOTED;
}

/* Of how far one has come whose phase does not say it. */
static enum place place_reached(const struct rollout_status *rollout) {
    switch ((enum rollout_phase)rollout->reached) {
    case ROLLOUT_PREFLIGHT: return AT_PREFLIGHT;
    case ROLLOUT_DEPLOYING: return AT_DEPLOYING;
    case ROLLOUT_SMOKE: return AT_SMOKE;
    case ROLLOUT_FINALIZING: return AT_FINALIZING;
    case ROLLOUT_DONE: return place_of_promoted(rollout, false);
    case ROLLOUT_IDLE:
    case ROLLOUT_RAISING:
    case ROLLOUT_WATCHING:
    case ROLLOUT_HOLD:
    case ROLLOUT_ROLLING_BACK:
    case ROLLOUT_ROLLED_BACK:
    case ROLLOUT_STRANDED:
    case ROLLOUT_PHASE_COUNT: break;
    }
    if (rollout->finalizing) return AT_FINALIZING;
    return rollout->step > 0 ? AT_STEPS : AT_NONE;
}

static enum place place_of(const struct rollout_status *rollout) {
    switch ((enum rollout_phase)rollout->phase) {
    case ROLLOUT_IDLE:
    case ROLLOUT_PREFLIGHT: return AT_PREFLIGHT;
    case ROLLOUT_DEPLOYING: return AT_DEPLOYING;
    case ROLLOUT_SMOKE: return AT_SMOKE;
    case ROLLOUT_RAISING:
    case ROLLOUT_WATCHING: return AT_STEPS;
    case ROLLOUT_FINALIZING: return AT_FINALIZING;
    case ROLLOUT_DONE: return place_of_promoted(rollout, rollout->ended);
    case ROLLOUT_HOLD:
    case ROLLOUT_ROLLING_BACK:
    case ROLLOUT_ROLLED_BACK:
    case ROLLOUT_STRANDED:
    case ROLLOUT_PHASE_COUNT: break;
    }
    return place_reached(rollout);
}

/* Whether it goes forward no more: where it is, it failed. */
static bool has_turned(const struct rollout_status *rollout) {
    return rollout->phase == ROLLOUT_IDLE || rollout->phase == ROLLOUT_ROLLING_BACK ||
           rollout->phase == ROLLOUT_ROLLED_BACK || rollout->phase == ROLLOUT_STRANDED;
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

static enum progress progress_at(
    const struct rollout_status *rollout, enum place node, enum place now) {
    if (now == AT_NONE || node > now) return AHEAD;
    if (now == AT_END || node < now) return PASSED;
    return has_turned(rollout) ? FAILED : GOES_ON;
}

static enum progress progress_of_step(
    const struct rollout_status *rollout, enum place now, unsigned step) {
    if (now == AT_STEPS && step < rollout->step) return PASSED;
    if (now == AT_STEPS && step > rollout->step) return AHEAD;
    return progress_at(rollout, AT_STEPS, now);
}

/* How far it got before the first step is not always told. */
static void add_before_steps(
    struct trail *track, const struct rollout_status *rollout, enum place now) {
    static const char *const words[] = {"preflight", "deploy", "smoke"};
    for (unsigned i = 0; i < AT_STEPS && now != AT_NONE; i++) {
        struct text text =
            add_node(track, rollout, progress_at(rollout, (enum place)i, now));
        text_add(&text, words[i]);
        track->nodes[track->count - 1].before_steps = true;
    }
}

/* Where its way back leads. */
static void add_way_back(struct trail *track, const struct rollout_status *rollout) {
    enum progress progress = GOES_ON;
    if (rollout->phase == ROLLOUT_ROLLED_BACK) progress = PASSED;
    if (rollout->phase == ROLLOUT_STRANDED) progress = FAILED;
    struct text text = add_node(track, rollout, progress);
    text_add(&text, rollout_phase_name((enum rollout_phase)rollout->phase));
}

static void add_after_steps(
    struct trail *track, const struct rollout_status *rollout, enum place now) {
    bool goes_back = has_turned(rollout) && rollout->phase != ROLLOUT_IDLE;
    bool was_promoted = now >= AT_PROMOTED && now != AT_NONE;
    if (!goes_back || was_promoted) {
        struct text text =
            add_node(track, rollout, progress_at(rollout, AT_PROMOTED, now));
        text_add(&text, "promoted");
    }
    if (!goes_back || now == AT_FINALIZING) {
        struct text text =
            add_node(track, rollout, progress_at(rollout, AT_FINALIZING, now));
        text_add(&text, now == AT_FINALIZING ? "finalizing" : "done");
    }
    if (goes_back) add_way_back(track, rollout);
}

static void fill(struct trail *track, const struct rollout_status *rollout) {
    enum place now = place_of(rollout);
    add_before_steps(track, rollout, now);
    for (unsigned i = 0; i < rollout->steps; i++) {
        struct text text =
            add_node(track, rollout, progress_of_step(rollout, now, i + 1));
        canary_text_add_weight(&text, rollout->steps_bp[i]);
    }
    add_after_steps(track, rollout, now);
}

static int width_of(const struct trail *track) {
    int width = -LINK_MIN - 2;
    for (unsigned i = track->first; i < track->count; i++) {
        width += (int)utf8_string_width(track->nodes[i].words) + LINK_MIN + 2;
    }
    return width;
}

static bool may_go(const struct node *node) {
    return node->progress == PASSED || node->progress == AHEAD;
}

/* What is ahead and has no room; the end of a way back is not. */
static bool drop_last_ahead(struct trail *track) {
    for (unsigned i = track->count; i > track->first + 1; i--) {
        if (track->nodes[i - 1].progress != AHEAD) continue;
        for (unsigned next = i; next < track->count; next++) {
            track->nodes[next - 1] = track->nodes[next];
        }
        track->count--;
        return true;
    }
    return false;
}

/* The one that goes on, or failed, must be seen:
 * what is passed gives way, then what lies ahead. */
static void fit(struct trail *track, int width) {
    while (width_of(track) > width && track->first + 1 < track->count) {
        const struct node *first = &track->nodes[track->first];
        bool passed = first->progress == PASSED || first->before_steps;
        if (!passed || !may_go(first)) break;
        track->first++;
    }
    while (width_of(track) > width && drop_last_ahead(track)) continue;
    while (width_of(track) > width && track->count > track->first + 1) track->count--;
}

void canary_track_draw(
    struct canvas *canvas, struct rect row, const struct scene *scene) {
    const struct rollout_status *rollout = &scene->state->rollout;
    bool held = rollout->phase == ROLLOUT_HOLD;
    struct trail track = {.count = 0};
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
        bool passed = node->progress != AHEAD && track.nodes[i + 1].progress != AHEAD;
        canvas_fill(
            canvas, link, passed ? LINK_PASSED : LINK_AHEAD,
            passed ? canary_text_role(scene, ROLE_CANARY) : ROLE_DIM);
        x += link.width + 2;
    }
}
