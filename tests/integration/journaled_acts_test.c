/* What the command line does to a target is written down: what it meant before the
 * first request that acts, what became of it at the end. */
/* SPDX-License-Identifier: MIT */
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "core/exit_code.h"
#include "history/journal.h"
#include "history/run_list.h"
#include "history/store.h"
#include "io/bound_socket.h"
#include "io/sqlite.h"
#include "support/reflector.h"
#include "support/test_program.h"

enum { WORDS_SIZE = 256, JOURNAL_SIZE = 8192, RUNS_MAX = 8, PATIENCE_MS = 30000 };

static struct test_program program;
static struct reflector reflector;
static char journal[JOURNAL_SIZE]; /* "intent smoke.start {...}\n" and so on */
static struct run_row *runs;       /* the newest ones, newest first */

static int set_up(void **state) {
    (void)state;
    runs = memory_new_array(RUNS_MAX, sizeof *runs);
    test_program_init(&program);
    reflector_start(&reflector);
    test_folder_write(
        &program.folder, "talks.yaml",
        "version: 1\nchecks:\n"
        "  - name: talks\n    post: /chat\n    json: {hello: there}\n"
        "    headers: {Authorization: 'Bearer ${env:FAKE}'}\n"
        "    expect: {status: 200}\n");
    test_folder_write(
        &program.folder, "looks.yaml",
        "version: 1\nchecks:\n  - {name: looks, get: /health, expect: {status: "
        "200}}\n");
    program.env[0] = "FAKE=s3cret-of-the-file";
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    reflector_stop(&reflector);
    test_program_clear(&program);
    free(runs);
    return 0;
}

static int run(const char *words, const char *host, const char *more) {
    char line[WORDS_SIZE];
    snprintf(
        line, sizeof line, "flightdeck %s http://%s:%u %s", words, host, reflector.port,
        more);
    return test_program_run(&program, line);
}

static void read_journal(struct sqlite *sqlite) {
    struct error err = {0};
    uint64_t rows = 0;
    uint64_t broken = 0;
    if (!journal_verify(sqlite, &rows, &broken, &err)) fail_msg("%s", err.message);
    struct statement *statement = statement_new(
        sqlite, "SELECT phase,type,body_json FROM event ORDER BY seq", &err);
    struct text text = TEXT_IN(journal);
    while (statement_next(statement, &err) == STATEMENT_ROW) {
        for (int i = 0; i < 3; i++) {
            text_add_slice(&text, statement_string(statement, i));
            text_add_char(&text, i < 2 ? ' ' : '\n');
        }
    }
    statement_free(statement);
}

/* Both as the file has them now; how many runs there are. */
static size_t read_history(void) {
    char path[TEST_PATH_SIZE];
    struct error err = {0};
    test_folder_path(&program.folder, "flightdeck/history.db", path);
    journal[0] = '\0';
    if (access(path, F_OK) != 0) return 0;
    struct sqlite *sqlite = store_open(path, &err);
    if (!sqlite) fail_msg("%s", err.message);
    read_journal(sqlite);
    struct run_rows list = {.rows = runs, .size = RUNS_MAX};
    const struct run_filter any = {.kind = ""};
    if (!run_list(sqlite, &any, &list, &err)) fail_msg("%s", err.message);
    sqlite_close(sqlite);
    return list.count;
}

static void a_smoke_test_is_meant_first_and_told_at_its_end(void **state) {
    (void)state;
    int code = run("smoke", "127.0.0.1", "--checks talks.yaml");
    if (code != 0) fail_msg("%s%s", program.out, program.err);
    assert_string_equal(program.err, "");
    assert_int_equal(read_history(), 1);
    assert_string_equal(runs[0].kind, "smoke");
    assert_string_equal(runs[0].verdict, "pass");
    assert_string_equal(runs[0].scenario, "talks.yaml");
    assert_true(runs[0].ended_ms >= runs[0].started_ms);
    static const char intent[] = "intent smoke.start {\"to\":\"http://127.0.0.1:";
    if (strncmp(journal, intent, strlen(intent)) != 0) fail_msg("%s", journal);
    assert_non_null(strstr(journal, "POST http://127.0.0.1:"));
    assert_non_null(strstr(journal, "  {\\\"hello\\\":\\\"there\\\"}"));
    assert_non_null(strstr(journal, "\ndone smoke.end {\"verdict\":\"PASS\""));
    assert_null(strstr(journal, "s3cret"));
}

