/* The framed parts of the screens,
 * their numbers and titles, and how a frame is drawn. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "ui/canvas.h"

/* clang-format off */
/* The first nine are reached by their number.
 *    id                 title */
#define PANELS(X) \
    X(PANEL_TRAFFIC,     "traffic"), \
    X(PANEL_ERRORS,      "errors"), \
    X(PANEL_LATENCY,     "latency"), \
    X(PANEL_SATURATION,  "saturation"), \
    X(PANEL_REDIS,       "redis"), \
    X(PANEL_AGENT,       "agent and model"), \
    X(PANEL_HEALTH,      "health"), \
    X(PANEL_EVENTS,      "events"), \
    X(PANEL_RUNS,        "runs"), \
    X(PANEL_CHECKS,      "checks"), \
    /* of the load run */ \
    X(PANEL_LOAD_RATE,       "load rate"), \
    X(PANEL_LOAD_ERRORS,     "load errors"), \
    X(PANEL_LOAD_HEAT,       "load heat"), \
    X(PANEL_LOAD_LATENCY,    "load latency"), \
    X(PANEL_LOAD_ANSWERS,    "load status"), \
    X(PANEL_LOAD_TARGET,     "load target"), \
    X(PANEL_LOAD_GENERATOR,  "load generator"), \
    X(PANEL_LOAD_COMPARISON, "load comparison"), \
    /* of a rollout */ \
    X(PANEL_CANARY_STEPS,    "canary steps"), \
    X(PANEL_CANARY_EVIDENCE, "canary evidence"), \
    X(PANEL_CANARY_LATENCY,  "canary latency"), \
    X(PANEL_CANARY_WHY,      "canary why"), \
    X(PANEL_CANARY_ACTIONS,  "canary actions"), \
    X(PANEL_CANARY_STABLE_HEAT, "stable heat"), \
    X(PANEL_CANARY_HEAT,     "canary heat")
/* clang-format on */

enum panel {
#define X(id, title) id
    PANELS(X),
#undef X
    PANEL_COUNT
};

enum { PANEL_NUMBERS = 9 };

const char *panel_title(enum panel panel);

enum { PANEL_NOTES_MAX = 4, PANEL_NOTE_SIZE = 32 };

/* A few words at the right end of the upper border. */
struct panel_note {
    char words[PANEL_NOTE_SIZE];
    enum role role;
};

struct panel_frame {
    unsigned number; /* 0 for none */
    const char *title;
    const char *span; /* how far back its graphs reach, behind the notes; NULL: none */
    uint32_t note_count; /* in order of weight: the last ones go first */
    struct panel_note notes[PANEL_NOTES_MAX];
    bool focus;  /* heavy lines */
    bool armed;  /* in the colour of an armed production session */
    bool dialog; /* lies over the others */
};

void panel_add_note(struct panel_frame *frame, enum role role, const char *words, ...)
    __attribute__((format(printf, 3, 4)));

/* Draws the frame, blanks what is inside and returns that. */
struct rect panel_draw(
    struct canvas *canvas, struct rect rect, const struct panel_frame *frame);
