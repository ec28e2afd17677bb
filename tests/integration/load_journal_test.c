/* What is written down of load runs that do not come to their end: refused, left,
 * killed. And nothing of them stays behind. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "core/exit_code.h"
#include "history/journal.h"
#include "history/store.h"
#include "io/sqlite.h"
#include "support/demo_seat.h"
#include "support/display.h"
#include "support/life.h"
#include "support/odd_server.h"
#include "support/test_demo.h"
#include "support/test_program.h"

enum {
    WORDS_SIZE = 512,
    JOURNAL_SIZE = 16384,
    CHILDREN_SIZE = 256,
    WORKERS_MAX = 4,
    GONE_MS = 5000,
    WIDTH = 120,
    HEIGHT = 40,
    UP_MS = 60000,
    WAIT_MS = 30000,
};

static const char flightdeck[] = BINARIES_FOLDER "/flightdeck";
static struct odd_server server;
static struct test_program program;
static char journal[JOURNAL_SIZE]; /* "intent load.start {...}\n" and so on */

static int make_program(void **state) {
    (void)state;
    memset(&server, 0, sizeof server);
    test_program_init(&program);
    odd_server_start(&server, ODD_GOOD);
    return 0;
}

static int clear_program(void **state) {
    (void)state;
    test_program_clear(&program);
    odd_server_stop(&server);
    return 0;
}

/* The whole chain is sound, whatever happened to those who wrote it. */
static void read_journal(const struct test_folder *folder) {
    char path[TEST_PATH_SIZE];
    struct error err = {0};
    uint64_t rows = 0, broken = 0;
    test_folder_path(folder, "flightdeck/history.db", path);
    struct sqlite *sqlite = store_open(path, &err);
    if (!sqlite) fail_msg("%s", err.message);
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
    sqlite_close(sqlite);
}

static void expect_in_journal(const char *words) {
    if (!strstr(journal, words)) fail_msg("no %s in\n%s", words, journal);
}

/* Processes */

struct workers {
    unsigned count;
    int lives[WORKERS_MAX]; /* see life_of() */
    pid_t pids[WORKERS_MAX];
};

static void find_workers(pid_t parent, struct workers *workers) {
    char path[WORDS_SIZE], children[CHILDREN_SIZE] = "";
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)parent, (int)parent);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    size_t length = fread(children, 1, sizeof children - 1, file);
    fclose(file);
    children[length] = '\0';
    *workers = (struct workers){0};
    char *rest = NULL;
    for (char *word = strtok_r(children, " ", &rest); word;
         word = strtok_r(NULL, " ", &rest)) {
        pid_t pid = (pid_t)strtol(word, NULL, 10);
        assert_true(workers->count < WORKERS_MAX);
        workers->pids[workers->count] = pid;
        workers->lives[workers->count++] = life_of(pid);
    }
}

static void expect_gone(struct workers *workers) {
    for (unsigned i = 0; i < workers->count; i++) {
        bool gone = life_ends(workers->lives[i], GONE_MS);
        close(workers->lives[i]);
        assert_true(gone);
    }
}

static void start_load(struct workers *workers) {
    char words[WORDS_SIZE];
    snprintf(
        words, sizeof words,
        "flightdeck load baseline http://127.0.0.1:%u --run-time 60s --rate 50 "
        "--workers 2",
        (unsigned)server.port);
    test_program_start(&program, words);
    test_program_expect(&program, "2s  ");
    find_workers(program.pid, workers);
    assert_int_equal(workers->count, 2);
}

/* Tests */

static void one_that_is_refused_has_an_end(void **state) {
    (void)state;
    char words[WORDS_SIZE];
    snprintf(
        words, sizeof words,
        "/usr/bin/prlimit --nofile=100:100 %s load baseline http://127.0.0.1:%u",
        flightdeck, (unsigned)server.port);
    assert_int_equal(test_program_run(&program, words), EXIT_CODE_USAGE);
    read_journal(&program.folder);
    expect_in_journal("intent load.start {");
    expect_in_journal("\ndone load.end {\"verdict\":\"ERROR\"");
}

static void a_generator_that_is_killed_leaves_none_behind(void **state) {
    (void)state;
    struct workers workers;
    start_load(&workers);
    assert_int_equal(kill(workers.pids[0], SIGKILL), 0);
    assert_int_equal(test_program_wait(&program), EXIT_CODE_INCONCLUSIVE);
    expect_gone(&workers);
    read_journal(&program.folder);
    expect_in_journal(
        "\ndone load.end {\"verdict\":\"INCONCLUSIVE\",\"end\":\"worker_lost\"");
}

static void killed_itself_it_leaves_none_behind(void **state) {
    (void)state;
    struct workers workers;
    start_load(&workers);
    assert_int_equal(kill(program.pid, SIGKILL), 0);
    assert_int_equal(test_program_wait(&program), 128 + SIGKILL);
    expect_gone(&workers);
    uint32_t asked = server.counts->with_run;
    read_journal(&program.folder); /* an intent without an end says that it was cut */
    expect_in_journal("intent load.start {");
    assert_null(strstr(journal, "load.end"));
    assert_int_equal(server.counts->with_run, asked);
}

static void expect(struct display *display, const char *words) {
    if (display_wait(display, words, WAIT_MS)) return;
    fail_msg("no \"%s\" on\n%s", words, display_text(display));
}

static void one_that_is_left_has_an_end(void **state) {
    (void)state;
    struct test_demo_home home;
    struct display *display = demo_seat_start(&home, WIDTH, HEIGHT);
    assert_true(display_wait(display, "parts answer", UP_MS));
    display_type(display, "A");
    expect(display, "Esc leaves");
    display_type(display, "y");
    expect(display, " ARMED ");
    display_type(display, "L");
    expect(display, "[baseline]");
    display_type(display, "y");
    expect(display, "LOAD baseline");
    expect(display, "● RUNNING");
    display_type(display, "q");
    expect(display, "stops what runs");
    display_type(display, "y");
    assert_int_equal(display_wait_exit(display, WAIT_MS), EXIT_CODE_OK);
    read_journal(&home.logs);
    expect_in_journal("intent load.start {");
    expect_in_journal("\ndone load.end {\"verdict\":\"INCONCLUSIVE\"");
    display_free(display);
    test_demo_home_clear(&home);
}

#define WITH_PROGRAM(test) \
    cmocka_unit_test_setup_teardown(test, make_program, clear_program)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_PROGRAM(one_that_is_refused_has_an_end),
        WITH_PROGRAM(a_generator_that_is_killed_leaves_none_behind),
        WITH_PROGRAM(killed_itself_it_leaves_none_behind),
        cmocka_unit_test(one_that_is_left_has_an_end),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
