/* SPDX-License-Identifier: MIT */
#include "support/fixture_model.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "support/fixture_player.h"

#define NOW_WALL_MS INT64_C(1795357327250) /* 2026-11-22 14:22:07.250 */

const char *fixture_name(enum fixture fixture) {
    static const char *const names[] = {
        "healthy",  "worse", "redis-dead", "missing", "no-canary",
        "bare-url", "armed", "idle",       "load",    "load-ended"};
    return names[fixture];
}

uint64_t fixture_now_ns(void) {
    return FIXTURE_NOW_S * NS_PER_S + 250 * NS_PER_MS;
}

struct event *fixture_begin(struct fixture_player *player, enum event_kind kind) {
    memset(&player->event, 0, sizeof player->event);
    player->event.at_ns = player->at_s * NS_PER_S;
    player->event.wall_ms =
        NOW_WALL_MS - (int64_t)((fixture_now_ns() - player->event.at_ns) / NS_PER_MS);
    player->event.kind = kind;
    return &player->event;
}

void fixture_send(struct fixture_player *player) {
    if (player->event.at_ns <= player->until_ns) {
        player->sink(player->owner, &player->event);
    }
}

bool fixture_has_canary(enum fixture fixture) {
    return fixture != FIXTURE_NO_CANARY && fixture != FIXTURE_BARE_URL;
}

bool fixture_has_load(enum fixture fixture) {
    return fixture == FIXTURE_LOAD || fixture == FIXTURE_LOAD_ENDED;
}

uint64_t fixture_seconds_left(const struct fixture_player *player) {
    return FIXTURE_NOW_S - player->at_s;
}

bool fixture_redis_answers(const struct fixture_player *player) {
    return player->fixture != FIXTURE_REDIS_DEAD ||
           fixture_seconds_left(player) > FIXTURE_DEAD_S;
}

static void send_session(struct fixture_player *player) {
    struct session_event *session = &fixture_begin(player, EVENT_SESSION)->session;
    session->target_class = TARGET_LOCAL;
    session->poll_ms = FIXTURE_POLL_MS;
    session->slo_p95_ms = 2000;
    session->slo_error_ratio = 0.01F;
    const char *name = "demo";
    if (player->fixture == FIXTURE_WORSE || fixture_has_load(player->fixture)) {
        session->target_class = TARGET_STAGING;
        name = "agent-staging";
    } else if (player->fixture == FIXTURE_ARMED) {
        session->target_class = TARGET_PRODUCTION;
        name = "agent-prod";
    } else if (player->fixture == FIXTURE_BARE_URL) {
        session->target_class = TARGET_PRODUCTION;
        session->slo_p95_ms = NAN;
        session->slo_error_ratio = NAN;
        name = "agent.example.com";
    } else if (player->fixture == FIXTURE_NO_CANARY) {
        session->read_only = true;
    }
    text_copy(session->target, sizeof session->target, name);
    text_copy(session->user, sizeof session->user, "mreyes");
    fixture_send(player);
}

static void send_versions(struct fixture_player *player) {
    static const char *const versions[] = {"v1.5.0", "v1.6.0"};
    for (unsigned track = 0; track < TRACK_COUNT; track++) {
        if (track == TRACK_CANARY && !fixture_has_canary(player->fixture)) continue;
        struct versions_event *event = &fixture_begin(player, EVENT_VERSIONS)->versions;
        event->track = (uint8_t)track;
        event->instances = 1;
        bool known =
            player->fixture != FIXTURE_BARE_URL && player->fixture != FIXTURE_MISSING;
        if (known) text_copy(event->version, sizeof event->version, versions[track]);
        fixture_send(player);
    }
}

void fixture_replay(
    enum fixture fixture, uint64_t until_ns, fixture_sink sink, void *owner) {
    struct fixture_player player = {
        .fixture = fixture,
        .at_s = FIXTURE_NOW_S - FIXTURE_HISTORY_S,
        .until_ns = until_ns,
        .sink = sink,
        .owner = owner,
    };
    send_session(&player);
    send_versions(&player);
    for (; player.at_s <= FIXTURE_NOW_S; player.at_s++) {
        fixture_send_parts(&player);
        fixture_send_moments(&player);
        if (fixture == FIXTURE_MISSING || fixture == FIXTURE_BARE_URL) continue;
        fixture_send_values(&player);
        if (fixture_has_load(fixture)) fixture_send_load(&player);
        if (player.at_s % 5 == 0) fixture_send_errors(&player);
    }
}

static void to_model(void *owner, const struct event *event) {
    model_apply(owner, event);
}

static void to_state(void *owner, const struct event *event) {
    state_apply(owner, event);
}

struct model *fixture_model(enum fixture fixture) {
    struct model *model = model_new();
    fixture_replay(fixture, fixture_now_ns(), to_model, model);
    return model;
}

void fixture_state(enum fixture fixture, uint64_t at_ns, struct state *state) {
    state_init(state);
    fixture_replay(fixture, at_ns, to_state, state);
}