static void what_only_looks_has_no_intent(void **state) {
    (void)state;
    assert_int_equal(run("smoke", "127.0.0.1", "--checks looks.yaml"), 0);
    assert_int_equal(read_history(), 1);
    assert_string_equal(runs[0].verdict, "pass");
    assert_memory_equal(journal, "note smoke.start ", 17);
    assert_non_null(strstr(journal, "\nobserve smoke.end "));
    assert_null(strstr(journal, "intent"));
}

static void a_script_leaves_the_same_behind(void **state) {
    (void)state;
    char script[WORDS_SIZE];
    snprintf(
        script, sizeof script, "smoke http://127.0.0.1:%u --checks talks.yaml\n",
        reflector.port);
    program.input = script;
    assert_int_equal(test_program_run(&program, "flightdeck batch -"), 0);
    assert_int_equal(read_history(), 1);
    assert_memory_equal(journal, "intent smoke.start ", 19);
    assert_non_null(strstr(journal, "\ndone smoke.end "));
}

/* Starts it against a listener that never answers and waits until it has called. */
static int start_waiting(const char *words) {
    struct error err;
    uint16_t port = 0;
    char line[WORDS_SIZE];
    int listener = bound_socket_open("127.0.0.1", 0, &port, &err);
    assert_true(listener >= 0);
    snprintf(line, sizeof line, "flightdeck smoke http://127.0.0.1:%u %s", port, words);
    test_program_start(&program, line);
    struct pollfd waiting = {.fd = listener, .events = POLLIN};
    assert_int_equal(poll(&waiting, 1, PATIENCE_MS), 1);
    return listener;
}

static void the_intent_is_on_disk_before_anything_is_sent(void **state) {
    (void)state;
    int listener = start_waiting("--checks talks.yaml");
    assert_int_equal(read_history(), 1);
    assert_memory_equal(journal, "intent smoke.start ", 19);
    assert_null(strstr(journal, "smoke.end"));
    kill(program.pid, SIGKILL);
    test_program_wait(&program);
    close(listener);
}

static void a_killed_run_is_seen_by_who_comes_later(void **state) {
    (void)state;
    int listener = start_waiting("--checks talks.yaml");
    kill(program.pid, SIGKILL);
    test_program_wait(&program);
    assert_int_equal(program.signal, SIGKILL);
    close(listener);
    assert_int_equal(run("smoke", "127.0.0.1", "--checks talks.yaml"), 0);
    assert_int_equal(read_history(), 2);
    assert_string_equal(runs[0].verdict, "pass");
    assert_string_equal(runs[1].verdict, "running");
    assert_int_equal(runs[1].ended_ms, 0);
}

static void a_stopped_run_says_so(void **state) {
    (void)state;
    int listener = start_waiting("--checks talks.yaml");
    kill(program.pid, SIGTERM);
    assert_int_equal(test_program_wait(&program), EXIT_CODE_TERMINATED);
    close(listener);
    assert_int_equal(read_history(), 1);
    assert_string_equal(runs[0].verdict, "aborted");
    assert_non_null(strstr(journal, "\ndone smoke.end "));
    assert_non_null(strstr(journal, "\"end\":\"interrupted\""));
}

/* A home that cannot be written, even for root: its parent is a file. */
static void lose_the_state_folder(void) {
    static char variable[TEST_PATH_SIZE + 32];
    char path[TEST_PATH_SIZE];
    test_folder_write(&program.folder, "file", "");
    test_folder_path(&program.folder, "file", path);
    snprintf(variable, sizeof variable, "XDG_STATE_HOME=%s/state", path);
    program.env[1] = variable;
}

