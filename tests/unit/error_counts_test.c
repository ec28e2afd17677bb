/* SPDX-License-Identifier: MIT */
#include "probes/error_counts.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"

enum { LISTED = 100 };

static struct error_row error_of(const char *kind, int64_t time_ms) {
    struct error_row row = {.count = 1, .last_seen_ms = time_ms};
    snprintf(row.kind, sizeof row.kind, "%s", kind);
    if (time_ms > 0) {
        snprintf(row.request_id, sizeof row.request_id, "r-%lld", (long long)time_ms);
    }
    return row;
}

static uint64_t count_of(const struct error_counts *counts, const char *kind) {
    uint64_t count = 0;
    for (uint32_t i = 0; i < counts->table.count; i++) {
        const struct error_row *row = &counts->table.rows[i];
        if (strcmp(row->kind, kind) == 0) count += row->count;
    }
    return count;
}

/* The last hundred of all that happened until `last`,
 * newest first; every 50th of them is of the rare kind. */
static void look(struct error_counts *counts, int last) {
    error_counts_begin(counts);
    for (int i = last; i > last - LISTED && i > 0; i--) {
        struct error_row row = error_of(i % 50 == 0 ? "rare" : "often", i);
        error_counts_add(counts, &row);
    }
}

static void set(
    struct error_counts *counts, const char *kind, uint64_t count, bool shared) {
    struct error_row row = error_of(kind, 7);
    row.count = count;
    error_counts_set(counts, &row, shared);
}

static int set_up(void **state) {
    *state = memory_new(sizeof(struct error_counts));
    return 0;
}

static int tear_down(void **state) {
    free(*state);
    return 0;
}

static void error_counts_counts_each_of_a_sliding_list_once(void **state) {
    struct error_counts *counts = *state;
    for (int last = 10; last <= 2000; last += 35) look(counts, last);
    look(counts, 2000);
    look(counts, 2000);
    assert_int_equal(count_of(counts, "often") + count_of(counts, "rare"), 2000);
    assert_int_equal(count_of(counts, "rare"), 40);
    assert_int_equal(error_counts_total(counts), 2000);
}

static void error_counts_keeps_kinds_that_left_the_list(void **state) {
    struct error_counts *counts = *state;
    look(counts, 50);
    assert_int_equal(count_of(counts, "rare"), 1);
    error_counts_begin(counts);
    for (int i = 1000; i > 900; i--) {
        struct error_row row = error_of("often", i);
        error_counts_add(counts, &row);
    }
    assert_int_equal(count_of(counts, "rare"), 1);
    assert_int_equal(count_of(counts, "often"), 149);
}

/* One list of one process, one of another, in turn. */
static void error_counts_takes_no_entry_twice_that_comes_back(void **state) {
    struct error_counts *counts = *state;
    for (int round = 0; round < 6; round++) look(counts, round % 2 ? 100 : 700);
    assert_int_equal(error_counts_total(counts), 200);
}

static void error_counts_tells_growth_of_what_has_no_time_or_id(void **state) {
    struct error_counts *counts = *state;
    static const int shown[] = {2, 3, 3, 1, 2, 0, 1};
    struct error_row row = error_of("blank", 0);
    for (size_t i = 0; i < sizeof shown / sizeof *shown; i++) {
        error_counts_begin(counts);
        for (int n = 0; n < shown[i]; n++) error_counts_add(counts, &row);
    }
    assert_int_equal(count_of(counts, "blank"), 2 + 1 + 1 + 1);
}

static void error_counts_follows_counters_through_a_restart(void **state) {
    struct error_counts *counts = *state;
    static const uint64_t said[] = {40, 40, 55, 3, 9};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++) {
        error_counts_begin(counts);
        set(counts, "counted", said[i], false);
        set(counts, "steady", 5, false);
    }
    assert_int_equal(count_of(counts, "counted"), 55 + 9);
    assert_int_equal(count_of(counts, "steady"), 5);
}

static void error_counts_does_not_add_up_who_answers_in_turn(void **state) {
    struct error_counts *counts = *state;
    for (int i = 0; i < 10; i++) {
        error_counts_begin(counts);
        set(counts, "counted", i % 2 ? 30 : 4, true);
    }
    assert_int_equal(count_of(counts, "counted"), 30);
}

static void error_counts_names_a_version_that_was_not_known_yet(void **state) {
    struct error_counts *counts = *state;
    look(counts, 10);
    error_counts_name_version(counts, "");
    assert_string_equal(counts->table.rows[0].version, "");
    error_counts_name_version(counts, "v1");
    look(counts, 10);
    error_counts_name_version(counts, "v2");
    assert_int_equal(counts->table.count, 1);
    assert_string_equal(counts->table.rows[0].version, "v1");
    assert_int_equal(error_counts_total(counts), 10);
}

int main(void) {
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(error_counts_counts_each_of_a_sliding_list_once),
        TEST(error_counts_keeps_kinds_that_left_the_list),
        TEST(error_counts_takes_no_entry_twice_that_comes_back),
        TEST(error_counts_tells_growth_of_what_has_no_time_or_id),
        TEST(error_counts_follows_counters_through_a_restart),
        TEST(error_counts_does_not_add_up_who_answers_in_turn),
        TEST(error_counts_names_a_version_that_was_not_known_yet),
    };
#undef TEST
    return cmocka_run_group_tests(tests, NULL, NULL);
}
