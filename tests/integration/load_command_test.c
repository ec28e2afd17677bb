/* `flightdeck load` as a pipeline calls it: exit codes, formats, signals, and servers
 * that answer well, badly and not at all. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "core/document.h"
#include "io/json.h"
#include "io/loop.h"
#include "support/odd_server.h"
#include "support/test_program.h"
#include "support/test_stack.h"

#define AGENT (BINARIES_FOLDER "/flightdeck-agent")

enum { WORDS_SIZE = 512, CHILDREN_SIZE = 256, PATH_SIZE = 128, FILE_SIZE = 8192 };

static struct test_stack stack;
static struct odd_server server;
static struct test_program program;

static int set_up(void **state) {
    (void)state;
    test_stack_start(&stack, AGENT, "fixed:20ms");
    const char *const redis[] = {"--redis", stack.redis.url, NULL};
    test_stack_serve(&stack, 0, "v1.5.0", redis);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    test_stack_stop(&stack);
    return 0;
}

static int make_program(void **state) {
    (void)state;
    memset(&server, 0, sizeof server);
    test_program_init(&program);
    return 0;
}

static int clear_program(void **state) {
    (void)state;
    test_program_clear(&program);
    odd_server_stop(&server);
    return 0;
}

/* The command with the URL of the odd server; "" for no more words. */
static const char *odd(const char *scenario, const char *more) {
    static char words[WORDS_SIZE];
    snprintf(
        words, sizeof words, "flightdeck load %s http://127.0.0.1:%u %s", scenario,
        (unsigned)server.port, more);
    return words;
}

static void expect_said(const char *words) {
    if (strstr(program.out, words) || strstr(program.err, words)) return;
    fail_msg("not said: %s\n%s\n%s", words, program.out, program.err);
}

static void expect_code(int code) {
    if (program.code == code) return;
    fail_msg("%d instead of %d\n%s\n%s", program.code, code, program.out, program.err);
}

static struct document *read_json(void) {
    struct error err;
    struct document *document = json_parse(slice_of(program.out), &err);
    if (!document) fail_msg("%s: %s\n%s", err.message, program.out, program.err);
    return document;
}

static double number(const struct node *map, const char *key) {
    double value = -1;
    if (!node_number(map, key, &value)) fail_msg("no %s in %s", key, program.out);
    return value;
}

static void expect_word(const struct node *map, const char *key, const char *word) {
    char value[WORDS_SIZE];
    assert_true(node_string(map, key, value, sizeof value));
    if (strcmp(value, word) != 0) fail_msg("%s is %s: %s", key, value, program.out);
}

/* --- against the bundled agent --- */

static double chats(void) {
    return test_stack_metric(
        &stack, 0, "agent_http_requests_total{route=\"/chat\",code=\"200\"}");
}

static double counted_by_tasks(const struct node *root) {
    double count = 0;
    const struct node *tasks = node_get(root, "tasks");
    assert_int_equal(tasks->child_count, 3);
    for (size_t i = 0; i < 2; i++) count += number(node_at(tasks, i), "requests");
    return count;
}

static void a_baseline_is_counted_by_both_and_has_all_figures(void **state) {
    (void)state;
    char words[WORDS_SIZE];
    snprintf(
        words, sizeof words,
        "flightdeck load baseline %s --run-time 4s --users 12 --spawn-rate 12 "
        "--threshold p95<20s --threshold error_ratio<1%% --format json --quiet",
        stack.urls[0]);
    test_program_run(&program, words);
    struct document *document = read_json();
    const struct node *root = document_root(document);
    bool limited = false;
    assert_true(node_bool(node_get(root, "generator"), "limited", &limited));
    expect_code(limited ? 4 : 0);
    expect_word(root, "verdict", limited ? "INCONCLUSIVE" : "PASS");
    assert_true(counted_by_tasks(root) > 3);
    assert_int_equal(counted_by_tasks(root), chats());
    assert_int_equal(number(root, "failures"), 0);
    assert_true(number(root, "rps") > 1);
    assert_true(number(node_get(root, "latency_ms"), "p95") > 0);
    assert_true(number(node_get(root, "service_ms"), "max") > 0);
    assert_true(number(node_get(root, "generator"), "rss_mb") > 0);
    assert_int_equal(node_get(root, "gates")->child_count, 2);
    assert_in_range(node_get(root, "seconds")->child_count, 4, 8);
    document_free(document);
}

/* --- what is asked wrongly --- */

