/* What holds for a rollout whatever happens to it, in whatever order. */
/* SPDX-License-Identifier: MIT */
#include "core/rollout_move.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/units.h"
#include "core/random.h"
#include "core/rollout_end.h"
#include "core/rollout_recovery.h"

enum { SEQUENCES = 10000, EVENTS_MAX = 300, EVENT_KINDS = 11 };

static const struct rollout_plan plan = {
    .holder = "ann",
    .host = "ops1",
    .step_count = 4,
    .steps = {{500}, {2500}, {5000}, {10000}},
    .hold_each_ns = 2 * NS_PER_S,
    .max_each_ns = 20 * NS_PER_S,
    .keep_previous_ns = 30 * NS_PER_S,
    .blind_max_ns = 5 * NS_PER_S,
};

struct storm {
    struct random random;
    struct rollout rollout;
    uint64_t now_ns;
    bool was_back;          /* going back was asked for */
    uint32_t reached;       /* steps that were asked for */
    unsigned raises, backs; /* in all sequences */
    unsigned dones, restores;
};

static bool chance(struct storm *storm, unsigned one_in) {
    return random_below(&storm->random, one_in) == 0;
}

static struct rollout_sight any_sight(struct storm *storm) {
    return (struct rollout_sight){
        .fresh = !chance(storm, 5),
        .harmed = chance(storm, 400),
        .safe = !chance(storm, 3),
        .split_broken = chance(storm, 40),
        .stable_unwell = chance(storm, 20),
        .canary_ready = !chance(storm, 4),
        .canary_gone = chance(storm, 600),
    };
}

/* Mostly what was asked for. */
static struct rollout_reading any_reading(struct storm *storm) {
    struct rollout_reading reading = {
        .known = !chance(storm, 8), .weight_bp = storm->rollout.wanted_bp};
    if (chance(storm, 20)) reading.weight_bp = 0;
    if (chance(storm, 30)) reading.weight_bp = 777;
    if (chance(storm, 10)) reading.weight_bp = storm->rollout.before_bp;
    return reading;
}

static struct rollout_effect any_order(struct storm *storm) {
    struct rollout_order order = {
        .kind = (uint32_t)random_below(&storm->random, ROLLOUT_ORDER_COUNT),
        .expected_version = storm->rollout.version - chance(storm, 4),
        .force = chance(storm, 3),
        .who = "ann",
        .host = "ops1",
    };
    struct rollout_answer answer;
    bool is_rare =
        order.kind == ROLLOUT_ORDER_ABORT || order.kind == ROLLOUT_ORDER_UNDO;
    if (is_rare && !chance(storm, 20)) order.kind = ROLLOUT_ORDER_RESUME;
    return rollout_on_order(&storm->rollout, &order, storm->now_ns, &answer);
}

static struct rollout_effect any_recovery(struct storm *storm) {
    const struct rollout_recovery recovery = {
        .open = (enum rollout_op)random_below(&storm->random, ROLLOUT_OP_COUNT),
        .gap_ns = random_below(&storm->random, 20 * NS_PER_S),
        .lease_ns = chance(storm, 2) ? 5 * NS_PER_S : 0,
    };
    const struct rollout_reading reading = any_reading(storm);
    return rollout_on_recovered(&storm->rollout, &recovery, &reading, storm->now_ns);
}

/* Most of them rarely come. */
static struct rollout_effect any_of_stable(
    struct storm *storm, const struct rollout_sight *sight) {
    struct rollout *rollout = &storm->rollout;
    uint64_t now_ns = storm->now_ns;
    if (chance(storm, 10)) return rollout_on_replaceable(rollout, now_ns);
    return chance(storm, 20) ? rollout_on_stable_new(rollout, now_ns)
                             : rollout_on_sight(rollout, sight, now_ns);
}

/* A weight that was not told yet, or what was meant for nothing. */
static struct rollout_effect any_unwritten(struct storm *storm) {
    const struct rollout_effect weight = {.op = ROLLOUT_DO_WEIGHT};
    const struct rollout_effect *meant = chance(storm, 2) ? &weight : &rollout_rest;
    return rollout_on_unwritten(&storm->rollout, meant, "", storm->now_ns);
}

