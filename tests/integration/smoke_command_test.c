/* `flightdeck smoke` as a pipeline calls it: exit codes, files, formats, signals. */
/* SPDX-License-Identifier: MIT */
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/units.h"
#include "io/bound_socket.h"
#include "io/json.h"
#include "io/loop.h"
#include "support/hostile.h"
#include "support/test_stack.h"

#define FLIGHTDECK (BINARIES_FOLDER "/flightdeck")
#define AGENT      (BINARIES_FOLDER "/flightdeck-agent")
#define SCHEMA     (TESTS_FOLDER "/reports/junit-subset.xsd")

enum { OUTPUT_SIZE = 16384, ARGS_MAX = 24, PATIENCE_MS = 10000 };

static struct test_stack stack;
static struct hostile *hostile;
static struct test_folder folder;
static char output[OUTPUT_SIZE]; /* stdout and stderr of the last run */

static int set_up(void **state) {
    (void)state;
    hostile = hostile_new();
    test_folder_init(&folder);
    test_stack_start(&stack, AGENT, "instant");
    const char *const redis[] = {"--redis", stack.redis.url, NULL};
    test_stack_serve(&stack, 0, "v1.5.0", redis);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    test_stack_stop(&stack);
    test_folder_clear(&folder);
    hostile_free(hostile);
    return 0;
}

static void read_file(const char *name) {
    char path[TEST_PATH_SIZE];
    test_folder_path(&folder, name, path);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    size_t length = fread(output, 1, sizeof output - 1, file);
    output[length] = '\0';
    fclose(file);
}

/* Without anybody's configuration. */
static void fill_args(const char *args[ARGS_MAX], const char *const *more) {
    static char home[TEST_FOLDER_SIZE + 16];
    snprintf(home, sizeof home, "HOME=%s", folder.path);
    const char *const first[] = {
        "env",      "-i",   "PATH=/usr/bin:/bin", home, "FAKE=s3cret-of-the-file",
        FLIGHTDECK, "smoke"};
    size_t count = 0;
    for (; count < sizeof first / sizeof *first; count++) args[count] = first[count];
    for (; *more; more++) args[count++] = *more;
    assert_true(count < ARGS_MAX);
    args[count] = NULL;
}

static int run(const char *const *more) {
    const char *args[ARGS_MAX];
    char log[TEST_PATH_SIZE];
    fill_args(args, more);
    test_folder_path(&folder, "log", log);
    unlink(log); /* output is added to it */
    int code = test_process_run(args, log);
    read_file("log");
    return code;
}

#define RUN(...) run((const char *const[]){__VA_ARGS__, NULL})

static const char *agent(void) {
    return test_stack_url(&stack, 0, "");
}

static const char *checks(const char *yaml) {
    static char path[TEST_PATH_SIZE];
    test_folder_write(&folder, "checks.yaml", yaml);
    test_folder_path(&folder, "checks.yaml", path);
    return path;
}

static const char *hostile_base(void) {
    static char url[128];
    hostile_url(hostile, "", url, sizeof url);
    return url;
}

static void the_bundled_agent_passes_the_three_of_the_book(void **state) {
    (void)state;
    assert_int_equal(RUN(agent()), 0);
    assert_string_equal(
        output, "Test 1: Health check... \xE2\x9C\x85 PASS\n"
                "Test 2: Simple chat... \xE2\x9C\x85 PASS\n"
                "Test 3: Metrics endpoint... \xE2\x9C\x85 PASS\n"
                "\n"
                "Smoke test results: 3 passed, 0 failed\n");
}

static void the_agent_passes_a_file_of_its_own(void **state) {
    (void)state;
    const char *file = checks(
        "version: 1\nchecks:\n"
        "  - name: health\n    get: /health\n"
        "    expect: {status: 200, json: {$.status: healthy}}\n"
        "  - name: tool call works\n    post: /chat\n"
        "    json: {user_id: 'smoke-${run_id}', message: 'Use the calculator: 17*23'}\n"
        "    expect:\n      status: [200, 202]\n"
        "      json: {'$.tool_calls[0].name': calculate, $.response: {matches: "
        "'\\b391\\b'}}\n"
        "      headers: {X-Agent-Version: v1.5.0}\n"
        "      body_lacks: [Traceback, sk-ant-]\n"
        "  - name: metrics\n    get: /metrics\n"
        "    expect: {series: [agent_requests_total, {name: process_open_fds, value: "
        "{min: 1}}]}\n");
    int code = RUN(agent(), "--checks", file);
    if (code != 0) fail_msg("%s", output);
}

