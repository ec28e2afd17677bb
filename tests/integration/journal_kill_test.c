/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "core/random.h"
#include "history/history.h"
#include "history/store.h"
#include "io/loop.h"
#include "io/sqlite.h"
#include "support/folder_watch.h"
#include "support/test_folder.h"

/* Real writers on one file, killed at any instant: no effect without its intent. */

enum {
    WRITERS = 3,
    KILLS = 20, /* unless more are asked for */
    OPENERS = 12,
    FIRST_TIMES = 10,
    LIMIT_MS = 60000,
    EFFECT_SIZE = 32,  /* bytes per line of the file of effects */
    NOT_COMMITTED = 3, /* exit code of a writer */
};

static unsigned kills = KILLS;

struct office {
    struct test_folder folder;
    char path[TEST_PATH_SIZE];    /* of the history */
    char effects[TEST_PATH_SIZE]; /* one line per effect that took place */
};

static int open_office(void **state) {
    struct office *office = memory_new(sizeof *office);
    test_folder_init(&office->folder);
    test_folder_path(&office->folder, "history.db", office->path);
    test_folder_path(&office->folder, "effects", office->effects);
    *state = office;
    return 0;
}

static int close_office(void **state) {
    struct office *office = *state;
    test_folder_clear(&office->folder);
    free(office);
    return 0;
}

/* In the child: begins a run, acts once that is on disk, ends the run, and again. */
struct writer {
    struct loop *loop;
    struct history *history;
    int effects;
    unsigned runs, runs_max; /* so many, or for ever when 0 */
    char id[ULID_STRING_SIZE];
};

static void begin_next(struct writer *writer);
static void end_run(struct writer *writer);

/* The others had the file for all of the time that it is waited for: a busy machine. */
static void on_ended(void *owner, const struct error *err) {
    struct writer *writer = owner;
    if (err->code == ERROR_TIMEOUT) {
        end_run(writer);
        return;
    }
    if (err->code != ERROR_NONE) _exit(NOT_COMMITTED);
    if (writer->runs == writer->runs_max) return; /* the loop ends */
    begin_next(writer);
}

static void on_intent(void *owner, const struct error *err) {
    struct writer *writer = owner;
    if (err->code == ERROR_TIMEOUT) {
        writer->runs--;
        begin_next(writer);
        return;
    }
    if (err->code != ERROR_NONE) _exit(NOT_COMMITTED);
    char line[EFFECT_SIZE + 1];
    snprintf(line, sizeof line, "%-*s\n", EFFECT_SIZE - 1, writer->id);
    if (write(writer->effects, line, EFFECT_SIZE) != EFFECT_SIZE) _exit(1);
    end_run(writer);
}

static void end_run(struct writer *writer) {
    struct run_outcome outcome = {
        .end = {.verdict = VERDICT_PASS, .ended_ms = 2},
        .entry = {.phase = JOURNAL_DONE, .type = "act", .body = "{}", .wall_ms = 2},
    };
    memcpy(outcome.end.id, writer->id, sizeof writer->id);
    memcpy(outcome.entry.run, writer->id, sizeof writer->id);
    history_end(writer->history, &outcome, on_ended, writer);
}

static void begin_next(struct writer *writer) {
    struct text id = TEXT_IN(writer->id);
    text_addf(&id, "%d-%u", (int)getpid(), writer->runs++);
    struct run_start start = {
        .kind = RUN_SMOKE, .target = "demo", .actor = "ann", .host = "ops1"};
    struct journal_entry intent = {
        .phase = JOURNAL_INTENT, .type = "act", .body = "{}", .wall_ms = 1};
    memcpy(start.id, writer->id, sizeof writer->id);
    memcpy(intent.run, writer->id, sizeof writer->id);
    history_begin(writer->history, &start, &intent, on_intent, writer);
}

static void write_runs(const struct office *office, unsigned runs_max) {
    struct writer writer = {
        .loop = loop_new(),
        .effects = open(office->effects, O_CREAT | O_APPEND | O_WRONLY, 0600),
        .runs_max = runs_max,
    };
    writer.history = history_new(writer.loop, office->path);
    begin_next(&writer);
    loop_run(writer.loop);
    history_free(writer.history);
    loop_free(writer.loop);
    close(writer.effects);
}

static pid_t start_writer(const struct office *office, unsigned runs_max) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child > 0) return child;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    write_runs(office, runs_max);
    _exit(0);
}

