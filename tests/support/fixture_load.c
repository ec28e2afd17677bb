/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <string.h>

#include "base/text.h"
#include "base/units.h"
#include "support/fixture_player.h"

enum { RAMP_S = 20, RUN_ID = 0x10, ENDED_AT_S = 6, TOTAL_MS = 120000 };

static const float wanted_at_end = 650;

static const struct load_latencies latencies = {
    .response_ms = {402, 610, 930, 1210, 2020, 3900, 4400, 510},
    .service_ms = {395, 600, 880, 1050, 1310, 2600, 4400, 470},
    .first_byte_ms = {NAN, NAN, NAN, NAN, NAN, NAN, NAN, NAN},
    .apdex = 0.93F,
    .apdex_ms = 500,
};

static const struct load_gate gates[] = {
    {"p95<2s", "1.21s", VERDICT_PASS, 2000},
    {"error_ratio<0.1%", "0.08%", VERDICT_PASS, NAN},
};

static const struct load_answer answers[] = {
    {"200", false, 31179}, {"429", true, 0},     {"500", true, 11},    {"502", true, 2},
    {"503", true, 4},      {"timeout", true, 8}, {"connect", true, 0},
};

enum { GATES = sizeof gates / sizeof *gates };
enum { ANSWERS = sizeof answers / sizeof *answers };

static const struct load_generator generator = {
    .health = LOAD_HEALTHY,
    .workers = 1,
    .cpu_cores = 0.38F,
    .lag_p99_ms = 0.4F,
    .late_ratio = 0.001F,
    .reused_ratio = 1,
    .in_bytes_per_s = 4.1e6F,
    .memory_bytes = 11.0F * 1024 * 1024,
    .sockets = 512,
    .sockets_wanted = 512,
};

static const struct load_comparison comparison = {
    .then_wall_ms = 1795184520000,
    .revision = "4f2c9e1",
    .now = {612, 402, 1210, 2020, 0.0008F, 540},
    .then = {640, 371, 990, 1700, 0.0003F, 580},
};

static void fill_rates(struct load_status *load, uint64_t second) {
    float ramp = second < RAMP_S ? (float)(second + 1) / RAMP_S : 1;
    float wave = (float)(second * 7 % 5) - 2;
    load->rates = (struct load_rates){
        .wanted_per_s = wanted_at_end * ramp,
        .sent_per_s = (wanted_at_end - 10) * ramp + wave,
        .done_per_s = second < RAMP_S ? (wanted_at_end - 20) * ramp : 612 + wave * 4,
        .error_ratio = second % 9 == 4 ? 0.004F : 0.0006F,
        .timeout_ratio = second % 9 == 4 ? 0.002F : 0,
    };
    if (second == FIXTURE_LOAD_S) load->rates.done_per_s = 612;
}

static void fill(struct load_status *load, const struct fixture_player *player) {
    uint64_t second = FIXTURE_LOAD_S - fixture_seconds_left(player);
    load_status_init(load);
    load->phase = LOAD_RUNNING;
    load->run[0] = RUN_ID;
    text_copy(load->scenario, sizeof load->scenario, "spike");
    text_copy(load->words, sizeof load->words, "1000 users, +100/s, 2m");
    load->at_ns = player->at_s * NS_PER_S;
    load->started_ns = load->at_ns - second * NS_PER_S;
    load->elapsed_ms = (uint32_t)second * 1000;
    load->total_ms = TOTAL_MS;
    load->users = second < 10 ? (uint32_t)second * 100 : 1000;
    load->users_wanted = 1000;
    load->requests = 31204 * (second + 1) / (FIXTURE_LOAD_S + 1);
    load->failures = 25 * (second + 1) / (FIXTURE_LOAD_S + 1);
    fill_rates(load, second);
    load->latencies = latencies;
    load->generator = generator;
    load->comparison = comparison;
    load->gate_count = GATES;
    memcpy(load->gates, gates, sizeof gates);
    load->answer_count = ANSWERS;
    memcpy(load->answers, answers, sizeof answers);
}

/* Its p99 broke a gate, but nobody can tell whose fault that was. */
static void end(struct load_status *load) {
    load->phase = LOAD_ENDED;
    load->verdict = VERDICT_INCONCLUSIVE;
    text_copy(load->reason, sizeof load->reason, "the generator was the limit");
    load->generator.health = LOAD_LIMITED;
    load->generator.lag_p99_ms = 340;
    text_copy(
        load->generator.limit, sizeof load->generator.limit, "lag over 10% of p99");
    load->rates = (struct load_rates){NAN, NAN, NAN, NAN, NAN};
    load->gates[0].verdict = VERDICT_FAIL;
    text_copy(load->gates[0].value, sizeof load->gates[0].value, "2.31s");
    load->latencies.response_ms[LOAD_P95] = 2310;
    load->latencies.first_byte_ms[LOAD_P50] = 120;
    load->latencies.first_byte_ms[LOAD_P95] = 480;
    load->comparison.then_wall_ms = 0;
}

static void send_run(struct fixture_player *player, bool active) {
    struct run *run = &fixture_begin(player, EVENT_RUN)->run_status;
    run->id[0] = RUN_ID;
    run->kind = RUN_LOAD;
    run->active = active;
    run->verdict = VERDICT_INCONCLUSIVE;
    run->started_ns = (FIXTURE_NOW_S - FIXTURE_LOAD_S) * NS_PER_S;
    run->ended_ns = active ? 0 : player->at_s * NS_PER_S;
    text_copy(run->title, sizeof run->title, "spike");
    text_copy(run->words, sizeof run->words, "the generator was the limit");
    fixture_send(player);
}

/* Most answers around 400 ms, a few around a second, one beyond now and then. */
static void send_heat(struct fixture_player *player) {
    uint16_t *counts = fixture_begin(player, EVENT_LOAD_HEAT)->load_heat.counts;
    unsigned middle = heat_bucket(400);
    uint64_t s = player->at_s;
    counts[middle] = (uint16_t)(300 + s % 40);
    counts[middle - 1] = (uint16_t)(150 + s % 30);
    counts[middle - 2] = (uint16_t)(20 + s % 7);
    counts[middle - 3] = s % 3 == 0 ? 2 : 0;
    counts[middle + 1] = (uint16_t)(100 + s % 50);
    counts[middle + 2] = (uint16_t)(15 + s % 9);
    counts[middle + 3] = (uint16_t)(s % 4);
    counts[middle + 5] = s % 11 == 0 ? 1 : 0;
    fixture_send(player);
}

void fixture_send_load(struct fixture_player *player) {
    uint64_t left = fixture_seconds_left(player);
    bool ends = player->fixture == FIXTURE_LOAD_ENDED;
    if (left > FIXTURE_LOAD_S) return;
    bool over = ends && left <= ENDED_AT_S;
    if (left == FIXTURE_LOAD_S || (ends && left == ENDED_AT_S)) send_run(player, !over);
    if (ends && left < ENDED_AT_S) return;
    struct load_status *load = &fixture_begin(player, EVENT_LOAD)->load;
    fill(load, player);
    if (over) end(load);
    fixture_send(player);
    if (!over) send_heat(player);
}