static void what_makes_no_sense_is_refused_with_its_value(void **state) {
    (void)state;
    static const struct {
        const char *scenario, *more, *says;
    } cases[] = {
        {"baseline", "--users 0", "--users: expected a whole number"},
        {"baseline", "--rate -1", "--rate: expected a number"},
        {"baseline", "--rate 5 --users 5", "exclude each other"},
        {"baseline", "--workers 65", "from 1 to 64"},
        {"baseline", "--threshold p95<2", "expected a duration like 2s"},
        {"baseline", "--threshold p95(chat)<2s", "there is no task \"chat\""},
        {"baseline", "--abort-on error_ration>1%", "did you mean \"error_ratio\""},
        {"baseline", "--metrics-listen nowhere", "--metrics-listen"},
        {"basline", "", "did you mean \"baseline\""},
        {"broken.yaml", "", "broken.yaml:4:19: unknown key \"gett\""},
    };
    test_folder_write(
        &program.folder, "broken.yaml",
        "version: 1\nusers: 5\nrun_time: 3s\ntasks: [{name: a, gett: /}]\n");
    odd_server_start(&server, ODD_GOOD);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        test_program_run(&program, odd(cases[i].scenario, cases[i].more));
        expect_code(2);
        expect_said(cases[i].says);
    }
    assert_int_equal(server.counts->requests, 0);
}

static void production_needs_its_name_a_price_and_a_cap(void **state) {
    (void)state;
    static const char url[] = "http://192.0.2.1:9";
    char words[WORDS_SIZE];
    snprintf(words, sizeof words, "flightdeck load baseline %s --users 10", url);
    test_program_run(&program, words);
    expect_code(2);
    expect_said("nobody knows what a request to 192.0.2.1:9 costs");
    snprintf(words, sizeof words, "flightdeck load baseline %s --max-requests 5", url);
    test_program_run(&program, words);
    expect_code(2);
    expect_said("is production: it gets 10");
    snprintf(
        words, sizeof words, "flightdeck load baseline %s --users 10 --max-requests 5",
        url);
    test_program_run(&program, words);
    expect_code(2);
    expect_said("--confirm 192.0.2.1:9 allows it");
}

static void a_dry_run_sends_nothing(void **state) {
    (void)state;
    odd_server_start(&server, ODD_GOOD);
    test_program_run(&program, odd("spike", "--dry-run"));
    expect_code(0);
    expect_said("1000 users, +100/s, 2m00s");
    expect_said("free: no paid model");
    expect_said("task tool chat (weight 2): POST /chat");
    assert_int_equal(server.counts->requests, 0);
}

/* --- servers that answer badly, or not --- */

static void a_refusal_of_all_is_a_failure(void **state) {
    (void)state;
    odd_server_start(&server, ODD_BUSY);
    test_program_run(&program, odd("baseline", "--run-time 2s --rate 40"));
    expect_code(1);
    expect_said("error_ratio<0.1%: 100%");
    expect_said("503: ");
}

static void a_closed_port_could_not_be_run(void **state) {
    (void)state;
    odd_server_start(&server, ODD_GOOD);
    uint16_t port = server.port;
    odd_server_stop(&server);
    server.port = port;
    test_program_run(&program, odd("baseline", "--run-time 2s"));
    expect_code(3);
    expect_said("the target was never reached");
}

static void a_target_that_dies_stops_the_run(void **state) {
    (void)state;
    odd_server_start(&server, ODD_GOOD);
    test_program_start(&program, odd("baseline", "--run-time 60s --rate 50"));
    test_program_expect(&program, "2s  ");
    uint64_t killed_ns = loop_clock_ns();
    odd_server_stop(&server);
    test_program_wait(&program);
    uint64_t lasted_ns = loop_clock_ns() - killed_ns;
    expect_code(1);
    expect_said("the target stopped answering");
    if (lasted_ns > 10 * NS_PER_S) fail_msg("%u s", (unsigned)(lasted_ns / NS_PER_S));
}

/* --- how it ends --- */

static void ctrl_c_reports_what_was_measured(void **state) {
    (void)state;
    odd_server_start(&server, ODD_GOOD);
    test_program_start(
        &program, odd("baseline", "--run-time 60s --rate 50 --format json"));
    test_program_expect(&program, "2s  ");
    kill(program.pid, SIGINT);
    test_program_wait(&program);
    expect_code(130);
    struct document *document = read_json();
    const struct node *root = document_root(document);
    expect_word(root, "verdict", "INCONCLUSIVE");
    expect_word(root, "end", "stopped");
    assert_true(number(root, "requests") > 30);
    document_free(document);
}

/* The first child of a process; 0 for none. */
static pid_t child_of(pid_t pid) {
    char path[PATH_SIZE];
    char children[CHILDREN_SIZE] = "";
    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)pid);
    FILE *file = fopen(path, "r");
    if (!file) return 0;
    size_t length = fread(children, 1, sizeof children - 1, file);
    children[length] = '\0';
    fclose(file);
    return (pid_t)strtol(children, NULL, 10);
}