static int exit_code_of(pid_t child) {
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static int64_t ask(struct sqlite *sqlite, const char *sql, const char *value) {
    struct error err = {0};
    struct statement *statement = statement_new(sqlite, sql, &err);
    if (!statement) fail_msg("%s", err.message);
    if (value) statement_bind_string(statement, 1, value);
    assert_int_equal(statement_next(statement, &err), STATEMENT_ROW);
    int64_t answer = statement_int(statement, 0);
    statement_free(statement);
    return answer;
}

/* How many effects there were, each with an intent. */
static unsigned effects_with_intent(
    const struct office *office, struct sqlite *sqlite) {
    FILE *file = fopen(office->effects, "r");
    assert_non_null(file);
    char id[EFFECT_SIZE + 1];
    unsigned count = 0;
    while (fscanf(file, "%32s", id) == 1) {
        int64_t intents = ask(
            sqlite, "SELECT count(*) FROM event WHERE run_id=? AND phase='intent'", id);
        if (intents != 1) fail_msg("%s: %d intents", id, (int)intents);
        count++;
    }
    fclose(file);
    return count;
}

/* Opens the history, checks everything in it, and tells how many rows there are. */
static uint64_t check(const struct office *office, unsigned *effects) {
    struct error err = {0};
    struct sqlite *sqlite = store_open(office->path, &err);
    if (!sqlite) fail_msg("%s", err.message);
    uint64_t rows = 0;
    uint64_t broken = 0;
    if (!journal_verify(sqlite, &rows, &broken, &err)) fail_msg("%s", err.message);
    assert_int_equal(
        ask(sqlite,
            "SELECT count(*) FROM event d WHERE phase='done' AND NOT EXISTS(SELECT 1"
            " FROM event i WHERE i.run_id=d.run_id AND i.phase='intent' AND "
            "i.seq<d.seq)",
            NULL),
        0);
    assert_int_equal(
        ask(sqlite,
            "SELECT count(*) FROM pragma_integrity_check"
            " WHERE integrity_check<>'ok'",
            NULL),
        0);
    /* A run has ended exactly when its end is in the journal. */
    assert_int_equal(
        ask(sqlite,
            "SELECT count(*) FROM run WHERE (verdict='pass')<>EXISTS("
            "SELECT 1 FROM event WHERE run_id=id AND phase='done')",
            NULL),
        0);
    *effects = effects_with_intent(office, sqlite);
    sqlite_close(sqlite);
    return rows;
}

static off_t size_of(const char *path) {
    struct stat about;
    return stat(path, &about) == 0 ? about.st_size : 0;
}

static void writers_killed_at_any_instant_lose_no_intent(void **state) {
    struct office *office = *state;
    struct random random;
    random_seed(&random, kills);
    int watch = folder_watch_open(office->folder.path);
    unsigned effects = 0;
    uint64_t rows = 0;
    for (unsigned round = 0; round < kills; round++) {
        off_t enough = size_of(office->effects) + (off_t)6 * EFFECT_SIZE;
        pid_t writers[WRITERS];
        for (unsigned i = 0; i < WRITERS; i++) writers[i] = start_writer(office, 0);
        while (size_of(office->effects) < enough) {
            assert_true(folder_watch_wait(watch, LIMIT_MS));
        }
        for (unsigned i = 0; i < WRITERS; i++) {
            usleep((unsigned)random_below(&random, 4000)); /* any instant will do */
            kill(writers[i], SIGKILL);
        }
        for (unsigned i = 0; i < WRITERS; i++) {
            assert_int_equal(exit_code_of(writers[i]), -1); /* none gave up */
        }
        rows = check(office, &effects);
    }
    close(watch);
    assert_true(effects >= 6 * kills);
    assert_true(rows >= 2 * effects - WRITERS * kills);
}

static void several_processes_make_the_file_at_once(void **state) {
    struct office *office = *state;
    unsigned effects = 0;
    for (unsigned time = 0; time < FIRST_TIMES; time++) {
        char name[32];
        snprintf(name, sizeof name, "history-%u.db", time);
        test_folder_path(&office->folder, name, office->path);
        snprintf(name, sizeof name, "effects-%u", time);
        test_folder_path(&office->folder, name, office->effects);
        pid_t writers[OPENERS];
        for (unsigned i = 0; i < OPENERS; i++) writers[i] = start_writer(office, 3);
        for (unsigned i = 0; i < OPENERS; i++) {
            assert_int_equal(exit_code_of(writers[i]), 0);
        }
        assert_int_equal(check(office, &effects), OPENERS * 3 * 2);
        assert_int_equal(effects, OPENERS * 3);
    }
}

/* A full disk is played by a limit on the size of files. */
static pid_t start_writer_on_a_full_disk(const struct office *office, rlim_t limit) {
    pid_t child = fork();
    assert_true(child >= 0);
    if (child > 0) return child;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    signal(SIGXFSZ, SIG_IGN);
    struct rlimit full = {.rlim_cur = limit, .rlim_max = limit};
    if (setrlimit(RLIMIT_FSIZE, &full) != 0) _exit(1);
    write_runs(office, 0);
    _exit(0);
}

static void a_full_disk_stops_the_actor_before_it_acts(void **state) {
    struct office *office = *state;
    unsigned effects = 0;
    assert_int_equal(exit_code_of(start_writer(office, 1)), 0);
    static const rlim_t limits[] = {120000, 180000, 250000};
    for (size_t i = 0; i < sizeof limits / sizeof *limits; i++) {
        pid_t writer = start_writer_on_a_full_disk(office, limits[i]);
        assert_int_equal(exit_code_of(writer), NOT_COMMITTED);
        check(office, &effects);
    }
    assert_true(effects > 2);
    assert_int_equal(
        exit_code_of(start_writer(office, 2)), 0); /* there is room again */
    unsigned after = 0;
    check(office, &after);
    assert_int_equal(after, effects + 2);
}

#define OFFICE_TEST(test) \
    cmocka_unit_test_setup_teardown(test, open_office, close_office)

int main(int argc, char **argv) {
    if (argc > 1) kills = (unsigned)strtoul(argv[1], NULL, 10);
    const struct CMUnitTest tests[] = {
        OFFICE_TEST(writers_killed_at_any_instant_lose_no_intent),
        OFFICE_TEST(several_processes_make_the_file_at_once),
        OFFICE_TEST(a_full_disk_stops_the_actor_before_it_acts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
