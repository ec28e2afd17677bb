/* SPDX-License-Identifier: MIT */
#include "support/fixture_model.h"

#include <math.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"

enum {
    NOW_S = 500000,
    HISTORY_S = 600,
    WORSE_S = 76, /* since when the canary is slow */
    DEAD_S = 12,  /* since when Redis is silent */
    POLL_MS = 1000,
};

#define NOW_WALL_MS INT64_C(1795357327250) /* 2026-11-22 14:22:07.250 */

struct player {
    enum fixture fixture;
    uint64_t at_s;
    uint64_t until_ns;
    fixture_sink sink;
    void *owner;
    struct event event; /* large: one for all */
};

const char *fixture_name(enum fixture fixture) {
    static const char *const names[] = {
        "healthy", "worse", "redis-dead", "missing", "no-canary", "bare-url", "armed"};
    return names[fixture];
}

uint64_t fixture_now_ns(void) {
    return NOW_S * NS_PER_S + 250 * NS_PER_MS;
}

/* Between -1 and 1, the same for the same arguments. */
static double noise(uint64_t at_s, unsigned salt) {
    uint64_t mix =
        at_s * UINT64_C(0x9E3779B97F4A7C15) + salt * UINT64_C(0xD1B54A32D192ED03);
    mix ^= mix >> 29;
    mix *= UINT64_C(0xBF58476D1CE4E5B9);
    mix ^= mix >> 32;
    return (double)(mix & 0xFFFF) / 32767.5 - 1;
}

/* Slow waves with a little noise around `middle`. */
static float wave(
    const struct player *player, double middle, double swing, unsigned salt) {
    double slow = sin((double)player->at_s / (31.0 + salt % 7) + salt);
    return (float)(middle + swing * (0.7 * slow + 0.3 * noise(player->at_s, salt)));
}

static struct event *begin(struct player *player, enum event_kind kind) {
    memset(&player->event, 0, sizeof player->event);
    player->event.at_ns = player->at_s * NS_PER_S;
    player->event.wall_ms =
        NOW_WALL_MS - (int64_t)((fixture_now_ns() - player->event.at_ns) / NS_PER_MS);
    player->event.kind = kind;
    return &player->event;
}

static void send(struct player *player) {
    if (player->event.at_ns <= player->until_ns) {
        player->sink(player->owner, &player->event);
    }
}

static void put(struct player *player, enum metric metric, float value) {
    struct values_event *values = &player->event.values;
    values->items[values->count].metric = (uint8_t)metric;
    values->items[values->count].value = value;
    values->count++;
}

static bool has_canary(enum fixture fixture) {
    return fixture != FIXTURE_NO_CANARY && fixture != FIXTURE_BARE_URL;
}

static uint64_t seconds_left(const struct player *player) {
    return NOW_S - player->at_s;
}

static bool is_worse(const struct player *player) {
    return player->fixture == FIXTURE_WORSE && seconds_left(player) <= WORSE_S;
}

static bool redis_answers(const struct player *player) {
    return player->fixture != FIXTURE_REDIS_DEAD || seconds_left(player) > DEAD_S;
}

