/* Real controllers in a made-up world in which everything goes wrong: what they did is
 * looked through by somebody who knows nothing of them. */
/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "simulation/made_up.h"
#include "simulation/rollout_checker.h"
#include "support/test_folder.h"

enum { WORLDS = 200, PATH_MAX_SIZE = 512 };

static uint64_t worlds = WORLDS, first_seed = 1;

/* What has happened in all of them. */
struct tally {
    unsigned commits, acts, crashes, takeovers, holds, promoted, rolled_back, restored;
    unsigned broken;
};

static unsigned count(const char *log, const char *words) {
    unsigned found = 0;
    for (const char *at = log; (at = strstr(at, words)); at++) found++;
    return found;
}

/* The log is kept where it can be looked at. */
static void keep(const char *log, uint64_t seed) {
    char path[PATH_MAX_SIZE];
    const char *folder = getenv("TMPDIR"); /* NOLINT(concurrency-mt-unsafe) */
    snprintf(
        path, sizeof path, "%s/rollout-%" PRIu64 ".log", folder ? folder : "/tmp",
        seed);
    FILE *file = fopen(path, "we");
    if (!file) return;
    fputs(log, file);
    fclose(file);
    print_error("%s\n", path);
}

/* Whoever looks through thousands of worlds wants to hear of each that breaks. */
static void judge(const char *log, uint64_t seed, struct tally *tally) {
    struct checker_findings findings;
    rollout_checker_run(log, &findings);
    for (int rule = 0; rule < CHECKER_RULE_COUNT; rule++) {
        if (findings.broken[rule] == 0) continue;
        keep(log, seed);
        print_error(
            "world %" PRIu64 ": %s: %s\n", seed,
            checker_rule_words((enum checker_rule)rule), findings.first[rule]);
        tally->broken++;
    }
    tally->commits += findings.commits;
    tally->acts += findings.acts;
    tally->promoted += count(log, "phase=done") > 0;
    tally->rolled_back += count(log, "phase=rolled-back") > 0;
    tally->restored += count(log, "op=restore") > 0;
}

static void nothing_breaks_whatever_goes_wrong(void **state) {
    struct tally tally = {0};
    (void)state;
    for (uint64_t seed = first_seed; seed < first_seed + worlds; seed++) {
        static struct made_up world;
        made_up_begin(&world, seed);
        made_up_run(&world);
        assert_false(world.log.overflow);
        judge(buffer_string(&world.log), seed, &tally);
        tally.crashes += world.crashes;
        tally.takeovers += world.takeovers;
        tally.holds += world.holds;
        made_up_clear(&world);
    }
    print_message(
        "%" PRIu64 " rollouts: %u promoted, %u rolled back, %u of them with stable "
        "restored, %u crashes, %u takeovers, %u times without a journal, %u "
        "transitions, "
        "%u acts\n",
        worlds, tally.promoted, tally.rolled_back, tally.restored, tally.crashes,
        tally.takeovers, tally.holds, tally.commits, tally.acts);
    assert_int_equal(tally.broken, 0);
    /* A world in which nothing happens proves nothing. */
    if (worlds < WORLDS) return;
    assert_true(tally.promoted > worlds / 20);
    assert_true(tally.rolled_back > worlds / 4);
    assert_true(tally.promoted + tally.rolled_back > worlds);
    assert_true(tally.restored > worlds / 50);
    assert_true(tally.crashes > worlds / 2);
    assert_true(tally.takeovers > worlds / 10);
    assert_true(tally.holds > worlds / 4);
}

int main(int count_of_args, char **args) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(nothing_breaks_whatever_goes_wrong),
    };
    if (count_of_args > 1) worlds = strtoull(args[1], NULL, 10);
    if (count_of_args > 2) first_seed = strtoull(args[2], NULL, 10);
    struct test_folder folder;
    test_folder_init_in_memory(&folder);
    setenv("XDG_STATE_HOME", folder.path, 1); /* NOLINT(concurrency-mt-unsafe) */
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    test_folder_clear(&folder);
    return failed;
}
