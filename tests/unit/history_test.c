/* SPDX-License-Identifier: MIT */
#include "history/history.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "history/run_list.h"
#include "history/store.h"
#include "io/folders.h"
#include "io/loop.h"
#include "io/sqlite.h"

struct desk {
    char folder[64];
    char path[128];
    struct loop *loop;
    struct history *history;
    unsigned committed;
    struct error last;
};

static int open_desk(void **state) {
    struct desk *desk = memory_new(sizeof *desk);
    text_copy_cut(desk->folder, sizeof desk->folder, "/tmp/history-XXXXXX");
    if (!mkdtemp(desk->folder)) return -1;
    struct text text = TEXT_IN(desk->path);
    text_addf(&text, "%s/history.db", desk->folder);
    desk->loop = loop_new();
    desk->history = history_new(desk->loop, desk->path);
    *state = desk;
    return 0;
}

static int close_desk(void **state) {
    struct desk *desk = *state;
    struct error err = {0};
    history_free(desk->history);
    loop_free(desk->loop);
    bool removed = folder_remove(desk->folder, &err);
    free(desk);
    return removed ? 0 : -1;
}

static void on_committed(void *owner, const struct error *err) {
    struct desk *desk = owner;
    desk->last = *err;
    desk->committed++;
}

static struct run_start start_of(const char *id) {
    struct run_start start = {
        .kind = RUN_SMOKE,
        .target = "demo",
        .scenario = "default",
        .actor = "ann",
        .host = "ops1",
        .started_ms = 1};
    text_copy_cut(start.id, sizeof start.id, id);
    return start;
}

static struct journal_entry entry_of(const char *run, enum journal_phase phase) {
    struct journal_entry entry = {
        .phase = phase, .type = "smoke.start", .body = "{}", .wall_ms = 5};
    text_copy_cut(entry.run, sizeof entry.run, run);
    return entry;
}

static void run_a_smoke(struct desk *desk, const char *id) {
    struct run_start start = start_of(id);
    struct journal_entry intent = entry_of(id, JOURNAL_INTENT);
    history_begin(desk->history, &start, &intent, on_committed, desk);
    struct run_result results[] = {
        {.name = "health", .attempt = 1, .status = RESULT_PASS, .duration_us = 1500},
        {.name = "chat", .attempt = 1, .status = RESULT_FAIL, .message = "no 4"},
    };
    struct run_outcome outcome = {
        .end = {.verdict = VERDICT_FAIL, .exit_code = 1, .ended_ms = 9},
        .entry = entry_of(id, JOURNAL_DONE),
        .results = results,
        .result_count = 2,
    };
    text_copy_cut(outcome.end.id, sizeof outcome.end.id, id);
    history_end(desk->history, &outcome, on_committed, desk);
}

static void a_run_its_results_and_its_journal_are_on_disk(void **state) {
    struct desk *desk = *state;
    run_a_smoke(desk, "01ARYZ6S41ZZZZZZZZZZZZZZZZ");
    assert_int_equal(desk->committed, 0);
    loop_run(desk->loop);
    assert_int_equal(desk->committed, 2);
    assert_int_equal(desk->last.code, ERROR_NONE);

    struct error err = {0};
    struct sqlite *sqlite = store_open(desk->path, &err);
    uint64_t rows = 0;
    uint64_t broken = 0;
    assert_true(journal_verify(sqlite, &rows, &broken, &err));
    assert_int_equal(rows, 2);
    struct statement *statement = statement_new(
        sqlite,
        "SELECT verdict,exit_code,(SELECT count(*) FROM result WHERE run_id=id) FROM "
        "run",
        &err);
    assert_int_equal(statement_next(statement, &err), STATEMENT_ROW);
    assert_true(slice_equals(statement_string(statement, 0), "fail"));
    assert_int_equal(statement_int(statement, 1), 1);
    assert_int_equal(statement_int(statement, 2), 2);
    statement_free(statement);
    sqlite_close(sqlite);
}

static void end_with_figures(struct desk *desk, const char *id) {
    const struct run_metric metrics[] = {
        {"rps", 41.5, 83, "1/s", "higher"},
        {"p99", (double)NAN, 0, "ms", "lower"},
    };
    struct run_histogram *item = memory_new(sizeof *item);
    text_copy_cut(item->name, sizeof item->name, "latency");
    histogram_record(&item->histogram, 1234, 5);
    struct run_outcome outcome = {
        .end = {.verdict = VERDICT_PASS, .ended_ms = 9},
        .entry = entry_of(id, JOURNAL_DONE),
        .metrics = metrics,
        .metric_count = 2,
        .histograms = item,
        .histogram_count = 1,
    };
    text_copy_cut(outcome.end.id, sizeof outcome.end.id, id);
    history_end(desk->history, &outcome, on_committed, desk);
    free(item); /* it was copied */
}