static void json_has_what_a_pipeline_asks_for(void **state) {
    (void)state;
    struct error err;
    char verdict[16];
    double number = 0;
    assert_int_equal(RUN(agent(), "--format", "json"), 0);
    struct document *document = json_parse(slice_of(output), &err);
    assert_non_null(document);
    const struct node *root = document_root(document);
    assert_true(node_string(root, "verdict", verdict, sizeof verdict));
    assert_string_equal(verdict, "PASS");
    assert_true(node_number(root, "passed", &number) && number == 3);
    assert_true(node_number(root, "failed", &number) && number == 0);
    const struct node *check = node_at(node_get(root, "checks"), 1);
    assert_true(node_string(check, "verdict", verdict, sizeof verdict));
    assert_true(node_number(check, "duration_ms", &number) && number > 0);
    assert_non_null(node_get(check, "name"));
    assert_non_null(node_get(check, "detail"));
    document_free(document);
}

static void nobody_there_is_one_clear_line_and_3(void **state) {
    (void)state;
    uint64_t started_ns = loop_clock_ns();
    assert_int_equal(RUN("http://127.0.0.1:1"), 3);
    assert_in_range(loop_clock_ns() - started_ns, 0, 2 * NS_PER_S);
    assert_string_equal(
        output, "flightdeck smoke: http://127.0.0.1:1 was not reached: "
                "127.0.0.1:1: Connection refused\n");
    const char *file =
        checks("version: 1\nchecks:\n"
               "  - {name: a, get: /never-answers, expect: {status: 200}}\n");
    started_ns = loop_clock_ns();
    int code = RUN(hostile_base(), "--checks", file, "--timeout", "300ms");
    assert_int_equal(code, 3);
    assert_in_range(loop_clock_ns() - started_ns, 0, 2 * NS_PER_S);
    assert_non_null(strstr(output, "no answer after"));
}

static void a_broken_file_is_2_with_its_place(void **state) {
    (void)state;
    const char *file = checks("version: 1\nchecks:\n  - name: a\n    gett: /x\n");
    assert_int_equal(RUN(agent(), "--checks", file), 2);
    char wanted[256];
    snprintf(
        wanted, sizeof wanted,
        "flightdeck smoke: %s:4:5: unknown key \"gett\" (did you mean \"get\"?)", file);
    assert_memory_equal(output, wanted, strlen(wanted));
    assert_int_equal(RUN(agent(), "--checks", "/nowhere.yaml"), 2);
    assert_int_equal(RUN("not a url"), 2);
    assert_int_equal(RUN(agent(), "--format", "csv"), 2);
}

static void production_is_not_acted_on_without_its_name(void **state) {
    (void)state;
    uint64_t started_ns = loop_clock_ns();
    assert_int_equal(RUN("http://192.0.2.1"), 2);
    assert_in_range(loop_clock_ns() - started_ns, 0, 2 * NS_PER_S);
    assert_non_null(strstr(output, "--confirm"));
    assert_int_equal(RUN("http://192.0.2.1", "--dry-run"), 0);
    assert_non_null(strstr(output, "POST http://192.0.2.1/chat"));
}

static void verdicts_have_their_exit_codes(void **state) {
    (void)state;
    const char *base = hostile_base();
    const char *file = checks(
        "version: 1\nchecks:\n  - {name: a, get: /500, expect: {status: 200}}\n");
    assert_int_equal(RUN(base, "--checks", file), 1);
    assert_non_null(strstr(output, ":3: status: wanted 200, got 500 (GET /500"));
    assert_int_equal(RUN(base, "--checks", file, "--report-only"), 0);

    file = checks("version: 1\nchecks:\n"
                  "  - {name: a, get: /empty-200, expect: {healthy: true}}\n");
    assert_int_equal(RUN(base, "--checks", file), 4);
    assert_int_equal(RUN(base, "--checks", file, "--fail-on", "inconclusive"), 1);

    file = checks("version: 1\nchecks:\n"
                  "  - {name: a, get: /empty-200, expect: {latency: {max: 9s, warn: "
                  "1us}}}\n");
    assert_int_equal(RUN(base, "--checks", file), 0);
    assert_non_null(strstr(output, "PASS (DEGRADED)"));
    assert_int_equal(RUN(base, "--checks", file, "--fail-on", "degraded"), 1);
}

