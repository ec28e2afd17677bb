/* SPDX-License-Identifier: MIT */
#include "history/outcome_block.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { LENGTH = 300, WALL_MS = 1234567 };

static void fill(uint8_t block[OUTCOME_BLOCK_MAX]) {
    for (int i = 0; i < LENGTH; i++) block[OUTCOME_BLOCK_HEAD + i] = (uint8_t)(i * 7);
    outcome_block_seal(block, LENGTH, WALL_MS);
}

static void a_sealed_block_is_whole_whatever_follows(void **state) {
    uint8_t block[OUTCOME_BLOCK_MAX] = {0};
    struct outcome_block read;
    (void)state;
    fill(block);
    assert_int_equal(
        outcome_block_read(block, sizeof block, &read), OUTCOME_BLOCK_WHOLE);
    assert_int_equal(read.length, LENGTH);
    assert_int_equal(read.wall_ms, WALL_MS);
}

static void a_block_that_ends_early_is_torn(void **state) {
    uint8_t block[OUTCOME_BLOCK_MAX];
    struct outcome_block read;
    (void)state;
    fill(block);
    for (size_t size = 1; size < OUTCOME_BLOCK_HEAD + LENGTH; size++) {
        assert_int_equal(outcome_block_read(block, size, &read), OUTCOME_BLOCK_TORN);
    }
    memset(block, 0, sizeof block); /* room was made, and nothing written */
    assert_int_equal(
        outcome_block_read(block, sizeof block, &read), OUTCOME_BLOCK_TORN);
}

/* A length may become so large that it only looks torn. */
static void no_flipped_bit_goes_unseen(void **state) {
    uint8_t block[OUTCOME_BLOCK_MAX];
    struct outcome_block read;
    (void)state;
    fill(block);
    for (size_t bit = 0; bit < (OUTCOME_BLOCK_HEAD + LENGTH) * (size_t)8; bit++) {
        block[bit / 8] ^= (uint8_t)(1 << bit % 8);
        enum outcome_block_state seen =
            outcome_block_read(block, OUTCOME_BLOCK_HEAD + LENGTH, &read);
        bool is_length = bit / 8 >= 4 && bit / 8 < 8;
        assert_true(
            seen == OUTCOME_BLOCK_BROKEN || (is_length && seen == OUTCOME_BLOCK_TORN));
        block[bit / 8] ^= (uint8_t)(1 << bit % 8);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sealed_block_is_whole_whatever_follows),
        cmocka_unit_test(a_block_that_ends_early_is_torn),
        cmocka_unit_test(no_flipped_bit_goes_unseen),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
