/* A router that stands still while a rollout goes back: whether all are on stable
 * nobody can say, and a pipeline ends with 6, as does who has aborted it. Takes the
 * half minute after which a person is called. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/exit_code.h"
#include "support/canary_ask.h"
#include "support/rollout_scene.h"

static struct rollout_scene scene;
static struct canary_ask ask;

static void read_all(struct test_demo *monitor) {
    char *words = ask.words;
    size_t length = 0;
    ssize_t got;
    while (length < sizeof ask.words - 1 &&
           (got = read(monitor->out, words + length, sizeof ask.words - 1 - length)) >
               0) {
        length += (size_t)got;
    }
    words[length] = '\0';
    assert_int_equal(waitpid(monitor->pid, &monitor->status, 0), monitor->pid);
    monitor->pid = 0;
}

static void a_way_back_that_nobody_can_verify_is_6(void **state) {
    struct test_demo monitor;
    (void)state;
    rollout_scene_init(&scene);
    ask.home = &scene.demo.home;
    test_demo_launch(
        &monitor, &scene.demo.home,
        CANARY(
            "monitor", "--act", "--to", "v1.6.0", "--duration", "5m", "--format",
            "json", "--hold-each", "5m"),
        NULL);
    canary_ask_until_watched(&ask);
    pid_t router = test_demo_part(scene.demo.demo.words, "router");
    assert_true(router > 0);
    kill(router, SIGSTOP);
    canary_ask_expect(&ask, CANARY("abort"), EXIT_CODE_PERSON, "");
    read_all(&monitor);
    assert_true(WIFEXITED(monitor.status));
    assert_int_equal(WEXITSTATUS(monitor.status), EXIT_CODE_PERSON);
    assert_non_null(strstr(ask.words, "\"phase\":\"stranded\""));
    assert_non_null(strstr(ask.words, "\"exit_code\":6"));
    kill(router, SIGCONT);
    rollout_scene_wait_for_weight(&scene, -1);
    test_demo_clear(&monitor);
    rollout_scene_clear(&scene);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_way_back_that_nobody_can_verify_is_6),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
