/* SPDX-License-Identifier: MIT */
#include "support/player.h"

#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "core/model.h"
#include "history/recording.h"
#include "io/loop.h"
#include "stage.h"

enum { STEP_MS = 250, PLAYER_TIMERS = 4 };

struct player {
    struct loop *loop;
    struct model *model;
    struct recording *recording;
    struct stage *stage;
    player_sink_fn sink;
    void *sink_owner;
    uint64_t now_ns; /* of the event being made */
    struct event event;
    unsigned turn;
    int ended;
};

static float wave(const struct player *player, unsigned salt, double middle) {
    double seconds = (double)player->now_ns / 1e9;
    double swing =
        0.6 * sin(seconds / (5.0 + salt % 11)) + 0.4 * sin(seconds * 3 + salt);
    return (float)(middle * (1 + 0.3 * swing));
}

static double middle_of(enum metric metric) {
    switch (metric_unit(metric)) {
    case METRIC_RATIO: return 0.2;
    case METRIC_MS: return 300;
    case METRIC_BYTES: return 2e8;
    case METRIC_DOLLARS: return 1.5;
    case METRIC_STATE: return 0;
    case METRIC_COUNT_UNIT:
    case METRIC_PER_S: break;
    }
    return 60;
}

static void deliver(struct player *player) {
    struct event *event = &player->event;
    event->at_ns = player->now_ns;
    event->wall_ms = INT64_C(1790000000000) + (int64_t)(player->now_ns / NS_PER_MS);
    player->sink(player->sink_owner, event);
}

static void take_event(void *owner, const struct event *event) {
    struct player *player = owner;
    model_apply(player->model, event);
    if (!player->stage) return;
    recording_add(player->recording, event, &player->model->state);
    stage_on_change(player->stage);
}

static struct event *begin(struct player *player, enum event_kind kind) {
    memset(&player->event, 0, sizeof player->event);
    player->event.kind = kind;
    return &player->event;
}

static void play_session(struct player *player) {
    struct session_event *session = &begin(player, EVENT_SESSION)->session;
    text_copy_cut(session->target, sizeof session->target, "agent-played");
    text_copy_cut(session->user, sizeof session->user, "tester");
    session->target_class = TARGET_LOCAL;
    session->poll_ms = STEP_MS;
    session->slo_p95_ms = 2000;
    session->slo_error_ratio = 0.01F;
    deliver(player);
}

static void play_values(struct player *player, uint8_t track) {
    struct values_event *values = &begin(player, EVENT_VALUES)->values;
    values->track = track;
    values->step_ms = STEP_MS;
    enum metric_scope scope =
        track == STATE_TRACK_NONE ? METRIC_OF_TARGET : METRIC_OF_TRACK;
    for (unsigned i = 0; i < METRIC_COUNT; i++) {
        enum metric metric = (enum metric)i;
        if (metric_scope(metric) != scope) continue;
        values->items[values->count].metric = (uint8_t)metric;
        values->items[values->count].value =
            wave(player, i + 3U * (track % 3U), middle_of(metric));
        values->count++;
    }
    deliver(player);
}

static void play_part(struct player *player, const char *name, enum part_kind kind) {
    struct part *part = &begin(player, EVENT_PART)->part;
    text_copy_cut(part->name, sizeof part->name, name);
    part->kind = (uint8_t)kind;
    part->track = STATE_TRACK_NONE;
    part->status = PART_OK;
    part->critical = true;
    part->latency_ms = wave(player, kind, 12);
    part->polled_ns = part->answered_ns = part->changed_ns = player->now_ns;
    deliver(player);
}

static void play_note(struct player *player) {
    struct note *note = &begin(player, EVENT_NOTE)->note;
    note->at_ns = player->now_ns;
    note->wall_ms = INT64_C(1790000000000) + (int64_t)(player->now_ns / NS_PER_MS);
    text_copy_cut(note->source, sizeof note->source, "player");
    struct text words = TEXT_IN(note->words);
    text_addf(&words, "turn %u", player->turn);
    deliver(player);
}

/* One of the polls that are spread over a step. */
static void play_poll(struct player *player, unsigned which) {
    switch (which % PLAYER_TIMERS) {
    case 0: play_values(player, TRACK_STABLE); return;
    case 1: play_values(player, TRACK_CANARY); return;
    case 2:
        play_values(player, STATE_TRACK_NONE);
        play_part(player, "redis", PART_REDIS);
        return;
    default:
        play_part(player, "health", PART_HEALTH);
        if (which % 40 == 3) play_note(player);
    }
}

static void play_past(struct player *player, uint64_t now_ns, uint32_t past_s) {
    uint64_t step_ns = STEP_MS * NS_PER_MS;
    uint64_t past_ns = past_s * NS_PER_S < now_ns ? past_s * NS_PER_S : now_ns;
    player->now_ns = now_ns - past_ns;
    play_session(player);
    for (; player->now_ns + step_ns < now_ns; player->now_ns += step_ns) {
        for (unsigned i = 0; i < PLAYER_TIMERS; i++) play_poll(player, player->turn++);
    }
}

void player_past(uint64_t now_ns, uint32_t past_s, player_sink_fn sink, void *owner) {
    struct player player = {.sink = sink, .sink_owner = owner};
    play_past(&player, now_ns, past_s);
}

static void on_time(void *owner, uint64_t now_ns) {
    (void)now_ns;
    struct player *player = owner;
    player->now_ns = loop_clock_ns();
    play_poll(player, player->turn++);
}

static void on_request(void *owner, const struct ui_request *request) {
    struct player *player = owner;
    if (request->command == COMMAND_QUIT) {
        loop_stop(player->loop);
    } else {
        stage_notify(player->stage, command_name(request->command));
    }
}

static void on_end(void *owner, int number) {
    struct player *player = owner;
    player->ended = number;
    loop_stop(player->loop);
}

static bool state_at(void *owner, uint64_t at_ns, struct state *state) {
    struct player *player = owner;
    return recording_state_at(player->recording, at_ns, state);
}

static void on_started(void *owner, uint64_t now_ns) {
    struct player *player = owner;
    (void)now_ns;
    stage_draw(player->stage);
}

static void play(struct player *player) {
    struct loop_timer *first = loop_after(player->loop, 0, on_started, player);
    struct loop_timer *polls =
        loop_every(player->loop, STEP_MS * NS_PER_MS / PLAYER_TIMERS, on_time, player);
    (void)first;
    loop_run(player->loop);
    loop_timer_free(polls);
}

int player_run(const struct player_options *options) {
    struct player player = {.loop = loop_new(), .model = model_new()};
    player.sink = take_event;
    player.sink_owner = &player;
    const uint8_t run[EVENT_ID_SIZE] = {0};
    player.recording = recording_new(NULL, run);
    const struct stage_options stage = {
        .theme = options->theme, .color = options->color, .restore = options->restore};
    const struct stage_owner owner = {
        .on_request = on_request,
        .on_end = on_end,
        .state_at = state_at,
        .owner = &player};
    struct error err = {0};
    play_past(&player, loop_clock_ns(), options->past_s);
    player.stage = stage_new(player.loop, player.model, &stage, &owner, &err);
    int code = 2;
    if (player.stage) {
        play(&player);
        stage_free(player.stage);
        code = player.ended ? 128 + player.ended : 0;
    } else {
        fprintf(stderr, "%s\n", err.message);
    }
    recording_free(player.recording);
    model_free(player.model);
    loop_free(player.loop);
    return code;
}
