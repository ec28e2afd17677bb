/* SPDX-License-Identifier: MIT */
#include "core/load_news.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"

/* What goes over, and what comes out. */
struct passed {
    struct load_news news, read;
    struct load_report *report, *came;
    uint8_t *bytes;
    size_t length;
};

static int make(void **state) {
    struct passed *passed = memory_new(sizeof *passed);
    passed->report = memory_new(sizeof *passed->report);
    passed->came = memory_new(sizeof *passed->came);
    passed->bytes = memory_new(LOAD_NEWS_BYTES);
    struct load_news *news = &passed->news;
    news->kind = LOAD_NEWS_RUNS;
    news->shard = 3;
    news->token = 99;
    text_copy(news->who, sizeof news->who, "host (pid 7)");
    struct load_report *report = passed->report;
    report->sequence = 4;
    report->shards = 1;
    report->start_ns = NS_PER_S;
    report->end_ns = 2 * NS_PER_S;
    report->row_count = 2;
    report->rows[0].wanted = report->rows[0].done = 1000;
    for (uint64_t i = 0; i < 1000; i++) {
        histogram_record(&report->rows[0].response, i * i, 1);
    }
    *state = passed;
    return 0;
}

static int clear(void **state) {
    struct passed *passed = *state;
    free(passed->report);
    free(passed->came);
    free(passed->bytes);
    free(passed);
    return 0;
}

static bool read_back(struct passed *passed, struct error *err) {
    const struct slice bytes = {(const char *)passed->bytes, passed->length};
    return load_news_read(bytes, &passed->read, passed->came, err);
}

static void pass(struct passed *passed, bool with_report) {
    passed->length = load_news_encode(
        &passed->news, with_report ? passed->report : NULL, passed->bytes,
        LOAD_NEWS_BYTES);
    assert_true(passed->length > 0);
}

static void news_and_their_report_are_the_same_on_the_other_side(void **state) {
    struct passed *passed = *state;
    struct error err;
    pass(passed, true);
    assert_true(read_back(passed, &err));
    assert_memory_equal(&passed->read, &passed->news, sizeof passed->news);
    assert_memory_equal(passed->came, passed->report, sizeof *passed->report);
    assert_true(load_news_check(passed->came, 1, &err));
    load_report_next(passed->came);
    pass(passed, false);
    assert_true(read_back(passed, &err));
    assert_int_equal(passed->came->sequence, 0);
}

static void a_piece_or_another_bit_is_no_news(void **state) {
    struct passed *passed = *state;
    struct error err;
    pass(passed, false);
    size_t alone = passed->length;
    pass(passed, true);
    size_t whole = passed->length;
    for (size_t i = 0; i < whole; i++) {
        passed->length = i;
        if (i != alone) assert_false(read_back(passed, &err));
        passed->length = whole;
        passed->bytes[i] ^= 0x10;
        assert_false(read_back(passed, &err));
        passed->bytes[i] ^= 0x10;
        memset(passed->came, 0, sizeof *passed->came);
    }
    passed->bytes[whole] = 0;
    passed->length = whole + 1;
    assert_false(read_back(passed, &err));
}

static void nobody_is_nobody(void **state) {
    struct passed *passed = *state;
    struct error err;
    passed->news.token = 0;
    pass(passed, false);
    assert_false(read_back(passed, &err));
    passed->news.token = 1;
    passed->news.shard = LOAD_SPLIT_MAX;
    pass(passed, false);
    assert_false(read_back(passed, &err));
}

static void words_from_outside_are_made_safe(void **state) {
    struct passed *passed = *state;
    struct error err;
    text_copy(passed->news.why, sizeof passed->news.why, "a\nb\x1b[2J");
    text_copy(passed->report->words, sizeof passed->report->words, "\x07 bell");
    pass(passed, true);
    assert_true(read_back(passed, &err));
    assert_null(strpbrk(passed->read.why, "\n\x1b"));
    assert_null(strchr(passed->came->words, '\x07'));
}

static void a_report_that_cannot_be_is_refused(void **state) {
    struct passed *passed = *state;
    struct load_report *report = passed->report;
    struct error err;
    assert_false(load_news_check(report, 2, &err));
    report->shards = 2;
    assert_false(load_news_check(report, 1, &err));
    report->shards = 1;
    report->start_ns = report->end_ns + 1;
    assert_false(load_news_check(report, 1, &err));
    report->start_ns = 0;
    report->end_ns = UINT64_MAX;
    assert_false(load_news_check(report, 1, &err));
    report->end_ns = NS_PER_S;
    report->rows[1].done = UINT64_MAX;
    assert_false(load_news_check(report, 1, &err));
    report->rows[1].done = 0;
    report->gauges.users = UINT64_MAX;
    assert_false(load_news_check(report, 1, &err));
    report->gauges.users = 0;
    assert_true(load_news_check(report, 1, &err));
    report->row_count = 0; /* it never began */
    assert_true(load_news_check(report, 1, &err));
}

#define WITH_NEWS(test) cmocka_unit_test_setup_teardown(test, make, clear)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_NEWS(news_and_their_report_are_the_same_on_the_other_side),
        WITH_NEWS(a_piece_or_another_bit_is_no_news),
        WITH_NEWS(nobody_is_nobody),
        WITH_NEWS(words_from_outside_are_made_safe),
        WITH_NEWS(a_report_that_cannot_be_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
