/* The agent's store under real processes: killed, starved, shut out. */
/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "agent/storage_file.h"
#include "base/memory.h"
#include "core/random.h"
#include "io/sqlite.h"
#include "support/test_folder.h"

enum {
    WRITERS = 3,
    KILLS = 20,
    OPENERS = 8,
    BATCH = 4,
    JOBS = 100000, /* different ids: writers meet each other's */
    LINE_SIZE = JOB_ID_SIZE,
    NOBODY = 65534,
    FILE_LIMIT = 256 * 1024,
    EVENTS_SIZE = 16 * 1024,
    PATIENCE_MS = 30 * 1000,
};

struct place {
    struct test_folder folder;
    char path[TEST_PATH_SIZE];
    char acks[TEST_PATH_SIZE]; /* one line for each job that was kept */
};

static int make_place(void **state) {
    struct place *place = memory_new(sizeof *place);
    test_folder_init(&place->folder);
    test_folder_path(&place->folder, "store.db", place->path);
    test_folder_path(&place->folder, "acks", place->acks);
    *state = place;
    return 0;
}

static int clear_place(void **state) {
    struct place *place = *state;
    test_folder_clear(&place->folder);
    free(place);
    return 0;
}

/* A process of its own that ends with this one. */
static pid_t begin(int (*work)(const struct place *), const struct place *place) {
    pid_t parent = getpid();
    pid_t child = fork();
    assert_true(child >= 0);
    if (child > 0) return child;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    if (getppid() != parent) _exit(1);
    _exit(work(place));
}

