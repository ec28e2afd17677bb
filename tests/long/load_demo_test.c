/* Load on a real demo: a queue that grows is found within a minute, and throughput is
 * measured against its workers. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/exit_code.h"
#include "support/lone_demo.h"

/* Jobs for later, several times as many as a worker gets done. */
static const char scenario[] = "version: 1\n"
                               "rate: 40\n"
                               "run_time: 50s\n"
                               "thresholds: error_ratio<100%\n"
                               "tasks:\n"
                               "  - name: leave a job\n"
                               "    post: /chat\n"
                               "    json: {user_id: \"load-${seq}\", message: hello}\n"
                               "    headers: {Prefer: respond-async}\n"
                               "    expect: {status: 202}\n";

static char words[TEST_DEMO_WORDS_SIZE];

static void expect_said(const char *what) {
    if (!strstr(words, what)) fail_msg("no %s in %s", what, words);
}

static void a_queue_that_grows_is_found(void **state) {
    const struct lone_demo *stack = *state;
    char file[TEST_PATH_SIZE];
    test_folder_write(&stack->home.logs, "jobs.yaml", scenario);
    test_folder_path(&stack->home.logs, "jobs.yaml", file);
    const char *const args[] = {"load", file, "--target", "demo", "--quiet", NULL};
    int code = test_demo_ask(&stack->home, args, words);
    expect_said("FAIL          queue_grows");
    assert_int_equal(code, EXIT_CODE_FAILED);
}

/* How good it is depends on the machine: that it was measured, and how, does not. */
static void scaling_is_measured_and_taken_back(void **state) {
    const struct lone_demo *stack = *state;
    const char *const args[] = {"load",    "scaling",    "baseline", "--target", "demo",
                                "--quiet", "--run-time", "6s",       NULL};
    int code = test_demo_ask(&stack->home, args, words);
    expect_said("       1 workers");
    expect_said("       2 workers");
    expect_said("       4 workers");
    expect_said("scaling: ");
    expect_said("law: ");
    bool judged = code == EXIT_CODE_OK || code == EXIT_CODE_FAILED;
    if (!judged) fail_msg("%d: %s", code, words);
    assert_null(strstr(words, "with 1 workers (")); /* the demo is as it was */
}

#define WITH_DEMO(test) \
    cmocka_unit_test_setup_teardown(test, lone_demo_open, lone_demo_close)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_DEMO(scaling_is_measured_and_taken_back),
        WITH_DEMO(a_queue_that_grows_is_found),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