static void the_figures_and_histograms_of_a_run_are_on_disk(void **state) {
    struct desk *desk = *state;
    static const char id[] = "01ARYZ6S41ZZZZZZZZZZZZZZZZ";
    struct run_start start = start_of(id);
    struct journal_entry intent = entry_of(id, JOURNAL_INTENT);
    history_begin(desk->history, &start, &intent, on_committed, desk);
    end_with_figures(desk, id);
    loop_run(desk->loop);
    assert_int_equal(desk->last.code, ERROR_NONE);

    struct error err = {0};
    struct sqlite *sqlite = store_open(desk->path, &err);
    struct histogram *histogram = memory_new(sizeof *histogram);
    double value = 0;
    assert_true(run_read_metric(sqlite, id, "rps", &value, &err));
    assert_true(value > 41.4 && value < 41.6);
    assert_true(run_read_metric(sqlite, id, "p99", &value, &err));
    assert_true(isnan(value));
    assert_true(run_read_metric(sqlite, id, "nothing", &value, &err));
    assert_true(isnan(value));
    assert_true(runs_read_histogram(sqlite, id, "latency", histogram, &err));
    assert_int_equal(histogram->count, 5);
    sqlite_close(sqlite);
    free(histogram);
}

static void a_second_begin_of_the_same_run_is_refused_whole(void **state) {
    struct desk *desk = *state;
    struct run_start start = start_of("a");
    struct journal_entry intent = entry_of("a", JOURNAL_INTENT);
    history_begin(desk->history, &start, &intent, on_committed, desk);
    loop_run(desk->loop);
    history_begin(desk->history, &start, &intent, on_committed, desk);
    loop_run(desk->loop);
    assert_int_equal(desk->last.code, ERROR_SYSTEM);
    struct error err = {0};
    struct sqlite *sqlite = store_open(desk->path, &err);
    uint64_t rows = 0;
    uint64_t broken = 0;
    assert_true(journal_verify(sqlite, &rows, &broken, &err));
    assert_int_equal(rows, 1);
    sqlite_close(sqlite);
}

static void the_journal_cannot_be_changed_and_a_forged_row_is_found(void **state) {
    struct desk *desk = *state;
    for (int i = 0; i < 5; i++) {
        char id[ULID_STRING_SIZE];
        struct text text = TEXT_IN(id);
        text_addf(&text, "run-%d", i);
        run_a_smoke(desk, id);
    }
    loop_run(desk->loop);
    struct error err = {0};
    struct sqlite *sqlite = store_open(desk->path, &err);
    assert_false(
        sqlite_run(sqlite, "UPDATE event SET body_json='x' WHERE seq=3", &err));
    assert_false(sqlite_run(sqlite, "DELETE FROM event WHERE seq=3", &err));
    assert_true(sqlite_run(sqlite, "DROP TRIGGER event_stays", &err));
    assert_true(sqlite_run(sqlite, "UPDATE event SET body_json='x' WHERE seq=3", &err));
    uint64_t rows = 0;
    uint64_t broken = 0;
    assert_false(journal_verify(sqlite, &rows, &broken, &err));
    assert_int_equal(broken, 3);
    sqlite_close(sqlite);
}

static void a_folder_that_is_not_there_is_an_error_in_words(void **state) {
    struct desk *desk = *state;
    struct history *history = history_new(desk->loop, "/nonexistent/history.db");
    struct run_start start = start_of("a");
    struct journal_entry intent = entry_of("a", JOURNAL_INTENT);
    history_begin(history, &start, &intent, on_committed, desk);
    loop_run(desk->loop);
    assert_non_null(strstr(desk->last.message, "/nonexistent"));
    history_free(history);
}

static void after_free_no_callback_runs(void **state) {
    struct desk *desk = *state;
    run_a_smoke(desk, "a");
    history_free(desk->history);
    desk->history = NULL;
    loop_run(desk->loop);
    assert_int_equal(desk->committed, 0);
}

#define DESK_TEST(test) cmocka_unit_test_setup_teardown(test, open_desk, close_desk)

int main(void) {
    const struct CMUnitTest tests[] = {
        DESK_TEST(a_run_its_results_and_its_journal_are_on_disk),
        DESK_TEST(the_figures_and_histograms_of_a_run_are_on_disk),
        DESK_TEST(a_second_begin_of_the_same_run_is_refused_whole),
        DESK_TEST(the_journal_cannot_be_changed_and_a_forged_row_is_found),
        DESK_TEST(a_folder_that_is_not_there_is_an_error_in_words),
        DESK_TEST(after_free_no_callback_runs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