static void send_session(struct player *player) {
    struct session_event *session = &begin(player, EVENT_SESSION)->session;
    session->target_class = TARGET_LOCAL;
    session->poll_ms = POLL_MS;
    session->slo_p95_ms = 2000;
    session->slo_error_ratio = 0.01F;
    const char *name = "demo";
    if (player->fixture == FIXTURE_WORSE) {
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
    send(player);
}

static void send_versions(struct player *player) {
    static const char *const versions[] = {"v1.5.0", "v1.6.0"};
    for (unsigned track = 0; track < TRACK_COUNT; track++) {
        if (track == TRACK_CANARY && !has_canary(player->fixture)) continue;
        struct versions_event *event = &begin(player, EVENT_VERSIONS)->versions;
        event->track = (uint8_t)track;
        event->instances = 1;
        bool known =
            player->fixture != FIXTURE_BARE_URL && player->fixture != FIXTURE_MISSING;
        if (known) text_copy(event->version, sizeof event->version, versions[track]);
        send(player);
    }
}

struct part_row {
    enum part_kind kind;
    const char *name;
    uint8_t track;
    bool critical;
    uint16_t code;
    float latency_ms;
    const char *detail;
};

static const struct part_row parts[] = {
    {PART_HEALTH, "stable 127.0.0.1:8000", TRACK_STABLE, true, 200, 14, "healthy"},
    {PART_HEALTH, "canary 127.0.0.1:8001", TRACK_CANARY, true, 200, 11, "healthy"},
    {PART_READY, "stable 127.0.0.1:8000", TRACK_STABLE, true, 200, 9, ""},
    {PART_READY, "canary 127.0.0.1:8001", TRACK_CANARY, true, 200, 8, ""},
    {PART_METRICS, "stable 127.0.0.1:8000", TRACK_STABLE, false, 200, 22, "412 series"},
    {PART_METRICS, "canary 127.0.0.1:8001", TRACK_CANARY, false, 200, 21, "409 series"},
    {PART_ERRORS, "stable 127.0.0.1:8000", TRACK_STABLE, false, 200, 5, ""},
    {PART_ERRORS, "canary 127.0.0.1:8001", TRACK_CANARY, false, 200, 6, ""},
    {PART_REDIS, "redis", STATE_TRACK_NONE, true, 0, 0.4F, "7.0.15 master"},
    {PART_QUEUE, "q:v1.5.0", TRACK_STABLE, false, 0, 0.6F, "3 streams"},
    {PART_QUEUE, "q:v1.6.0", TRACK_CANARY, false, 0, 0.6F, "3 streams"},
    {PART_WORKER, "worker-1", TRACK_STABLE, false, 0, 0.5F, "idle"},
    {PART_WORKER, "worker-2", TRACK_CANARY, false, 0, 0.5F, "busy job 8841"},
    {PART_PROCESS, "agent-stable", TRACK_STABLE, false, 0, 0.1F, "pid 4711"},
    {PART_PROCESS, "agent-canary", TRACK_CANARY, false, 0, 0.1F, "pid 4712"},
    {PART_SPLIT, "haproxy", STATE_TRACK_NONE, false, 0, 0.3F, "lease 28s"},
};

static bool needs_redis(enum part_kind kind) {
    return kind == PART_REDIS || kind == PART_QUEUE || kind == PART_WORKER;
}

static bool is_configured(const struct player *player, const struct part_row *row) {
    if (row->track == TRACK_CANARY && !has_canary(player->fixture)) return false;
    return player->fixture != FIXTURE_BARE_URL || row->kind == PART_HEALTH;
}

static void fill_part(
    const struct player *player, const struct part_row *row, struct part *part) {
    const char *name = row->name;
    if (player->fixture == FIXTURE_BARE_URL) name = "https://agent.example.com/health";
    text_copy(part->name, sizeof part->name, name);
    part->kind = (uint8_t)row->kind;
    part->track = row->track;
    part->critical = row->critical;
    part->polled_ns = player->at_s * NS_PER_S;
    if (player->fixture == FIXTURE_MISSING) {
        bool asked = row->kind == PART_HEALTH;
        part->status = asked ? PART_SILENT : PART_UNKNOWN;
        if (asked) text_copy(part->detail, sizeof part->detail, "connection refused");
        return;
    }
    if (needs_redis(row->kind) && !redis_answers(player)) {
        part->status = PART_SILENT;
        part->failures = (uint32_t)(DEAD_S - seconds_left(player) + 1);
        part->answered_ns = (NOW_S - DEAD_S - 1) * NS_PER_S;
        part->changed_ns = (NOW_S - DEAD_S) * NS_PER_S;
        text_copy(part->detail, sizeof part->detail, "connection refused");
        return;
    }
    part->status = PART_OK;
    part->http_status = row->code;
    part->latency_ms = row->latency_ms;
    part->answered_ns = part->polled_ns;
    part->changed_ns = (NOW_S - HISTORY_S) * NS_PER_S;
    text_copy(part->detail, sizeof part->detail, row->detail);
    bool degraded = row->kind == PART_HEALTH && !redis_answers(player);
    if (degraded) {
        part->status = PART_DEGRADED;
        text_copy(part->detail, sizeof part->detail, "degraded: redis");
    }
}

static void send_parts(struct player *player) {
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!is_configured(player, &parts[i])) continue;
        fill_part(player, &parts[i], &begin(player, EVENT_PART)->part);
        send(player);
    }
}