static void a_generator_that_is_killed_is_named(void **state) {
    (void)state;
    odd_server_start(&server, ODD_GOOD);
    test_program_start(
        &program, odd("baseline", "--run-time 60s --rate 50 --workers 2"));
    test_program_expect(&program, "2s  ");
    pid_t worker = child_of(program.pid);
    assert_true(worker > 0);
    assert_int_equal(kill(worker, SIGKILL), 0);
    test_program_wait(&program);
    expect_code(4);
    char words[WORDS_SIZE];
    snprintf(words, sizeof words, "(pid %d): killed by signal 9", (int)worker);
    expect_said("a generator ended before its time: generator ");
    expect_said(words);
}

static void a_condition_to_abort_on_ends_the_run(void **state) {
    (void)state;
    odd_server_start(&server, ODD_BUSY);
    test_program_run(
        &program,
        odd("baseline", "--run-time 60s --rate 50 --abort-on error_ratio>50%"));
    expect_code(1);
    expect_said("a condition of abort_on held");
    expect_said("error_ratio>50%");
}

static void no_more_requests_are_sent_than_allowed(void **state) {
    (void)state;
    odd_server_start(&server, ODD_GOOD);
    test_program_run(
        &program, odd("baseline", "--run-time 60s --rate 100 --max-requests 90 "
                                  "--workers 3 --threshold p50<60s --format json"));
    struct document *document = read_json();
    const struct node *root = document_root(document);
    assert_int_equal(number(root, "requests"), 90);
    expect_word(root, "end", "requests");
    document_free(document);
}

/* --- what is written --- */

static void a_run_is_compared_with_the_one_before(void **state) {
    (void)state;
    odd_server_start(&server, ODD_GOOD);
    const char *words = "--run-time 2s --rate 50 --threshold p50<60s";
    test_program_run(&program, odd("baseline", words));
    expect_said("requests        100, ");
    assert_null(strstr(program.out, "compare"));
    bool whole = program.code == 0;
    test_program_run(&program, odd("baseline", words));
    if (whole) expect_said("compare         against ");
}

static void every_format_tells_of_the_run(void **state) {
    (void)state;
    static const struct {
        const char *more, *says;
    } cases[] = {
        {"--format junit", "<testcase classname=\"load\" name=\"p50&lt;60s\""},
        {"--format markdown", "| `p50<60s` |"},
        {"--format csv", "at_s,span_s,users"},
        {"--format text", "answers         200: "},
    };
    odd_server_start(&server, ODD_GOOD);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char more[WORDS_SIZE];
        snprintf(
            more, sizeof more, "--run-time 1s --rate 30 --threshold p50<60s %s",
            cases[i].more);
        test_program_run(&program, odd("baseline", more));
        expect_said(cases[i].says);
    }
}

static void the_seconds_go_into_a_file_of_their_own(void **state) {
    (void)state;
    char path[TEST_PATH_SIZE];
    char rows[FILE_SIZE] = "";
    odd_server_start(&server, ODD_GOOD);
    test_program_run(
        &program, odd("baseline", "--run-time 3s --rate 30 --series out.csv"));
    test_folder_path(&program.folder, "out.csv", path);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    rows[fread(rows, 1, sizeof rows - 1, file)] = '\0';
    fclose(file);
    assert_non_null(strstr(rows, "\r\n2,1,0,"));
}

#define WITH_PROGRAM(test) \
    cmocka_unit_test_setup_teardown(test, make_program, clear_program)

int main(void) {
    const struct CMUnitTest tests[] = {
        WITH_PROGRAM(a_baseline_is_counted_by_both_and_has_all_figures),
        WITH_PROGRAM(what_makes_no_sense_is_refused_with_its_value),
        WITH_PROGRAM(production_needs_its_name_a_price_and_a_cap),
        WITH_PROGRAM(a_dry_run_sends_nothing),
        WITH_PROGRAM(a_refusal_of_all_is_a_failure),
        WITH_PROGRAM(a_closed_port_could_not_be_run),
        WITH_PROGRAM(a_target_that_dies_stops_the_run),
        WITH_PROGRAM(ctrl_c_reports_what_was_measured),
        WITH_PROGRAM(a_generator_that_is_killed_is_named),
        WITH_PROGRAM(a_condition_to_abort_on_ends_the_run),
        WITH_PROGRAM(no_more_requests_are_sent_than_allowed),
        WITH_PROGRAM(a_run_is_compared_with_the_one_before),
        WITH_PROGRAM(every_format_tells_of_the_run),
        WITH_PROGRAM(the_seconds_go_into_a_file_of_their_own),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
