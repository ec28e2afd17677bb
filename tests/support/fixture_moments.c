/* SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "base/units.h"
#include "support/fixture_canary.h"
#include "support/fixture_player.h"

void fixture_send_errors(struct fixture_player *player) {
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
        struct event *event = fixture_begin(player, EVENT_ERRORS);
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
        fixture_send(player);
    }
}

static void send_note(
    struct fixture_player *player, enum note_level level, const char *source,
    const char *words) {
    struct event *event = fixture_begin(player, EVENT_NOTE);
    event->note.wall_ms = event->wall_ms;
    event->note.at_ns = event->at_ns;
    event->note.level = (uint8_t)level;
    text_copy(event->note.source, sizeof event->note.source, source);
    text_copy(event->note.words, sizeof event->note.words, words);
    fixture_send(player);
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

enum { CHECKS = sizeof checks / sizeof *checks, HEAT_S = 240 };

/* The first `done` are done, the next one runs, the others wait. */
static void send_checks(struct fixture_player *player, unsigned done) {
    for (unsigned i = 0; i < CHECKS; i++) {
        struct check_event *check = &fixture_begin(player, EVENT_CHECK)->check;
        check->index = (uint16_t)i;
        check->total = CHECKS;
        check->row.done = i < done;
        check->row.running = i == done;
        check->row.verdict = VERDICT_PASS;
        check->row.duration_ms = i < done ? checks[i].duration_ms : 0;
        const char *detail = i < done ? checks[i].done : checks[i].running;
        text_copy(check->row.name, sizeof check->row.name, checks[i].name);
        text_copy(check->row.detail, sizeof check->row.detail, detail);
        fixture_send(player);
    }
}

static void send_run(struct fixture_player *player, bool active, uint64_t started_s) {
    struct run *run = &fixture_begin(player, EVENT_RUN)->run_status;
    run->id[0] = (uint8_t)started_s;
    run->kind = RUN_SMOKE;
    run->active = active;
    run->verdict = VERDICT_PASS;
    run->passed = active ? 1 : 3;
    run->total = 3;
    run->started_ns = started_s * NS_PER_S;
    run->ended_ns = active ? 0 : player->at_s * NS_PER_S;
    text_copy(run->title, sizeof run->title, "the three checks of every release");
    fixture_send(player);
}

static void send_armed(struct fixture_player *player) {
    struct armed_event *armed = &fixture_begin(player, EVENT_ARMED)->armed;
    armed->armed = true;
    armed->until_ns = fixture_now_ns() + 521 * NS_PER_S;
    text_copy(armed->who, sizeof armed->who, "mreyes");
    fixture_send(player);
}

static void send_rollout(struct fixture_player *player) {
    struct event *event = fixture_begin(player, EVENT_ROLLOUT);
    event->rollout = fixture_rollout(ROLLOUT_AT_STEP, player->at_s * NS_PER_S);
    fixture_send(player);
}

/* Stable around 900 ms; the canary has a second hump at three seconds. */
static void send_heat(struct fixture_player *player) {
    for (unsigned track = 0; track < TRACK_COUNT; track++) {
        struct heat_event *heat = &fixture_begin(player, EVENT_HEAT)->heat;
        unsigned middle = heat_bucket(900);
        uint64_t wave = player->at_s * 7 % 5;
        heat->track = (uint8_t)track;
        heat->counts[middle] = (uint16_t)(80 + wave);
        heat->counts[middle - 1] = (uint16_t)(30 + wave * 2);
        heat->counts[middle + 1] = (uint16_t)(20 + wave);
        heat->counts[middle - 3] = player->at_s % 3 == 0 ? 2 : 0;
        if (track == TRACK_CANARY) heat->counts[middle + 3] = (uint16_t)(6 + wave);
        fixture_send(player);
    }
}

/* Somebody arms, and at last a rollout is seen. */
static void send_armed_moments(struct fixture_player *player, uint64_t left) {
    if (left <= HEAT_S) send_heat(player);
    if (left == 79) {
        send_armed(player);
        send_note(player, NOTE_WARN, "arm", "mreyes armed agent-prod for 10m");
    }
    if (left == 1) {
        send_rollout(player);
        send_run(player, true, player->at_s);
        send_checks(player, 1);
        send_note(player, NOTE_INFO, "smoke", "started by mreyes");
    }
}

/* What happens once, at its second before now. */
void fixture_send_moments(struct fixture_player *player) {
    uint64_t left = fixture_seconds_left(player);
    if (left == FIXTURE_HISTORY_S) {
        send_note(player, NOTE_INFO, "watch", "a watch begins");
    }
    bool known = player->fixture != FIXTURE_BARE_URL;
    if (!known || player->fixture == FIXTURE_MISSING) return;
    if (left == 362) {
        send_run(player, false, player->at_s - 2);
        send_checks(player, CHECKS);
        send_note(player, NOTE_OK, "smoke", "3 passed, 0 failed in 1.9s");
    }
    if (left == 355) {
        send_note(player, NOTE_INFO, "split", "canary 5% to 10%");
    }
    if (player->fixture == FIXTURE_WORSE && left == 40) {
        send_note(
            player, NOTE_BAD, "canary", "errors over the objective: 2.31% > 1.00%");
    }
    if (player->fixture == FIXTURE_REDIS_DEAD && left == FIXTURE_DEAD_S) {
        send_note(player, NOTE_BAD, "redis", "redis is silent: connection refused");
        send_note(player, NOTE_WARN, "health", "stable is degraded: redis");
    }
    if (fixture_has_load(player->fixture) && left == 79) send_armed(player);
    if (player->fixture == FIXTURE_ARMED) send_armed_moments(player, left);
}
