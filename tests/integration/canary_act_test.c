/* `canary monitor --act` in a pipeline: it ends with what came of the rollout, on a real
 * demo, and the router says the same. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "core/exit_code.h"
#include "history/lock.h"
#include "io/folders.h"
#include "io/rollout_place.h"
#include "support/rollout_scene.h"

#define CANARY(...)                                     \
    (const char *const[]) {                             \
        "canary", __VA_ARGS__, "--target", "demo", NULL \
    }
/* As short as it can be decided. */
#define ACT(duration, hold)                                                       \
    CANARY(                                                                       \
        "monitor", "--act", "--to", "v1.6.0", "--duration", duration, "--format", \
        "json", "--steps", "10%,100%", "--hold-each", hold, "--budget", "20%")

enum { ASKED_MAX = 200 };

static struct rollout_scene scene;
static char words[TEST_DEMO_WORDS_SIZE];

static void expect(const char *const *args, int code, const char *said) {
    int ended = test_demo_ask(&scene.demo.home, args, words);
    if (ended == code && strstr(words, said)) return;
    fail_msg("%s: %d, wanted %d with %s\n%s", args[1], ended, code, said, words);
}

static void promoted_is_0(void **state) {
    (void)state;
    expect(ACT("60s", "1s"), EXIT_CODE_OK, "\"phase\":\"done\"");
    assert_non_null(strstr(words, "\"exit_code\":0"));
    assert_int_equal(rollout_scene_weight(&scene), 10000);
    expect(CANARY("undo"), EXIT_CODE_OK, "all on stable, verified");
    assert_true(rollout_scene_weight(&scene) <= 0);
}

/* Nothing goes on behind the back of who has been told so. */
static void not_decided_in_time_is_4(void **state) {
    (void)state;
    expect(ACT("3s", "5m"), EXIT_CODE_INCONCLUSIVE, "\"phase\":\"hold\"");
    assert_non_null(strstr(words, "\"exit_code\":4"));
    expect(CANARY("status"), EXIT_CODE_INCONCLUSIVE, "hold");
    expect(CANARY("abort"), EXIT_CODE_OK, "all on stable, verified");
}

static void kill_controller(void) {
    struct lock_holder who = {0};
    char folder[FOLDER_PATH_SIZE], name[ROLLOUT_LOCK_SIZE];
    struct error err;
    rollout_lock_name("demo", name);
    assert_true(folder_state(folder, &err) && lock_is_held(folder, name, &who));
    assert_true(who.pid > 0);
    kill(who.pid, SIGKILL);
}

static void wait_until_it_watches(void) {
    for (unsigned i = 0; i < ASKED_MAX; i++) {
        test_demo_ask(&scene.demo.home, CANARY("status", "-f", "json"), words);
        if (strstr(words, "\"phase\":\"watching\"")) return;
    }
    fail_msg("it never watches: %s", words);
}

/* Nobody can be asked whether all are on stable again. */
static void a_controller_that_has_gone_is_6(void **state) {
    struct test_demo monitor;
    (void)state;
    test_demo_launch(&monitor, &scene.demo.home, ACT("60s", "5m"), NULL);
    wait_until_it_watches();
    kill_controller();
    assert_int_equal(waitpid(monitor.pid, &monitor.status, 0), monitor.pid);
    monitor.pid = 0;
    assert_true(WIFEXITED(monitor.status));
    assert_int_equal(WEXITSTATUS(monitor.status), EXIT_CODE_PERSON);
    test_demo_clear(&monitor);
}

static void rolled_back_and_verified_is_5(void **state) {
    (void)state;
    expect(ACT("60s", "5m"), EXIT_CODE_ROLLED_BACK, "\"phase\":\"rolled back\"");
    assert_non_null(strstr(words, "\"exit_code\":5"));
    assert_true(rollout_scene_weight(&scene) <= 0);
}

static int set_up(void **state) {
    (void)state;
    rollout_scene_init(&scene);
    return 0;
}

static int set_up_bad(void **state) {
    (void)state;
    rollout_scene_init_bad(&scene);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    rollout_scene_clear(&scene);
    return 0;
}

int main(void) {
    const struct CMUnitTest good[] = {
        cmocka_unit_test(promoted_is_0),
        cmocka_unit_test(not_decided_in_time_is_4),
        cmocka_unit_test(a_controller_that_has_gone_is_6),
    };
    const struct CMUnitTest bad[] = {
        cmocka_unit_test(rolled_back_and_verified_is_5),
    };
    int failed = cmocka_run_group_tests(good, set_up, tear_down);
    return failed + cmocka_run_group_tests(bad, set_up_bad, tear_down);
}
