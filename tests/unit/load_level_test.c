/* SPDX-License-Identifier: MIT */
#include "core/load_level.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/units.h"

struct stage {
    struct load_plan *plan;
    struct load_level level;
};

static int make_stage(void **state) {
    struct stage *stage = memory_new(sizeof *stage);
    stage->plan = memory_new(sizeof *stage->plan);
    load_plan_init(stage->plan);
    *state = stage;
    return 0;
}

static int free_stage(void **state) {
    struct stage *stage = *state;
    free(stage->plan);
    free(stage);
    return 0;
}

static void add_stage(struct load_plan *plan, uint64_t duration_ns, double level) {
    plan->stages[plan->stage_count++] = (struct load_stage){duration_ns, level};
}

static uint64_t starts_until(const struct stage *stage, uint64_t end_ns) {
    uint64_t count = 0;
    while (load_level_start(&stage->level, stage->plan, count) < end_ns) count++;
    return count;
}

static void a_steady_rate_is_evenly_spaced(void **state) {
    struct stage *stage = *state;
    stage->plan->model = LOAD_ARRIVALS;
    stage->plan->level = 200;
    load_level_begin(&stage->level, stage->plan);
    for (uint64_t i = 0; i < 100000; i++) {
        uint64_t due_ns = load_level_start(&stage->level, stage->plan, i);
        assert_true(llabs((long long)(due_ns - (i * 5 * NS_PER_MS + 2500000))) <= 1000);
    }
    assert_int_equal(starts_until(stage, 30 * NS_PER_S), 6000);
}

static void ramps_and_steps_bring_what_lies_under_them(void **state) {
    struct stage *stage = *state;
    stage->plan->model = LOAD_ARRIVALS;
    add_stage(stage->plan, 10 * NS_PER_S, 100); /* 0 to 100: 500 */
    add_stage(stage->plan, 10 * NS_PER_S, 100); /* 1000 */
    add_stage(stage->plan, 0, 10);
    add_stage(stage->plan, 5 * NS_PER_S, 10); /* 50 */
    add_stage(stage->plan, 5 * NS_PER_S, 0);  /* 25, then nothing */
    load_level_begin(&stage->level, stage->plan);
    assert_int_equal(starts_until(stage, 10 * NS_PER_S), 500);
    assert_int_equal(starts_until(stage, 20 * NS_PER_S), 1500);
    assert_int_equal(starts_until(stage, 25 * NS_PER_S), 1550);
    assert_true(fabs(load_level_at(&stage->level, 5 * NS_PER_S) - 50) < 1e-6);
    assert_true(fabs(load_level_at(&stage->level, 22 * NS_PER_S) - 10) < 1e-6);
    assert_int_equal(starts_until(stage, 3000 * NS_PER_S), 1575);
    assert_true(load_level_start(&stage->level, stage->plan, 1575) == LOAD_NEVER);
}

static void starts_are_where_the_sum_says(void **state) {
    struct stage *stage = *state;
    stage->plan->model = LOAD_ARRIVALS;
    stage->plan->level = 3;
    add_stage(stage->plan, 7 * NS_PER_S, 1000);
    add_stage(stage->plan, 3 * NS_PER_S, 1);
    load_level_begin(&stage->level, stage->plan);
    uint64_t last_ns = 0;
    for (uint64_t i = 0; i < 6000; i++) {
        uint64_t due_ns = load_level_start(&stage->level, stage->plan, i);
        double sum = load_level_sum(&stage->level, due_ns);
        assert_true(fabs(sum - ((double)i + 0.5)) < 1e-4);
        assert_true(due_ns > last_ns);
        last_ns = due_ns;
    }
}

static void shards_take_turns(void **state) {
    struct stage *stage = *state;
    struct load_plan *plan = stage->plan;
    plan->model = LOAD_ARRIVALS;
    plan->level = 70;
    add_stage(plan, 3 * NS_PER_S, 7);
    load_level_begin(&stage->level, plan);
    uint64_t whole[300];
    for (uint64_t i = 0; i < 300; i++) {
        whole[i] = load_level_start(&stage->level, plan, i);
    }
    plan->shards = 3;
    for (plan->shard = 0; plan->shard < 3; plan->shard++) {
        for (uint64_t i = 0; i < 100; i++) {
            uint64_t due_ns = load_level_start(&stage->level, plan, i);
            assert_true(due_ns == whole[3 * i + plan->shard]);
        }
    }
}

static void another_rate_goes_on_where_the_old_one_was(void **state) {
    struct stage *stage = *state;
    stage->plan->model = LOAD_ARRIVALS;
    stage->plan->level = 100;
    load_level_begin(&stage->level, stage->plan);
    assert_int_equal(starts_until(stage, 10 * NS_PER_S), 1000);
    load_level_set(&stage->level, 10 * NS_PER_S, 20, 0);
    assert_true(load_level_start(&stage->level, stage->plan, 1000) >= 10 * NS_PER_S);
    assert_int_equal(starts_until(stage, 20 * NS_PER_S), 1200);
    load_level_set(&stage->level, 20 * NS_PER_S, 0, 0);
    assert_true(load_level_start(&stage->level, stage->plan, 1200) == LOAD_NEVER);
    load_level_set(&stage->level, 30 * NS_PER_S, 10, 0);
    assert_int_equal(starts_until(stage, 31 * NS_PER_S), 1210);
}

