/* The parts of a fixture's replay: who makes events, second after second. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include "core/event.h"
#include "support/fixture_model.h"

enum {
    FIXTURE_NOW_S = 500000,
    FIXTURE_HISTORY_S = 600,
    FIXTURE_WORSE_S = 76, /* since when the canary is slow */
    FIXTURE_DEAD_S = 12,  /* since when Redis is silent */
    FIXTURE_IDLE_S = 75,  /* since when there is no traffic */
    FIXTURE_POLL_MS = 1000,
    FIXTURE_LOAD_S = 72, /* since when a load run goes on */
};

struct fixture_player {
    enum fixture fixture;
    uint64_t at_s;
    uint64_t until_ns;
    fixture_sink sink;
    void *owner;
    struct event event; /* large: one for all */
};

/* An empty event of this second, to be filled in and sent. */
struct event *fixture_begin(struct fixture_player *player, enum event_kind kind);
void fixture_send(struct fixture_player *player);

bool fixture_has_canary(enum fixture fixture);
bool fixture_has_load(enum fixture fixture);
uint64_t fixture_seconds_left(const struct fixture_player *player);
bool fixture_redis_answers(const struct fixture_player *player);

/* What is sent every second, every few of them, or once. */
void fixture_send_parts(struct fixture_player *player);
void fixture_send_values(struct fixture_player *player);
void fixture_send_load(struct fixture_player *player);
void fixture_send_errors(struct fixture_player *player);
void fixture_send_moments(struct fixture_player *player);