static void put_track(struct player *player, enum track track) {
    bool canary = track == TRACK_CANARY;
    bool worse = canary && is_worse(player);
    double ramp = worse ? fmin((double)(WORSE_S - seconds_left(player)) / 30, 1) : 0;
    unsigned salt = canary ? 50 : 0;
    double share = canary ? 0.1 : 0.9;
    put(player, METRIC_RPS, wave(player, 41 * share, 9 * share, salt + 1));
    put(player, METRIC_ERROR_RATIO,
        fmaxf(0, wave(player, 0.004 + 0.021 * ramp, 0.004, salt + 2)));
    put(player, METRIC_P50, wave(player, canary ? 322 + 60 * ramp : 310, 24, salt + 3));
    put(player, METRIC_P95,
        wave(player, canary ? 940 + 1260 * ramp : 921, 70, salt + 4));
    put(player, METRIC_P99,
        wave(player, canary ? 1690 + 1900 * ramp : 1630, 160, salt + 5));
    put(player, METRIC_IN_FLIGHT,
        roundf(wave(player, 14 * share + 1, 3 * share, salt + 6)));
    put(player, METRIC_TOKENS, wave(player, 4100 * share, 700 * share, salt + 7));
    put(player, METRIC_UPSTREAM, wave(player, 264, 31, salt + 8));
    put(player, METRIC_TTFT, wave(player, 118, 14, salt + 9));
    put(player, METRIC_RETRY_RATIO, wave(player, 0.012, 0.004, salt + 10));
    put(player, METRIC_THROTTLED, 0);
    put(player, METRIC_TOOL_ERRORS, wave(player, 0.006, 0.003, salt + 11));
    put(player, METRIC_COST, wave(player, 1.84 * share, 0.3 * share, salt + 12));
    put(player, METRIC_CACHE_HITS, NAN); /* asked for, not there */
    put(player, METRIC_BREAKER, 0);
    put(player, METRIC_CPU, wave(player, canary ? 0.11 : 0.42, 0.06, salt + 13));
    put(player, METRIC_MEMORY, wave(player, 38e6, 2e6, salt + 14));
    put(player, METRIC_FDS, roundf(wave(player, 61, 9, salt + 15)));
    put(player, METRIC_FDS_MAX, 1024);
    put(player, METRIC_HEALTH, wave(player, 14, 3, salt + 16));
}

static void put_target(struct player *player) {
    if (has_canary(player->fixture)) {
        put(player, METRIC_SPLIT_WANTED, 0.1F);
        put(player, METRIC_SPLIT_SEEN, wave(player, 0.1, 0.01, 30));
    }
    if (!redis_answers(player)) return;
    put(player, METRIC_QUEUE_WAITING, roundf(fmaxf(0, wave(player, 3, 4, 31))));
    put(player, METRIC_QUEUE_FLIGHT, roundf(fmaxf(0, wave(player, 1, 1, 32))));
    put(player, METRIC_QUEUE_AGE, fmaxf(0, wave(player, 300, 350, 33)));
    put(player, METRIC_QUEUE_DEAD, 0);
    put(player, METRIC_WORKERS, 2);
    put(player, METRIC_WORKERS_BUSY, player->at_s % 3 == 0 ? 2 : 1);
    put(player, METRIC_REDIS_PING, wave(player, 0.42, 0.12, 34));
    put(player, METRIC_REDIS_OPS, wave(player, 412, 80, 35));
    put(player, METRIC_REDIS_MEMORY, wave(player, 3.1e6, 2e5, 36));
    put(player, METRIC_REDIS_MAXMEM, 0);
    put(player, METRIC_REDIS_CLIENTS, 9);
    put(player, METRIC_REDIS_BLOCKED, 2);
    put(player, METRIC_REDIS_HITS, wave(player, 0.981, 0.004, 37));
    put(player, METRIC_REDIS_EVICTED, 0);
}

