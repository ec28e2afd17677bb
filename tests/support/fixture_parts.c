/* SPDX-License-Identifier: MIT */
#include "base/text.h"
#include "base/units.h"
#include "support/fixture_player.h"

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

static bool is_configured(
    const struct fixture_player *player, const struct part_row *row) {
    if (row->track == TRACK_CANARY && !fixture_has_canary(player->fixture)) {
        return false;
    }
    return player->fixture != FIXTURE_BARE_URL || row->kind == PART_HEALTH;
}

static void fill_part(
    const struct fixture_player *player, const struct part_row *row,
    struct part *part) {
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
    if (needs_redis(row->kind) && !fixture_redis_answers(player)) {
        part->status = PART_SILENT;
        part->failures = (uint32_t)(FIXTURE_DEAD_S - fixture_seconds_left(player) + 1);
        part->answered_ns = (FIXTURE_NOW_S - FIXTURE_DEAD_S - 1) * NS_PER_S;
        part->changed_ns = (FIXTURE_NOW_S - FIXTURE_DEAD_S) * NS_PER_S;
        text_copy(part->detail, sizeof part->detail, "connection refused");
        return;
    }
    part->status = PART_OK;
    part->http_status = row->code;
    part->latency_ms = row->latency_ms;
    part->answered_ns = part->polled_ns;
    part->changed_ns = (FIXTURE_NOW_S - FIXTURE_HISTORY_S) * NS_PER_S;
    text_copy(part->detail, sizeof part->detail, row->detail);
    bool degraded = row->kind == PART_HEALTH && !fixture_redis_answers(player);
    if (degraded) {
        part->status = PART_DEGRADED;
        text_copy(part->detail, sizeof part->detail, "degraded: redis");
    }
}

void fixture_send_parts(struct fixture_player *player) {
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (!is_configured(player, &parts[i])) continue;
        fill_part(player, &parts[i], &fixture_begin(player, EVENT_PART)->part);
        fixture_send(player);
    }
}
