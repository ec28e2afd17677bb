/* The watchdog as the program that runs in a cluster. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "support/kubernetes_stage.h"
#include "support/test_process.h"

static const char program[] = BINARIES_FOLDER "/flightdeck-canary";

#define WEIGHT "/spec/rules/0/backendRefs/1/weight"

static void add_lease(struct kubernetes_stage *stage) {
    kubernetes_api_add(
        kubernetes_peer_api(stage->peer), "agent",
        "{\"kind\":\"Lease\",\"apiVersion\":\"coordination.k8s.io/v1\",\"metadata\":{"
        "\"name\":\"flightdeck-agent\"},\"spec\":{\"holderIdentity\":\"alice@ops1\","
        "\"leaseDurationSeconds\":15,\"renewTime\":\"2020-01-01T00:00:00.000000Z\"}}");
}

static void start(struct kubernetes_stage *stage, struct test_process *process) {
    const char *const args[] = {program,    "watchdog",     "--namespace",
                                "agent",    "--lease",      "flightdeck-agent",
                                "--router", "httproute",    "--route",
                                "agent",    "--stable",     "agent-stable",
                                "--canary", "agent-canary", "--limit",
                                "3s",       "--socket",     stage->socket,
                                NULL};
    char log[TEST_PATH_SIZE];
    test_folder_path(&stage->folder, "watchdog.log", log);
    test_process_start(process, args, log);
}

static int weight(struct kubernetes_stage *stage) {
    return kubernetes_stage_int(stage, "httproutes", "agent", WEIGHT);
}

static bool has_said(struct kubernetes_stage *stage, const char *words) {
    char path[TEST_PATH_SIZE], line[512];
    bool found = false;
    test_folder_path(&stage->folder, "watchdog.log", path);
    FILE *file = fopen(path, "r");
    while (file && !found && fgets(line, sizeof line, file)) {
        found = strstr(line, words) != NULL;
    }
    if (file) fclose(file);
    return found;
}

static void a_killed_one_is_restarted_and_goes_back(void **state) {
    (void)state;
    struct kubernetes_stage stage;
    struct test_process process;
    kubernetes_stage_init(&stage, false);
    add_lease(&stage);
    start(&stage, &process);
    while (kubernetes_peer_requests(stage.peer) == 0) kubernetes_stage_run(&stage, 5);
    test_process_kill(&process);
    assert_int_equal(weight(&stage), 5);
    start(&stage, &process);
    for (int i = 0; i < 1000 && weight(&stage) != 0; i++) {
        kubernetes_stage_run(&stage, 10);
    }
    assert_int_equal(weight(&stage), 0);
    while (!has_said(&stage, "watchdog: acted")) kubernetes_stage_run(&stage, 10);
    assert_true(has_said(&stage, "watchdog: acts: alice@ops1 is silent for"));
    test_process_stop(&process);
    kubernetes_stage_clear(&stage);
}

static void wrong_words_are_a_usage_error(void **state) {
    (void)state;
    const char *const wrong[] = {program, "watchdog", "--namespace", "agent", NULL};
    const char *const help[] = {program, "watchdog", "--help", NULL};
    assert_int_equal(test_process_run(wrong, NULL), 2);
    assert_int_equal(test_process_run(help, NULL), 0);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_killed_one_is_restarted_and_goes_back),
        cmocka_unit_test(wrong_words_are_a_usage_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
