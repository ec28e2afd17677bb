/* Ten minutes of a service as the model sees them: the same events in every run. */
/* SPDX-License-Identifier: MIT */
#pragma once

#include <stdint.h>

#include "core/model.h"

enum fixture {
    FIXTURE_HEALTHY, /* the demo with a canary at 10 % and a smoke test that passed */
    FIXTURE_WORSE,   /* staging: the canary turns slow and fails for 76 s */
    FIXTURE_REDIS_DEAD, /* Redis stopped answering 12 s ago */
    FIXTURE_MISSING,    /* configured, nothing has answered yet */
    FIXTURE_NO_CANARY,  /* one track, and no errors */
    FIXTURE_BARE_URL,   /* nothing but a health check behind a URL */
    FIXTURE_ARMED,      /* production, armed, a rollout at step 2, a smoke test runs */
    FIXTURE_IDLE,       /* the demo, 75 s after its traffic has stopped */
    FIXTURE_LOAD,       /* staging, armed, a load run at 72 of 120 s */
    FIXTURE_LOAD_ENDED, /* the same, over: its generator was the limit */
    FIXTURE_COUNT
};

const char *fixture_name(enum fixture fixture);

/* When the fixture is looked at, and where its monotonic clock stands in the world. */
uint64_t fixture_now_ns(void);

/* Every event up to `until_ns`, in order. */
typedef void (*fixture_sink)(void *owner, const struct event *event);
void fixture_replay(
    enum fixture fixture, uint64_t until_ns, fixture_sink sink, void *owner);

/* The model at fixture_now_ns(); freed with model_free(). */
struct model *fixture_model(enum fixture fixture);

/* The state at an earlier time. */
void fixture_state(enum fixture fixture, uint64_t at_ns, struct state *state);