static void checks_run_without_a_history_and_it_is_said(void **state) {
    (void)state;
    lose_the_state_folder();
    int code = run("smoke", "127.0.0.1", "--quiet --checks talks.yaml");
    assert_int_equal(code, 0);
    assert_non_null(strstr(program.out, "1 passed, 0 failed"));
    assert_non_null(strstr(program.err, "this run is not recorded"));
    assert_true(reflector_heard(&reflector, "POST /chat"));
}

/* 0.0.0.0 reaches this machine, but nobody would call it local. */
static void production_is_not_acted_on_off_the_record(void **state) {
    (void)state;
    char more[WORDS_SIZE];
    lose_the_state_folder();
    snprintf(
        more, sizeof more, "--checks talks.yaml --confirm 0.0.0.0:%u", reflector.port);
    assert_int_equal(run("smoke", "0.0.0.0", more), EXIT_CODE_USAGE);
    assert_non_null(strstr(program.err, "nothing was sent"));
    assert_non_null(strstr(program.err, "XDG_STATE_HOME"));
    assert_string_equal(program.out, "");
    assert_false(reflector_was_asked(&reflector));

    assert_int_equal(run("smoke", "0.0.0.0", "--checks looks.yaml"), 0);
    assert_non_null(strstr(program.err, "this run is not recorded"));
}

static void a_first_visit_means_its_message_first(void **state) {
    (void)state;
    assert_int_equal(run("init", "127.0.0.1", ""), 0);
    assert_string_equal(program.err, "");
    assert_int_equal(read_history(), 1);
    assert_string_equal(runs[0].scenario, "init");
    assert_string_equal(runs[0].verdict, "pass");
    static const char intent[] = "intent init.start {\"to\":\"http://127.0.0.1:";
    assert_memory_equal(journal, intent, strlen(intent));
    assert_non_null(strstr(journal, "\"POST /chat\""));
    assert_non_null(strstr(journal, "What is 2 + 2?"));
    assert_non_null(strstr(journal, "\ndone init.end {\"chat\":\"the message was"));
}

static void a_first_visit_that_only_looks_writes_nothing_down(void **state) {
    (void)state;
    assert_int_equal(run("init", "127.0.0.1", "--dry-run"), 0);
    assert_int_equal(run("init", "0.0.0.0", ""), 0);
    assert_false(reflector_heard(&reflector, "POST "));
    assert_int_equal(read_history(), 0);
}

static void a_first_visit_does_without_a_history_but_not_on_production(void **state) {
    (void)state;
    char more[WORDS_SIZE];
    lose_the_state_folder();
    snprintf(more, sizeof more, "--confirm 0.0.0.0:%u", reflector.port);
    assert_int_equal(run("init", "0.0.0.0", more), 0);
    assert_non_null(
        strstr(program.err, "no message is sent: it could not be recorded"));
    assert_non_null(strstr(program.out, "chat     not tried"));
    assert_false(reflector_heard(&reflector, "POST "));

    assert_int_equal(run("init", "127.0.0.1", "--force"), 0);
    assert_non_null(strstr(program.err, "the message is not recorded"));
    assert_true(reflector_heard(&reflector, "POST /chat"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(a_smoke_test_is_meant_first_and_told_at_its_end),
        TEST(what_only_looks_has_no_intent),
        TEST(a_script_leaves_the_same_behind),
        TEST(the_intent_is_on_disk_before_anything_is_sent),
        TEST(a_killed_run_is_seen_by_who_comes_later),
        TEST(a_stopped_run_says_so),
        TEST(checks_run_without_a_history_and_it_is_said),
        TEST(production_is_not_acted_on_off_the_record),
        TEST(a_first_visit_means_its_message_first),
        TEST(a_first_visit_that_only_looks_writes_nothing_down),
        TEST(a_first_visit_does_without_a_history_but_not_on_production),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
