/* The screens over a fixture, played with keys and drawn without a terminal. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "support/fixture_model.h"
#include "ui/ui.h"

struct ui_stage {
    enum fixture fixture;
    struct state *past; /* of the time that is looked at, when it is not now */
    struct rollout_draft draft;
    struct rollout_means means;
    struct ui ui;
    struct ui_world world;
};

struct ui_stage *ui_stage_new(enum fixture fixture, int width, int height);
void ui_stage_free(struct ui_stage *stage);

/* Chords separated by blanks, as a key map writes them. */
void ui_stage_press(struct ui_stage *stage, const char *chords);

/* Takes that size and draws; the canvas is freed with golden_canvas_free(). */
struct canvas ui_stage_draw(struct ui_stage *stage, int width, int height, bool ascii);
