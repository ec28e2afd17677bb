/* SPDX-License-Identifier: MIT */
#include "support/ui_stage.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/memory.h"
#include "support/fixture_draft.h"
#include "support/golden.h"

/* Replaying ten minutes takes longer than drawing them many times, and nobody who draws
 * may change a model: so each is made once. */
static const struct model *model_of(enum fixture fixture) {
    static struct model *models[FIXTURE_COUNT];
    if (!models[fixture]) models[fixture] = fixture_model(fixture);
    return models[fixture];
}

static const char *const smoke_lines[] = {
    "GET http://127.0.0.1:8080/health",
    "POST http://127.0.0.1:8080/chat",
    "  Authorization: Bearer ***",
    "  Content-Type: application/json",
    "  {\"user_id\":\"smoke-${run_id}\",\"message\":\"What is 2 + 2?\"}",
    "  when the answer is a job:",
    "  then GET http://127.0.0.1:8080/chat/{job_id} every 500ms, up to 1m00s",
    "GET http://127.0.0.1:8080/metrics",
};

static const struct action_plan smoke_plan = {
    .to = "http://127.0.0.1:8080",
    .back = "nothing to undo: a chat stays in the agent's history",
    .line_count = sizeof smoke_lines / sizeof *smoke_lines,
    .lines = smoke_lines,
};

static const char *const smoke_canary_lines[] = {
    "GET http://127.0.0.1:8101/health",
    "POST http://127.0.0.1:8101/chat",
    "GET http://127.0.0.1:8101/metrics",
};

static const struct action_plan smoke_canary_plan = {
    .to = "http://127.0.0.1:8101",
    .back = "a chat stays in the agent's history",
    .line_count = sizeof smoke_canary_lines / sizeof *smoke_canary_lines,
    .lines = smoke_canary_lines,
};

static const char *const baseline_lines[] = {
    "100 users, 10 more each second, for 5m00s",
    "about 15,000 requests: POST http://127.0.0.1:8080/chat and two more",
    "about 4.1M tokens; nobody has said what they cost",
};

static const char *const spike_lines[] = {
    "1000 users, 100 more each second, for 2m00s",
    "about 60,000 requests: POST http://127.0.0.1:8080/chat and two more",
    "about 16.4M tokens; nobody has said what they cost",
};

static const struct load_choice load_choices[] = {
    {"baseline",
     {.to = "http://127.0.0.1:8080",
      .back = "X stops it; a chat stays in the agent's history",
      .line_count = sizeof baseline_lines / sizeof *baseline_lines,
      .lines = baseline_lines}},
    {"spike",
     {.to = "http://127.0.0.1:8080",
      .back = "X stops it; a chat stays in the agent's history",
      .line_count = sizeof spike_lines / sizeof *spike_lines,
      .lines = spike_lines}},
    {"stress",
     {.blocked = "5000 users are more than the 1000 that the target allows",
      .to = "http://127.0.0.1:8080",
      .back = "X stops it"}},
};

static const struct load_menu load_menu = {
    .count = sizeof load_choices / sizeof *load_choices,
    .choices = load_choices,
};

static const struct rollout_past rollout_past = {
    .count = 2,
    .items = {
        {.id = "01JZ0000000000000000000002",
         .to = "v1.4.2",
         .phase = ROLLOUT_ROLLED_BACK,
         .reason = "errors 4.1% against 0.40%, E 131 of 100",
         .ended_ms = 1788357600000},
        {.id = "01JZ0000000000000000000001",
         .to = "v1.4.1",
         .phase = ROLLOUT_DONE,
         .ended_ms = 1787666400000},
    }};

static const struct rollout_means rollout_means = {
    .past = &rollout_past,
    .who = "mreyes",
    .host = "ops1",
    .to = "/run/user/1000/flightdeck/rollout-agent-prod.sock",
};

struct ui_stage *ui_stage_new(enum fixture fixture, int width, int height) {
    struct ui_stage *stage = memory_new(sizeof *stage);
    stage->fixture = fixture;
    stage->past = memory_new(sizeof *stage->past);
    stage->draft = fixture_draft();
    stage->means = rollout_means;
    stage->means.draft = &stage->draft;
    ui_init(&stage->ui, width, height);
    stage->world = (struct ui_world){
        .model = model_of(fixture),
        .smoke = &smoke_plan,
        .smoke_canary = &smoke_canary_plan,
        .load = &load_menu,
        .rollout = &stage->means,
        .now_ns = fixture_now_ns(),
        .link = {.frames_per_s = 10, .bytes_per_frame = 1954},
    };
    return stage;
}

void ui_stage_free(struct ui_stage *stage) {
    free(stage->past);
    free(stage);
}

static void press_key(struct ui_stage *stage, const struct key *key) {
    uint64_t before_ns = ui_view_ns(&stage->ui, stage->world.now_ns);
    ui_on_key(&stage->ui, &stage->world, key);
    if (!stage->ui.frozen) {
        stage->world.past = NULL;
        return;
    }
    uint64_t view_ns = ui_view_ns(&stage->ui, stage->world.now_ns);
    if (stage->world.past && view_ns == before_ns) return;
    fixture_state(stage->fixture, view_ns, stage->past);
    stage->world.past = stage->past;
}

void ui_stage_press(struct ui_stage *stage, const char *chords) {
    struct scan scan = scan_of(slice_of(chords));
    struct slice chord;
    while (scan_word(&scan, &chord)) {
        struct scan keys = scan_of(chord);
        while (!scan_done(&keys)) {
            struct key key;
            assert_true(key_parse(&keys, &key));
            press_key(stage, &key);
        }
    }
}

struct canvas ui_stage_draw(struct ui_stage *stage, int width, int height, bool ascii) {
    struct canvas canvas = golden_canvas(width, height, ascii);
    ui_on_resize(&stage->ui, width, height);
    ui_draw(&stage->ui, &stage->world, &canvas);
    return canvas;
}