static void send_values(struct player *player) {
    /* One missed scrape of the canary: a gap in its lines. */
    bool missed = seconds_left(player) >= 200 && seconds_left(player) < 215;
    for (unsigned track = 0; track < TRACK_COUNT; track++) {
        bool canary = track == TRACK_CANARY;
        if (canary && (!has_canary(player->fixture) || missed)) continue;
        struct values_event *values = &begin(player, EVENT_VALUES)->values;
        values->track = (uint8_t)track;
        values->step_ms = POLL_MS;
        put_track(player, (enum track)track);
        send(player);
    }
    struct values_event *values = &begin(player, EVENT_VALUES)->values;
    values->track = STATE_TRACK_NONE;
    values->step_ms = POLL_MS;
    put_target(player);
    send(player);
}

static void send_error_rows(struct player *player) {
    static const struct {
        const char *kind, *route, *version, *id, *message;
        uint64_t count;
        unsigned age_s;
        uint8_t track;
    } rows[] = {
        {"upstream_timeout", "POST /chat", "v1.6.0", "req-8f21c07a",
         "model took longer than 10s", 41, 3, TRACK_CANARY},
        {"tool_error", "POST /chat", "v1.6.0", "req-77b01d9e",
         "calculate: division by zero", 9, 8, TRACK_CANARY},
        {"upstream_timeout", "POST /chat", "v1.5.0", "req-1c9ad2f4",
         "model took longer than 10s", 6, 31, TRACK_STABLE},
        {"bad_request", "POST /chat", "v1.5.0", "req-40be8831", "message is missing",
         12, 64, TRACK_STABLE},
        {"overloaded", "GET /chat/{job_id}", "v1.5.0", "req-5d30aa17", "queue is full",
         2, 207, TRACK_STABLE},
    };
    for (unsigned track = 0; track < TRACK_COUNT; track++) {
        struct event *event = begin(player, EVENT_ERRORS);
        event->errors.track = (uint8_t)track;
        bool none = player->fixture == FIXTURE_NO_CANARY;
        for (size_t i = 0; i < sizeof rows / sizeof *rows && !none; i++) {
            if (rows[i].track != track) continue;
            struct error_row *row = &event->errors.rows[event->errors.count++];
            text_copy(row->kind, sizeof row->kind, rows[i].kind);
            text_copy(row->route, sizeof row->route, rows[i].route);
            text_copy(row->version, sizeof row->version, rows[i].version);
            text_copy(row->request_id, sizeof row->request_id, rows[i].id);
            text_copy(row->message, sizeof row->message, rows[i].message);
            row->count = rows[i].count;
            row->last_seen_ms = event->wall_ms - rows[i].age_s * INT64_C(1000);
            row->track = (uint8_t)track;
        }
        send(player);
    }
}

static void send_note(
    struct player *player, enum note_level level, const char *source,
    const char *words) {
    struct event *event = begin(player, EVENT_NOTE);
    event->note.wall_ms = event->wall_ms;
    event->note.at_ns = event->at_ns;
    event->note.level = (uint8_t)level;
    text_copy(event->note.source, sizeof event->note.source, source);
    text_copy(event->note.words, sizeof event->note.words, words);
    send(player);
}

struct check_line {
    const char *name, *done, *running;
    uint32_t duration_ms;
};

static const struct check_line checks[] = {
    {"health check", "200 status healthy version v1.5.0", "", 14},
    {"simple chat", "200 the answer contains \"4\"", "waiting for the answer", 1620},
    {"metrics endpoint", "200 412 series, http_requests_total is there", "", 22},
};

enum { CHECKS = sizeof checks / sizeof *checks };

/* The first `done` are done, the next one runs, the others wait. */
static void send_checks(struct player *player, unsigned done) {
    for (unsigned i = 0; i < CHECKS; i++) {
        struct check_event *check = &begin(player, EVENT_CHECK)->check;
        check->index = (uint16_t)i;
        check->total = CHECKS;
        check->row.done = i < done;
        check->row.running = i == done;
        check->row.verdict = VERDICT_PASS;
        check->row.duration_ms = i < done ? checks[i].duration_ms : 0;
        const char *detail = i < done ? checks[i].done : checks[i].running;
        text_copy(check->row.name, sizeof check->row.name, checks[i].name);
        text_copy(check->row.detail, sizeof check->row.detail, detail);
        send(player);
    }
}