static struct rollout_effect any_event(struct storm *storm) {
    struct rollout *rollout = &storm->rollout;
    uint64_t now_ns = storm->now_ns;
    bool ok = !chance(storm, 10);
    const struct rollout_sight sight = any_sight(storm);
    const struct rollout_reading reading = any_reading(storm);
    switch (random_below(&storm->random, EVENT_KINDS)) {
    case 0: return rollout_on_checked(rollout, ok, "", now_ns);
    case 1: return rollout_on_deployed(rollout, ok, "", now_ns);
    case 2: {
        enum verdict verdict = ok ? VERDICT_PASS : VERDICT_INCONCLUSIVE;
        return rollout_on_smoked(rollout, verdict, "", now_ns);
    }
    case 3: {
        enum rollout_set how = ok ? ROLLOUT_SET_DONE : ROLLOUT_SET_FAILED;
        return rollout_on_set(
            rollout, chance(storm, 20) ? ROLLOUT_SET_CONFLICT : how, "", now_ns);
    }
    case 4:
        return chance(storm, 2) ? rollout_on_finalized(rollout, ok, "", now_ns)
                                : rollout_on_restored(rollout, ok, "", now_ns);
    case 5: return rollout_on_reading(rollout, &reading, now_ns);
    case 6: return any_order(storm);
    case 7:
        return chance(storm, 10) ? any_recovery(storm)
                                 : rollout_on_sight(rollout, &sight, now_ns);
    case 8:
        return chance(storm, 20) ? any_unwritten(storm)
                                 : rollout_on_sight(rollout, &sight, now_ns);
    case 9: return any_of_stable(storm, &sight);
    default: return rollout_on_sight(rollout, &sight, now_ns);
    }
}

static void check_raise(struct storm *storm, const struct rollout_effect *effect) {
    const struct rollout *rollout = &storm->rollout;
    storm->raises++;
    assert_false(storm->was_back); /* never again, once it is going back */
    assert_int_equal(rollout->phase, ROLLOUT_RAISING);
    assert_true(rollout->step < plan.step_count);
    assert_int_equal(effect->weight_bp, plan.steps[rollout->step].weight_bp);
    assert_true(rollout->step <= storm->reached); /* none is left out */
    if (rollout->step < storm->reached) return;   /* an earlier weight again */
    if (rollout->step > 0) assert_true(rollout->sight.fresh);
    storm->reached++;
}

/* Once it goes back, nothing leads forward. */
static void check_way_back(
    const struct rollout *rollout, const struct rollout *before) {
    if (!rollout->ended) {
        assert_true(rollout->wanted_bp == 0 || rollout->restoring);
        assert_true(rollout->wanted_bp <= before->wanted_bp);
    }
    assert_true(
        rollout->phase == ROLLOUT_ROLLING_BACK || rollout->phase == ROLLOUT_STRANDED ||
        rollout->phase == ROLLOUT_ROLLED_BACK);
}

static void check(
    struct storm *storm, const struct rollout *before,
    const struct rollout_effect *effect) {
    const struct rollout *rollout = &storm->rollout;
    bool moved = before->phase != rollout->phase || before->hold != rollout->hold;
    assert_true(rollout->version >= before->version);
    if (moved) assert_true(rollout->version > before->version);
    storm->dones += moved && rollout->phase == ROLLOUT_DONE;
    if (before->ended) {
        assert_int_equal(effect->op, ROLLOUT_DO_NOTHING);
        assert_int_equal(before->phase, rollout->phase);
    }
    if (rollout_op_is_journaled(effect->op) && rollout->version == before->version) {
        assert_true(rollout->setting); /* the same again */
    }
    if (effect->op == ROLLOUT_DO_WEIGHT) check_raise(storm, effect);
    if (effect->op == ROLLOUT_DO_BACK) {
        storm->backs += !storm->was_back;
        storm->was_back = true;
        assert_int_equal(effect->weight_bp, 0);
    }
    if (effect->op == ROLLOUT_DO_RESTORE) {
        storm->restores++;
        storm->was_back = true;
        assert_true(effect->weight_bp == before->wanted_bp || before->setting);
    }
    if (effect->op == ROLLOUT_DO_FINALIZE) assert_false(storm->was_back);
    if (storm->was_back) check_way_back(rollout, before);
}

static void play_one(struct storm *storm) {
    storm->was_back = false;
    storm->reached = 0;
    storm->now_ns = 1000 * NS_PER_S;
    rollout_begin(&storm->rollout, &plan, storm->now_ns);
    storm->rollout.plan.manual = chance(storm, 4);
    for (unsigned i = 0; i < EVENTS_MAX; i++) {
        storm->now_ns += random_below(&storm->random, 2 * NS_PER_S);
        const struct rollout before = storm->rollout;
        const struct rollout_effect effect = any_event(storm);
        check(storm, &before, &effect);
    }
}

static void no_order_of_events_breaks_the_rules(void **state) {
    static struct storm storm;
    (void)state;
    random_seed(&storm.random, 20);
    for (unsigned i = 0; i < SEQUENCES; i++) play_one(&storm);
    /* It got everywhere. */
    assert_true(storm.raises > SEQUENCES);
    assert_true(storm.backs > SEQUENCES / 10);
    assert_true(storm.dones > SEQUENCES / 100);
    assert_true(storm.restores > 10);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_order_of_events_breaks_the_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