static void reports_go_to_files_and_secrets_nowhere(void **state) {
    (void)state;
    char report[TEST_PATH_SIZE];
    test_folder_path(&folder, "report.xml", report);
    const char *file = checks("version: 1\nchecks:\n  - name: a\n    post: /500\n"
                              "    headers: {Authorization: 'Bearer ${env:FAKE}'}\n"
                              "    expect: {status: 200, body: {contains: x}}\n");
    assert_int_equal(
        RUN(hostile_base(), "--checks", file, "-f", "junit", "-o", report, "-vv"), 1);
    assert_null(strstr(output, "s3cret"));
    read_file("report.xml");
    assert_non_null(strstr(output, "<testsuites"));
    assert_null(strstr(output, "s3cret"));
    const char *const xmllint[] = {"xmllint", "--noout", "--schema",
                                   SCHEMA,    report,    NULL};
    assert_int_equal(test_process_run(xmllint, NULL), 0);
}

/* Starts it on a listener that never answers, waits until it is there, and sends the
 * signal; its exit code. */
static int exit_code_after(int number) {
    struct error err;
    uint16_t port = 0;
    char url[64];
    char log[TEST_PATH_SIZE];
    const char *args[ARGS_MAX];
    int listener = bound_socket_open("127.0.0.1", 0, &port, &err);
    assert_true(listener >= 0);
    snprintf(url, sizeof url, "http://127.0.0.1:%u", (unsigned)port);
    fill_args(args, (const char *const[]){url, NULL});
    test_folder_path(&folder, "log", log);
    unlink(log);
    struct test_process process;
    test_process_start(&process, args, log);
    struct pollfd waiting = {.fd = listener, .events = POLLIN};
    assert_int_equal(poll(&waiting, 1, PATIENCE_MS), 1);
    kill(process.pid, number);
    int status = 0;
    assert_int_equal(waitpid(process.pid, &status, 0), process.pid);
    close(listener);
    read_file("log");
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

/* Its own address stands where nobody listens: only the instance can have answered. */
static void an_instance_of_the_target_is_asked_by_itself(void **state) {
    char config[TEST_PATH_SIZE], yaml[512];
    (void)state;
    snprintf(
        yaml, sizeof yaml,
        "version: 1\ntarget: agent\ntargets:\n  agent:\n    class: local\n"
        "    url: http://127.0.0.1:1\n    tracks: {canary: {urls: ['%s']}}\n",
        agent());
    test_folder_write(&folder, "instance.yaml", yaml);
    test_folder_path(&folder, "instance.yaml", config);
    assert_int_equal(RUN("--config", config, "--instance", agent()), 0);
    assert_int_equal(RUN("--config", config), 3);
    assert_int_equal(RUN("--config", config, "--instance", "http://127.0.0.1:2"), 2);
    assert_non_null(strstr(output, "is no instance of agent"));
}

static void signals_end_it_with_a_report(void **state) {
    (void)state;
    assert_int_equal(exit_code_after(SIGINT), 130);
    assert_non_null(strstr(output, "Smoke test results: 0 passed"));
    assert_int_equal(exit_code_after(SIGTERM), 143);
    assert_non_null(strstr(output, "Smoke test results: 0 passed"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_bundled_agent_passes_the_three_of_the_book),
        cmocka_unit_test(the_agent_passes_a_file_of_its_own),
        cmocka_unit_test(json_has_what_a_pipeline_asks_for),
        cmocka_unit_test(nobody_there_is_one_clear_line_and_3),
        cmocka_unit_test(a_broken_file_is_2_with_its_place),
        cmocka_unit_test(production_is_not_acted_on_without_its_name),
        cmocka_unit_test(verdicts_have_their_exit_codes),
        cmocka_unit_test(reports_go_to_files_and_secrets_nowhere),
        cmocka_unit_test(an_instance_of_the_target_is_asked_by_itself),
        cmocka_unit_test(signals_end_it_with_a_report),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
