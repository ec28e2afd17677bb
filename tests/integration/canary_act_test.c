/* `canary monitor --act` in a pipeline: it ends with what came of the rollout, on a
 * real demo, and the router says the same. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "core/exit_code.h"
#include "support/canary_ask.h"
#include "support/conductor.h"
#include "support/rollout_scene.h"

/* As short as it can be decided. */
#define ACT(duration, hold)                                                       \
    CANARY(                                                                       \
        "monitor", "--act", "--to", "v1.6.0", "--duration", duration, "--format", \
        "json", "--steps", "10%,100%", "--hold-each", hold, "--budget", "20%")

static struct rollout_scene scene;
static struct canary_ask ask;

static void expect(const char *const *args, int code, const char *said) {
    canary_ask_expect(&ask, args, code, said);
}

static void promoted_is_0(void **state) {
    (void)state;
    expect(ACT("60s", "1s"), EXIT_CODE_OK, "\"phase\":\"done\"");
    assert_non_null(strstr(ask.words, "\"exit_code\":0"));
    assert_int_equal(rollout_scene_weight(&scene), 10000);
    expect(CANARY("undo"), EXIT_CODE_OK, "all on stable, verified");
    assert_true(rollout_scene_weight(&scene) <= 0);
}

/* Nothing goes on behind the back of who has been told so. */
static void not_decided_in_time_is_4(void **state) {
    (void)state;
    expect(ACT("3s", "5m"), EXIT_CODE_INCONCLUSIVE, "\"phase\":\"hold\"");
    assert_non_null(strstr(ask.words, "\"exit_code\":4"));
    expect(CANARY("status"), EXIT_CODE_INCONCLUSIVE, "hold");
    expect(CANARY("abort"), EXIT_CODE_OK, "all on stable, verified");
}

/* Nobody can be asked whether all are on stable again. */
static void a_controller_that_has_gone_is_6(void **state) {
    struct test_demo monitor;
    (void)state;
    test_demo_launch(&monitor, &scene.demo.home, ACT("60s", "5m"), NULL);
    canary_ask_until_watched(&ask);
    conductor_kill(ask.home);
    assert_int_equal(waitpid(monitor.pid, &monitor.status, 0), monitor.pid);
    monitor.pid = 0;
    assert_true(WIFEXITED(monitor.status));
    assert_int_equal(WEXITSTATUS(monitor.status), EXIT_CODE_PERSON);
    test_demo_clear(&monitor);
}

static void rolled_back_and_verified_is_5(void **state) {
    (void)state;
    expect(ACT("60s", "5m"), EXIT_CODE_ROLLED_BACK, "\"phase\":\"rolled back\"");
    assert_non_null(strstr(ask.words, "\"exit_code\":5"));
    assert_true(rollout_scene_weight(&scene) <= 0);
}

static int set_up(void **state) {
    (void)state;
    rollout_scene_init(&scene);
    ask.home = &scene.demo.home;
    return 0;
}

static int set_up_bad(void **state) {
    (void)state;
    rollout_scene_init_bad(&scene);
    ask.home = &scene.demo.home;
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
