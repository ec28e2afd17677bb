/* SPDX-License-Identifier: MIT */
#include "core/evidence_record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "core/weight.h"
#include "support/observed.h"

static void assert_same(const struct evidence *one, const struct evidence *other) {
    assert_memory_equal(&one->rules, &other->rules, sizeof one->rules);
    assert_memory_equal(one->harms, other->harms, sizeof one->harms);
    assert_memory_equal(
        &one->ranks.mixture, &other->ranks.mixture, sizeof one->ranks.mixture);
    assert_memory_equal(&one->split, &other->split, sizeof one->split);
    assert_memory_equal(&one->step_split, &other->step_split, sizeof one->step_split);
    assert_memory_equal(&one->in_step, &other->in_step, sizeof one->in_step);
    assert_memory_equal(
        &one->surroundings, &other->surroundings, sizeof one->surroundings);
    assert_memory_equal(&one->latency, &other->latency, sizeof one->latency);
    assert_memory_equal(&one->tokens, &other->tokens, sizeof one->tokens);
    assert_memory_equal(one->latencies, other->latencies, sizeof one->latencies);
    assert_memory_equal(&one->known, &other->known, sizeof one->known);
    assert_memory_equal(one->users, other->users, sizeof one->users);
    assert_memory_equal(&one->log_peak, &other->log_peak, sizeof one->log_peak);
}

/* What a controller keeps: the record, and each user with what was new about it. */
struct kept {
    struct evidence *evidence, *again;
    uint64_t users[20000];
    uint32_t facts[20000];
    size_t count;
    uint8_t bytes[EVIDENCE_RECORD_MAX];
};

static void feed(struct kept *kept, struct random *random, uint32_t weight_bp) {
    struct observation seen = observed_any(random, weight_bp);
    uint32_t fresh = evidence_add(kept->evidence, &seen);
    if (fresh == 0) return;
    kept->users[kept->count] = seen.user;
    kept->facts[kept->count++] = fresh;
}

static void restore(struct kept *kept) {
    struct byte_writer writer = byte_writer_in(kept->bytes, sizeof kept->bytes);
    record_put(&evidence_record, kept->evidence, &writer);
    assert_false(writer.overflow);
    memset(kept->again, 0, sizeof *kept->again);
    struct byte_reader reader = byte_reader_of(kept->bytes, writer.length);
    assert_true(record_get(&evidence_record, kept->again, &reader));
    assert_int_equal(reader.at, writer.length);
    for (size_t i = 0; i < kept->count; i++) {
        evidence_restore_user(kept->again, kept->users[i], kept->facts[i]);
    }
}

static int make_kept(void **state) {
    struct kept *kept = memory_new(sizeof *kept);
    kept->evidence = memory_new(sizeof *kept->evidence);
    kept->again = memory_new(sizeof *kept->again);
    struct rollout_rules rules = rollout_rules_default();
    rules.metrics = HARM_ALL;
    evidence_init(kept->evidence, &rules);
    *state = kept;
    return 0;
}

static int free_kept(void **state) {
    struct kept *kept = *state;
    free(kept->evidence);
    free(kept->again);
    free(kept);
    return 0;
}

static const uint32_t weights_bp[] = {0, 500, 2500, 5000, WEIGHT_ALL_BP};
enum { STEPS = sizeof weights_bp / sizeof *weights_bp };

static void evidence_goes_on_after_a_restart_as_if_nothing_was(void **state) {
    struct kept *kept = *state;
    struct random random;
    random_seed(&random, 77);
    for (size_t i = 0; i < (size_t)STEPS * 1100; i++) {
        uint32_t weight_bp = weights_bp[i / 1100];
        if (i % 1100 == 0) evidence_start_step(kept->evidence, weight_bp);
        feed(kept, &random, weight_bp);
        if (i % 250 != 7) continue;
        restore(kept);
        assert_same(kept->evidence, kept->again);
        /* Go on with the other one. */
        struct evidence *before = kept->evidence;
        kept->evidence = kept->again;
        kept->again = before;
    }
    assert_true(kept->count > 400);
}

static void no_piece_of_it_can_be_read(void **state) {
    struct kept *kept = *state;
    struct random random;
    random_seed(&random, 79);
    evidence_start_step(kept->evidence, 500);
    for (unsigned i = 0; i < 100; i++) feed(kept, &random, 500);
    struct byte_writer writer = byte_writer_in(kept->bytes, sizeof kept->bytes);
    record_put(&evidence_record, kept->evidence, &writer);
    for (size_t length = 0; length < writer.length; length += 7) {
        struct byte_reader reader = byte_reader_of(kept->bytes, length);
        assert_false(record_get(&evidence_record, kept->again, &reader));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            evidence_goes_on_after_a_restart_as_if_nothing_was, make_kept, free_kept),
        cmocka_unit_test_setup_teardown(
            no_piece_of_it_can_be_read, make_kept, free_kept),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