/* Looks when it is told to, and counts how often. */
static uint64_t users_at(const struct stage *stage, uint64_t at_ns, unsigned *looks) {
    uint64_t now_ns = 0, next_ns = 0;
    uint64_t users = load_level_users(&stage->level, 0, &next_ns);
    while (next_ns <= at_ns) {
        now_ns = next_ns;
        users = load_level_users(&stage->level, now_ns, &next_ns);
        assert_true(next_ns > now_ns);
        if (looks) (*looks)++;
    }
    return users;
}

static void users_come_one_by_one(void **state) {
    struct stage *stage = *state;
    stage->plan->level = 100;
    stage->plan->spawn_per_s = 10;
    load_level_begin(&stage->level, stage->plan);
    unsigned looks = 0;
    assert_int_equal(users_at(stage, 0, NULL), 1);
    assert_int_equal(users_at(stage, NS_PER_S + NS_PER_MS, NULL), 11);
    assert_int_equal(users_at(stage, 5 * NS_PER_S + NS_PER_MS, NULL), 51);
    assert_int_equal(users_at(stage, 60 * NS_PER_S, &looks), 100);
    assert_true(looks >= 99 && looks <= 120);
    uint64_t next_ns = 0;
    load_level_users(&stage->level, 20 * NS_PER_S, &next_ns);
    assert_true(next_ns == LOAD_NEVER);
}

static void users_come_at_once_when_nothing_limits_them(void **state) {
    struct stage *stage = *state;
    stage->plan->level = 64;
    load_level_begin(&stage->level, stage->plan);
    assert_int_equal(users_at(stage, 0, NULL), 64);
}

static void users_follow_stages_down_and_up(void **state) {
    struct stage *stage = *state;
    stage->plan->level = 10;
    add_stage(stage->plan, 10 * NS_PER_S, 0);
    add_stage(stage->plan, 10 * NS_PER_S, 5);
    load_level_begin(&stage->level, stage->plan);
    assert_int_equal(users_at(stage, 0, NULL), 10);
    assert_int_equal(users_at(stage, 5 * NS_PER_S + NS_PER_MS, NULL), 5);
    assert_int_equal(users_at(stage, 10 * NS_PER_S - NS_PER_MS, NULL), 1);
    assert_int_equal(users_at(stage, 13 * NS_PER_S, NULL), 2);
    assert_int_equal(users_at(stage, 40 * NS_PER_S, NULL), 5);
}

static void more_users_come_as_fast_as_the_first_ones(void **state) {
    struct stage *stage = *state;
    stage->plan->level = 20;
    stage->plan->spawn_per_s = 10;
    load_level_begin(&stage->level, stage->plan);
    load_level_set(&stage->level, 10 * NS_PER_S, 40, 10);
    assert_int_equal(users_at(stage, 10 * NS_PER_S, NULL), 21);
    assert_int_equal(users_at(stage, 11 * NS_PER_S + NS_PER_MS, NULL), 31);
    assert_int_equal(users_at(stage, 13 * NS_PER_S, NULL), 40);
    load_level_set(&stage->level, 20 * NS_PER_S, 5, 10);
    assert_int_equal(users_at(stage, 20 * NS_PER_S, NULL), 5);
}

static void a_rise_ends_however_slow_it_is(void **state) {
    struct stage *stage = *state;
    stage->plan->level = LOAD_USERS_MAX;
    stage->plan->spawn_per_s = 1e-300;
    add_stage(stage->plan, NS_PER_S, 5);
    load_level_begin(&stage->level, stage->plan);
    assert_int_equal(stage->level.count, 3);
    for (uint32_t i = 1; i < stage->level.count; i++) {
        assert_true(
            stage->level.pieces[i].start_ns > stage->level.pieces[i - 1].start_ns);
    }
}

#define WITH_STAGE(test) cmocka_unit_test_setup_teardown(test, make_stage, free_stage)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_STAGE(a_steady_rate_is_evenly_spaced),
        WITH_STAGE(ramps_and_steps_bring_what_lies_under_them),
        WITH_STAGE(starts_are_where_the_sum_says),
        WITH_STAGE(shards_take_turns),
        WITH_STAGE(another_rate_goes_on_where_the_old_one_was),
        WITH_STAGE(users_come_one_by_one),
        WITH_STAGE(users_come_at_once_when_nothing_limits_them),
        WITH_STAGE(users_follow_stages_down_and_up),
        WITH_STAGE(a_rise_ends_however_slow_it_is),
        WITH_STAGE(more_users_come_as_fast_as_the_first_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
