/* SPDX-License-Identifier: MIT */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/event.h"
#include "core/verdict.h"

/* Something in every field. */
static struct event example(void) {
    static const struct load_status load =
        {.phase = LOAD_RUNNING,
         .verdict = VERDICT_INCONCLUSIVE,
         .run = {9},
         .scenario = "spike",
         .words = "1000 users",
         .reason = "why",
         .at_ns = 5,
         .started_ns = 4,
         .elapsed_ms = 72000,
         .total_ms = 120000,
         .users = 990,
         .users_wanted = 1000,
         .requests = 31204,
         .failures = 25,
         .rates = {650, 620, 612, 0.0008F, 0.0001F},
         .latencies =
             {.response_ms = {402, 610, 930, 1210, 2020, 3900, 4400, 510},
              .service_ms = {390, 600, 900, 1100, 1310, 3000, 4300, 480},
              .first_byte_ms = {40, 41, 42, 43, 44, 45, 46, 47},
              .apdex = 0.93F,
              .apdex_ms = 500},
         .generator =
             {.health = LOAD_LIMITED,
              .limit = "lag",
              .workers = 2,
              .cpu_cores = 0.38F,
              .lag_p99_ms = 0.4F,
              .late_ratio = 0.001F,
              .reused_ratio = 1,
              .in_bytes_per_s = 4.1e6F,
              .memory_bytes = 11e6F,
              .sockets = 512,
              .sockets_wanted = 513},
         .comparison =
             {.then_wall_ms = 1763813403250,
              .revision = "4f2c9e1",
              .now = {612, 402, 1210, 2020, 0.0008F, 540},
              .then = {640, 371, 990, 1700, 0.0003F, 580}},
         .gate_count = 1,
         .answer_count = 2,
         .gates = {{"p95<2s", "1.21s", VERDICT_FAIL, 2000}},
         .answers = {{"200", false, 31179}, {"timeout", true, 8}}};
    struct event event;
    event_begin(&event, EVENT_LOAD);
    event.wall_ms = 1763813403250;
    event.load = load;
    return event;
}

/* Decodes `event` after a trip over the wire. */
static enum event_decoded trip(const struct event *event, struct event *back) {
    static uint8_t wire[EVENT_SIZE_MAX];
    size_t length = event_encode(event, wire, sizeof wire);
    size_t used = 0;
    struct error err = {0};
    return event_decode(wire, length, back, &used, &err);
}

static void a_load_status_comes_back_field_by_field(void **state) {
    (void)state;
    struct event event = example();
    struct event back;
    assert_int_equal(trip(&event, &back), EVENT_DECODED);
    assert_memory_equal(&back.load, &event.load, sizeof event.load);
}

static void a_load_status_that_cannot_be_is_broken(void **state) {
    (void)state;
    struct event events[4];
    for (size_t i = 0; i < 4; i++) events[i] = example();
    events[0].load.phase = LOAD_PHASE_COUNT;
    events[1].load.verdict = VERDICT_COUNT;
    events[2].load.generator.health = LOAD_HEALTH_COUNT;
    events[3].load.gates[0].verdict = VERDICT_COUNT;
    for (size_t i = 0; i < 4; i++) {
        struct event back;
        assert_int_equal(trip(&events[i], &back), EVENT_BROKEN);
    }
}

static void what_is_no_number_was_not_measured(void **state) {
    (void)state;
    struct event event = example();
    event.load.rates.done_per_s = HUGE_VALF;
    event.load.latencies.apdex = NAN;
    struct event back;
    assert_int_equal(trip(&event, &back), EVENT_DECODED);
    assert_true(isnan(back.load.rates.done_per_s));
    assert_true(isnan(back.load.latencies.apdex));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_load_status_comes_back_field_by_field),
        cmocka_unit_test(a_load_status_that_cannot_be_is_broken),
        cmocka_unit_test(what_is_no_number_was_not_measured),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