static int end(pid_t child) {
    int status = 0;
    assert_int_equal(waitpid(child, &status, 0), child);
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

static int64_t ask(const struct place *place, const char *sql) {
    struct error err = {0};
    struct sqlite *sqlite = sqlite_open_read_only(place->path, &err);
    if (!sqlite) fail_msg("%s", err.message);
    struct statement *statement = statement_new(sqlite, sql, &err);
    if (!statement) fail_msg("%s", err.message);
    assert_int_equal(statement_next(statement, &err), STATEMENT_ROW);
    int64_t value = statement_int(statement, 0);
    statement_free(statement);
    sqlite_close(sqlite);
    return value;
}

static void fill(struct storage_record *record, uint64_t number, int64_t writer) {
    *record = (struct storage_record){
        .version = "v1", .user_hash = "u", .mode = "queue", .finished_ms = writer};
    snprintf(record->id, sizeof record->id, "%026llu", (unsigned long long)number);
}

/* Keeps jobs for ever, and says which. */
static int write_jobs(const struct place *place) {
    struct random random;
    struct error err = {0};
    random_seed(&random, (uint64_t)getpid());
    int acks = open(place->acks, O_CREAT | O_APPEND | O_WRONLY | O_CLOEXEC, 0600);
    struct storage_file *file = storage_file_open(place->path, &err);
    if (!file || acks < 0) return 2;
    for (;;) {
        struct storage_record records[BATCH];
        char lines[BATCH * LINE_SIZE];
        size_t new_count = 0;
        for (size_t i = 0; i < BATCH; i++) {
            fill(&records[i], random_below(&random, JOBS), getpid());
            memcpy(lines + i * LINE_SIZE, records[i].id, LINE_SIZE - 1);
            lines[(i + 1) * LINE_SIZE - 1] = '\n';
        }
        if (!storage_file_record(file, records, BATCH, &new_count, &err)) return 3;
        if (write(acks, lines, sizeof lines) != sizeof lines) return 4;
    }
}

static off_t size_of(const char *path) {
    struct stat about;
    return stat(path, &about) == 0 ? about.st_size : 0;
}

/* Every job that was said to be kept stands there. */
static size_t check_acks(const struct place *place) {
    struct error err = {0};
    char line[LINE_SIZE + 1];
    size_t count = 0;
    struct sqlite *sqlite = sqlite_open_read_only(place->path, &err);
    assert_non_null(sqlite);
    struct statement *find =
        statement_new(sqlite, "SELECT count(*) FROM jobs WHERE id=?", &err);
    FILE *acks = fopen(place->acks, "re");
    assert_true(acks && find);
    while (fgets(line, sizeof line, acks)) {
        line[LINE_SIZE - 1] = '\0';
        statement_reset(find);
        statement_bind_string(find, 1, line);
        assert_int_equal(statement_next(find, &err), STATEMENT_ROW);
        assert_int_equal(statement_int(find, 0), 1);
        count++;
    }
    fclose(acks);
    statement_free(find);
    sqlite_close(sqlite);
    return count;
}

/* Fails when nothing more is written. */
static void wait_for_acks(const struct place *place, off_t goal) {
    struct pollfd news = {.fd = inotify_init1(IN_CLOEXEC), .events = POLLIN};
    assert_true(news.fd >= 0);
    assert_true(inotify_add_watch(news.fd, place->folder.path, IN_MODIFY) >= 0);
    while (size_of(place->acks) < goal) {
        char events[EVENTS_SIZE];
        assert_int_equal(poll(&news, 1, PATIENCE_MS), 1);
        assert_true(read(news.fd, events, sizeof events) > 0);
    }
    close(news.fd);
}

static void killed_writers_lose_nothing_and_repeat_nothing(void **state) {
    const struct place *place = *state;
    pid_t writers[WRITERS];
    for (size_t i = 0; i < WRITERS; i++) writers[i] = begin(write_jobs, place);
    struct random random;
    random_seed(&random, 7);
    for (unsigned kill_count = 0; kill_count < KILLS; kill_count++) {
        /* In the middle of it: once they have written a few more. */
        off_t goal = size_of(place->acks) +
                     (off_t)(1 + random_below(&random, 20)) * BATCH * LINE_SIZE;
        wait_for_acks(place, goal);
        size_t victim = (size_t)random_below(&random, WRITERS);
        kill(writers[victim], SIGKILL);
        assert_int_equal(end(writers[victim]), -SIGKILL);
        writers[victim] = begin(write_jobs, place);
    }
    for (size_t i = 0; i < WRITERS; i++) {
        kill(writers[i], SIGKILL);
        assert_int_equal(end(writers[i]), -SIGKILL);
    }
    assert_int_equal(
        ask(place, "SELECT count(*) FROM pragma_integrity_check"
                   " WHERE integrity_check='ok'"),
        1);
    size_t kept = check_acks(place);
    assert_true(kept > (size_t)KILLS * BATCH);
    assert_int_equal(ask(place, "SELECT count(*) - count(DISTINCT id) FROM jobs"), 0);
}

static int open_only(const struct place *place) {
    struct error err = {0};
    struct storage_file *file = storage_file_open(place->path, &err);
    storage_file_close(file);
    return file ? 0 : 1;
}

static void a_new_file_is_made_once_however_many_come(void **state) {
    const struct place *place = *state;
    pid_t openers[OPENERS];
    for (size_t i = 0; i < OPENERS; i++) openers[i] = begin(open_only, place);
    for (size_t i = 0; i < OPENERS; i++) assert_int_equal(end(openers[i]), 0);
    assert_int_equal(ask(place, "SELECT count(*) FROM orders WHERE id='A-1001'"), 1);
    assert_int_equal(ask(place, "PRAGMA user_version"), STORAGE_VERSION);
}

/* A disk without room, as far as one process can see. */
static int write_until_full(const struct place *place) {
    struct rlimit limit = {.rlim_cur = FILE_LIMIT, .rlim_max = FILE_LIMIT};
    struct error err = {0};
    struct storage_record record;
    signal(SIGXFSZ, SIG_IGN);
    setrlimit(RLIMIT_FSIZE, &limit);
    struct storage_file *file = storage_file_open(place->path, &err);
    size_t new_count = 1;
    bool is_kept = true;
    for (uint64_t i = 0; file && is_kept && i < JOBS; i++) {
        fill(&record, i, 1);
        is_kept = storage_file_record(file, &record, 1, &new_count, &err);
    }
    storage_file_close(file);
    return !is_kept && err.code == ERROR_SYSTEM ? 0 : 1;
}

static void a_full_disk_is_an_error_and_breaks_nothing(void **state) {
    const struct place *place = *state;
    assert_int_equal(end(begin(write_until_full, place)), 0);
    int64_t count = ask(place, "SELECT count(*) FROM jobs");
    assert_true(count > 0);
    struct error err = {0};
    struct storage_file *file = storage_file_open(place->path, &err);
    assert_non_null(file);
    struct storage_record record;
    size_t new_count = 0;
    fill(&record, JOBS, 1);
    assert_true(storage_file_record(file, &record, 1, &new_count, &err));
    storage_file_close(file);
    assert_int_equal(ask(place, "SELECT count(*) FROM jobs"), count + 1);
}

/* As a user who may not write; the superuser may. */
static int write_shut_out(const struct place *place) {
    if (getuid() == 0 && setuid(NOBODY) != 0) return 1;
    struct error err = {0};
    struct storage_file *file = storage_file_open(place->path, &err);
    return !file && err.code == ERROR_SYSTEM && strstr(err.message, "ermission") ? 0
                                                                                 : 2;
}

static void a_file_that_may_not_be_written_is_an_error(void **state) {
    const struct place *place = *state;
    assert_int_equal(open_only(place), 0);
    assert_int_equal(chmod(place->folder.path, 0755), 0);
    assert_int_equal(chmod(place->path, 0444), 0);
    assert_int_equal(end(begin(write_shut_out, place)), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            killed_writers_lose_nothing_and_repeat_nothing, make_place, clear_place),
        cmocka_unit_test_setup_teardown(
            a_new_file_is_made_once_however_many_come, make_place, clear_place),
        cmocka_unit_test_setup_teardown(
            a_full_disk_is_an_error_and_breaks_nothing, make_place, clear_place),
        cmocka_unit_test_setup_teardown(
            a_file_that_may_not_be_written_is_an_error, make_place, clear_place),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
