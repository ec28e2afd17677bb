/* SPDX-License-Identifier: MIT */
#include "support/looked.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/panic.h"
#include "base/text.h"
#include "base/units.h"
#include "support/fixture_model.h"

struct row {
    const char *name, *detail;
    enum part_kind kind;
    enum part_status status;
    uint32_t asked_ms;    /* before the end; 0: never asked */
    uint32_t answered_ms; /* before the end; 0: never answered */
    float latency_ms;
    uint16_t http_status;
    uint8_t track;
};

/* clang-format off */
static const struct row rows[] = {
    {"stable 127.0.0.1:8000", "healthy", PART_HEALTH, PART_OK, 251, 250, 0.93F, 200, TRACK_STABLE},
    {"stable 127.0.0.1:8000", "2 lines cannot be read, first line 7", PART_METRICS, PART_DEGRADED, 260, 258, 1.7F, 200, TRACK_STABLE},
    {"stable 127.0.0.1:8000", "HTTP 401: not authorised", PART_ERRORS, PART_BAD, 300, 299, 0.4F, 401, TRACK_STABLE},
    {"canary 127.0.0.1:8001", "asked, no answer yet", PART_HEALTH, PART_UNKNOWN, 1500, 0, 0, 0, TRACK_CANARY},
    {"canary 127.0.0.1:8001", "not asked yet", PART_METRICS, PART_UNKNOWN, 0, 0, 0, 0, TRACK_CANARY},
    {"redis", "Connection refused", PART_REDIS, PART_SILENT, 900, 0, 0, 0, STATE_TRACK_NONE},
    {"q:v1.5.0", "redis does not answer", PART_QUEUE, PART_UNKNOWN, 900, 0, 0, 0, TRACK_STABLE},
};
/* clang-format on */

static void add_part(struct state *state, const struct row *row) {
    uint64_t now_ns = LOOKED_S * NS_PER_S;
    struct part *part = &state->parts[state->part_count++];
    text_copy(part->name, sizeof part->name, row->name);
    text_copy(part->detail, sizeof part->detail, row->detail);
    part->kind = (uint8_t)row->kind;
    part->track = row->track;
    part->status = (uint8_t)row->status;
    part->http_status = row->http_status;
    part->latency_ms = row->latency_ms;
    if (row->asked_ms) part->polled_ns = now_ns - row->asked_ms * NS_PER_MS;
    if (row->answered_ms) part->answered_ns = now_ns - row->answered_ms * NS_PER_MS;
    bool ended = row->status != PART_UNKNOWN || row->kind == PART_QUEUE;
    part->failures = ended && row->status != PART_OK ? 1 : 0;
}

static void add_value(struct state *state, enum metric metric, float value) {
    state->values[TRACK_STABLE][metric] = value;
    state->value_ns[TRACK_STABLE][metric] = (LOOKED_S - 1) * NS_PER_S;
}

static struct looked *looked_alloc(void) {
    struct looked *looked = memory_new(sizeof *looked);
    struct error err;
    ensure(target_from_url(&looked->target, "http://127.0.0.1:8080", &err));
    state_init(&looked->state);
    return looked;
}

static void judge(struct looked *looked, uint64_t now_ns) {
    const struct status_rules rules = {.now_ns = now_ns};
    status_settle(&looked->state, now_ns);
    looked->judgement = status_judge(&looked->state, &rules);
}

struct looked *looked_new(void) {
    struct looked *looked = looked_alloc();
    struct state *state = &looked->state;
    looked->now_ns = LOOKED_S * NS_PER_S;
    state->instances[TRACK_STABLE] = state->instances[TRACK_CANARY] = 1;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) add_part(state, &rows[i]);
    add_value(state, METRIC_RPS, 12.3F);
    add_value(state, METRIC_ERROR_RATIO, 0.1F);
    judge(looked, looked->now_ns);
    return looked;
}

struct looked *looked_at_fixture(enum fixture fixture) {
    struct looked *looked = looked_alloc();
    looked->now_ns = fixture_now_ns();
    fixture_state(fixture, looked->now_ns, &looked->state);
    judge(looked, looked->now_ns);
    return looked;
}

struct status_report looked_report(const struct looked *looked) {
    return (struct status_report){
        .state = &looked->state,
        .target = &looked->target,
        .judgement = &looked->judgement,
        .now_ns = looked->now_ns,
        .wall_ms = INT64_C(1795357327250),
    };
}