static void send_run(struct player *player, bool active, uint64_t started_s) {
    struct run *run = &begin(player, EVENT_RUN)->run_status;
    run->id[0] = (uint8_t)started_s;
    run->kind = RUN_SMOKE;
    run->active = active;
    run->verdict = VERDICT_PASS;
    run->passed = active ? 1 : 3;
    run->total = 3;
    run->started_ns = started_s * NS_PER_S;
    run->ended_ns = active ? 0 : player->at_s * NS_PER_S;
    text_copy(run->title, sizeof run->title, "the three checks of every release");
    send(player);
}

static void send_armed(struct player *player) {
    struct armed_event *armed = &begin(player, EVENT_ARMED)->armed;
    armed->armed = true;
    armed->until_ns = fixture_now_ns() + 521 * NS_PER_S;
    text_copy(armed->who, sizeof armed->who, "mreyes");
    send(player);
}

static void send_rollout(struct player *player) {
    struct rollout_status *rollout = &begin(player, EVENT_ROLLOUT)->rollout;
    rollout->known = true;
    text_copy(rollout->phase, sizeof rollout->phase, "step");
    text_copy(rollout->holder, sizeof rollout->holder, "mreyes");
    text_copy(
        rollout->reason, sizeof rollout->reason,
        "canary is no worse so far, 8214 requests");
    rollout->step = 2;
    rollout->steps = 4;
    rollout->weight = 0.25F;
    rollout->left_ms = 228000;
    rollout->at_ns = player->at_s * NS_PER_S;
    send(player);
}

/* What happens once, at its second before now. */
static void send_moments(struct player *player) {
    uint64_t left = seconds_left(player);
    if (left == HISTORY_S) send_note(player, NOTE_INFO, "watch", "a watch begins");
    bool known = player->fixture != FIXTURE_BARE_URL;
    if (!known || player->fixture == FIXTURE_MISSING) return;
    if (left == 362) {
        send_run(player, false, player->at_s - 2);
        send_checks(player, CHECKS);
        send_note(player, NOTE_OK, "smoke", "3 passed, 0 failed in 1.9s");
    }
    if (left == 355) send_note(player, NOTE_INFO, "split", "canary 5% to 10%");
    if (player->fixture == FIXTURE_WORSE && left == 40) {
        send_note(
            player, NOTE_BAD, "canary", "errors over the objective: 2.31% > 1.00%");
    }
    if (player->fixture == FIXTURE_REDIS_DEAD && left == DEAD_S) {
        send_note(player, NOTE_BAD, "redis", "redis is silent: connection refused");
        send_note(player, NOTE_WARN, "health", "stable is degraded: redis");
    }
    if (player->fixture == FIXTURE_ARMED && left == 79) {
        send_armed(player);
        send_note(player, NOTE_WARN, "arm", "mreyes armed agent-prod for 10m");
    }
    if (player->fixture == FIXTURE_ARMED && left == 1) {
        send_rollout(player);
        send_run(player, true, player->at_s);
        send_checks(player, 1);
        send_note(player, NOTE_INFO, "smoke", "started by mreyes");
    }
}

void fixture_replay(
    enum fixture fixture, uint64_t until_ns, fixture_sink sink, void *owner) {
    struct player player = {
        .fixture = fixture,
        .at_s = NOW_S - HISTORY_S,
        .until_ns = until_ns,
        .sink = sink,
        .owner = owner,
    };
    send_session(&player);
    send_versions(&player);
    for (; player.at_s <= NOW_S; player.at_s++) {
        send_parts(&player);
        send_moments(&player);
        if (fixture == FIXTURE_MISSING || fixture == FIXTURE_BARE_URL) continue;
        send_values(&player);
        if (player.at_s % 5 == 0) send_error_rows(&player);
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
