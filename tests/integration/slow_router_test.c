/* A router whose command takes its time: what comes of a weight is heard of that weight
 * alone. A real controller, whose journal somebody else holds meanwhile. */
/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/units.h"
#include "history/store.h"
#include "io/loop.h"
#include "io/sqlite.h"
#include "support/counted_scene.h"

enum { WORDS_SIZE = 32, LIMIT_S = 60 };

/* Says what it is to set, and sets it when it may. */
static const char divide[] = "cd \"$1\" || exit 9\n"
                             "case $2 in\n"
                             "set) echo \"$3\" >wanted\n"
                             "     read -r go <given\n"
                             "     echo \"$3 $4\" >weight ;;\n"
                             "get) cat weight 2>/dev/null || echo 0 ;;\n"
                             "esac\n";

struct slow {
    struct counted_scene counted;
    int wanted, given; /* pipes */
};

static int open_pipe(const struct slow *slow, const char *name) {
    char path[TEST_PATH_SIZE];
    test_folder_path(&slow->counted.folder, name, path);
    assert_int_equal(mkfifo(path, 0600), 0);
    int end = open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    assert_true(end >= 0);
    return end;
}

static void expect_asked(struct slow *slow, const char *weight) {
    char words[WORDS_SIZE] = "";
    uint64_t start_ns = loop_clock_ns();
    while (read(slow->wanted, words, sizeof words - 1) <= 0) {
        assert_true(loop_clock_ns() - start_ns < LIMIT_S * NS_PER_S);
        rollout_scene_breathe(&slow->counted.rollout);
    }
    assert_string_equal(words, weight);
}

static void let_it(const struct slow *slow) {
    assert_int_equal(write(slow->given, "go\n", 3), 3);
}

static int weight(const struct slow *slow) {
    char path[TEST_PATH_SIZE];
    int weight_bp = 0;
    test_folder_path(&slow->counted.folder, "weight", path);
    FILE *file = fopen(path, "re");
    if (!file) return 0;
    int read = fscanf(file, "%d", &weight_bp); /* NOLINT(cert-err34-c): our own */
    fclose(file);
    return read == 1 ? weight_bp : -1;
}

static void wait_for(struct slow *slow, enum rollout_phase phase) {
    counted_scene_wait(&slow->counted, phase, ROLLOUT_NOT_HELD);
}

static void open_slow(struct slow *slow) {
    memset(slow, 0, sizeof *slow);
    counted_scene_init(&slow->counted);
    test_folder_write(&slow->counted.folder, "divide", divide);
    slow->wanted = open_pipe(slow, "wanted");
    slow->given = open_pipe(slow, "given");
    slow->counted.rollout.launch->plan.manual = true;
    assert_true(rollout_scene_start(&slow->counted.rollout));
    expect_asked(slow, "500\n");
    let_it(slow);
    wait_for(slow, ROLLOUT_WATCHING);
}

static void close_slow(struct slow *slow) {
    close(slow->wanted);
    close(slow->given);
    counted_scene_clear(&slow->counted);
}

static struct sqlite *hold_journal(void) {
    char path[FOLDER_PATH_SIZE];
    struct error err = {0};
    assert_true(store_path(path, &err));
    struct sqlite *sqlite = store_open(path, &err);
    if (!sqlite || !sqlite_run(sqlite, "BEGIN EXCLUSIVE", &err)) {
        fail_msg("%s", err.message);
    }
    return sqlite;
}

/* It arrives while going back is meant, and is not told yet. */
static void a_weight_that_arrives_is_not_the_way_back(void **state) {
    static struct slow slow;
    struct rollout_scene *rollout = &slow.counted.rollout;
    (void)state;
    open_slow(&slow);
    rollout_scene_promote(rollout);
    expect_asked(&slow, "2500\n");
    struct sqlite *other = hold_journal();
    assert_true(rollout_scene_order(rollout, ROLLOUT_ORDER_ABORT, "bob"));
    let_it(&slow);
    expect_asked(&slow, "0\n");
    assert_int_equal(rollout->status.phase, ROLLOUT_ROLLING_BACK);
    let_it(&slow);
    wait_for(&slow, ROLLOUT_ROLLED_BACK);
    assert_int_equal(weight(&slow), 0);
    sqlite_rollback(other);
    sqlite_close(other);
    rollout_scene_wait_for_end(rollout);
    close_slow(&slow);
}

/* Its time and its evidence begin when it is there, however long somebody held it. */
static void held_on_its_way_it_is_watched_from_its_start(void **state) {
    static struct slow slow;
    struct rollout_scene *rollout = &slow.counted.rollout;
    (void)state;
    open_slow(&slow);
    rollout_scene_promote(rollout);
    expect_asked(&slow, "2500\n");
    assert_true(rollout_scene_order(rollout, ROLLOUT_ORDER_HOLD, "ann"));
    let_it(&slow);
    counted_scene_wait(&slow.counted, ROLLOUT_HOLD, ROLLOUT_HELD_PERSON);
    rollout_scene_insist(rollout, ROLLOUT_ORDER_RESUME, "ann");
    wait_for(&slow, ROLLOUT_WATCHING);
    assert_int_equal(rollout->status.wanted_bp, 2500);
    assert_true(
        rollout->status.in_step_ms < rollout->launch->plan.hold_each_ns / NS_PER_MS);
    assert_true(rollout_scene_order(rollout, ROLLOUT_ORDER_ABORT, "ann"));
    expect_asked(&slow, "0\n");
    let_it(&slow);
    wait_for(&slow, ROLLOUT_ROLLED_BACK);
    rollout_scene_wait_for_end(rollout);
    assert_int_equal(weight(&slow), 0);
    close_slow(&slow);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_weight_that_arrives_is_not_the_way_back),
        cmocka_unit_test(held_on_its_way_it_is_watched_from_its_start),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
