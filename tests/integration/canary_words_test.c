/* What the canary commands say where nothing runs:
 * wrong words, dry runs, nobody there. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "core/exit_code.h"
#include "support/test_process.h"
#include "support/test_program.h"

static struct test_program program;

static int set_up(void **state) {
    char folder[TEST_PATH_SIZE];
    (void)state;
    test_program_init(&program);
    test_folder_path(&program.folder, "flightdeck", folder);
    assert_int_equal(mkdir(folder, 0700), 0);
    test_folder_write(
        &program.folder, "flightdeck/config.yaml",
        "version: 1\ntarget: here\ntargets:\n"
        "  here: {class: local, url: \"http://127.0.0.1:1\"}\n"
        "  live: {class: production, url: \"http://127.0.0.1:1\"}\n"
        "  routed:\n    class: staging\n    url: http://agent.example:8080\n"
        "    tracks: {stable: {urls: [\"http://10.0.0.1:8000\"]},"
        " canary: {urls: [\"http://[::1]:8001\"]}}\n"
        "    split: {haproxy: {socket: /tmp/admin.sock, table: lease, stable: old,"
        " canary: new, log: /tmp/lines.sock}}\n"
        "  lonely:\n    class: production\n    url: http://agent.example:8080\n"
        "    split: {command: {set: [sh, set, \"${weight}\"], get: [sh, get]}}\n"
        "  cluster:\n    class: production\n    url: http://agent.example:8080\n"
        "    split: {kubernetes: {namespace: agent, router: replicas, stable: a,"
        " canary: b}}\n"
        "  keyed:\n    class: staging\n    url: http://agent.example:8080\n"
        "    headers: {X-Api-Key: \"${env:NOT_SET_HERE}\"}\n"
        "    split: {command: {set: [sh, set, \"${weight}\"], get: [sh, get]}}\n"
        "  argo:\n    class: local\n    url: http://agent.example:8080\n"
        "    tracks: {canary: {pods: {deployment: agent, port: 8000}}}\n"
        "    split: {kubernetes: {namespace: agent, router: argo, rollout: a}}\n"
        "  secured:\n    class: staging\n    url: https://agent.example\n"
        "    split: {haproxy: {socket: /tmp/admin.sock, table: lease, stable: old,"
        " canary: new}}\n"
        "canary: {steps: [10%, 100%], hold_each: 20m, harm: {budget: 2%}}\n");
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    test_program_clear(&program);
    return 0;
}

static void wrong_words_are_refused_with_the_right_ones(void **state) {
    static const struct {
        const char *command, *words;
    } cases[] = {
        {"flightdeck canary start", "--to VERSION"},
        {"flightdeck canary start --to a$b", "without blanks"},
        {"flightdeck canary start --to v2 --steps 5%,4%,100%", "shares that rise"},
        {"flightdeck canary start --to v2 --steps 5%,50%", "shares that rise"},
        {"flightdeck canary start --to v2 --steps 5%,100%,", "shares that rise"},
        {"flightdeck canary start --to v2 --steps five", "got \"five\""},
        {"flightdeck canary start --to v2 --hold-each 10", "expected a duration"},
        {"flightdeck canary start --to v2 --alpha 50%", "--alpha: expected a ratio"},
        {"flightdeck canary start --to v2 --budget nan", "--budget: expected a ratio"},
        {"flightdeck canary start --to v2 --material 0.5x", "from 1x to 100x"},
        {"flightdeck canary start --to v2 --rule guess", "evidence"},
        {"flightdeck canary start v2", "canary start"},
        {"flightdeck canary start --to v2 --target live", "live is production"},
        {"flightdeck canary start --to v2 --target live --confirm here",
         "--confirm names"},
        {"flightdeck canary start --to v2 --target lonely --confirm lonely",
         "lonely is production: it needs a router that lends the weight"},
        {"flightdeck canary start --to v2 --target cluster --confirm cluster",
         "cluster is production: it needs split.kubernetes.lease"},
        {"flightdeck canary promote --force", "--force needs --reason"},
        {"flightdeck canary promote --force --reason why", "--confirm here allows it"},
        {"flightdeck canary promote --target live", "live is production"},
        {"flightdeck canary takeover", "--confirm here allows it"},
        {"flightdeck canary status --watch --format json",
         "with --format jsonl an object per change"},
        {"flightdeck canary status --target nowhere", "no target \"nowhere\""},
        {"flightdeck canary analyze no-such-file --alpha 50%", "--alpha: expected"},
        {"flightdeck canary analyze no-such-file --rule guess", "--rule: expected"},
        {"flightdeck canary plan --format junit", "one of text, json"},
        {"flightdeck canary plan --to a$b", "without blanks"},
        {"flightdeck canary plan --target argo", "tracks.canary.pods: a Rollout"},
        {"flightdeck canary monitor --target argo", "give `dns: http://NAME:PORT`"},
        {"flightdeck canary haproxy-config", "has no split.haproxy"},
        {"flightdeck canary haproxy-config --target secured", "certificate"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int code = test_program_run(&program, cases[i].command);
        if (code == EXIT_CODE_USAGE && strstr(program.err, cases[i].words)) continue;
        fail_msg("%s: %d %s%s", cases[i].command, code, program.out, program.err);
    }
}

static void a_dry_run_shows_the_whole_plan_and_starts_nothing(void **state) {
    (void)state;
    assert_int_equal(
        test_program_run(
            &program, "flightdeck canary start --to v1.6.0 --reason new -n"),
        EXIT_CODE_OK);
    assert_non_null(strstr(program.out, "let v1.6.0 in"));
    assert_non_null(strstr(program.out, "10 %, 100 %; each 20m00s to 1h00m"));
    assert_non_null(strstr(program.out, "to go back: flightdeck canary abort"));
    /* Of production, too: nothing is done. */
    assert_int_equal(
        test_program_run(
            &program, "flightdeck canary start --to v2 --target live --steps 1%,100% "
                      "--rule book --budget 3% --format json --dry-run"),
        EXIT_CODE_OK);
    assert_non_null(strstr(program.out, "\"dry_run\":true"));
    assert_non_null(strstr(program.out, "\"steps\":[0.01,1]"));
    assert_non_null(strstr(program.out, "\"rule\":\"book\""));
    assert_non_null(strstr(program.out, "\"budget\":0.03"));
    assert_int_equal(
        test_program_run(&program, "flightdeck canary status"), EXIT_CODE_UNREACHABLE);
}

static void the_router_is_configured_as_its_target_says(void **state) {
    char file[TEST_PATH_SIZE];
    (void)state;
    test_folder_path(&program.folder, "haproxy.cfg", file);
    assert_int_equal(
        test_program_run(&program, "flightdeck canary haproxy-config --target routed"),
        EXIT_CODE_OK);
    static const char *const lines[] = {
        "stats socket /tmp/admin.sock mode 600",
        "server reader unix@/tmp/lines.sock",
        "backend lease\n",
        "bind :8080\n",
        "backend old\n",
        "backend new\n",
        "server s1 10.0.0.1:8000 check",
        "server c1 [::1]:8001 check"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        if (!strstr(program.out, lines[i])) fail_msg("%s: %s", lines[i], program.out);
    }
    test_folder_write(&program.folder, "haproxy.cfg", program.out);
    const char *const args[] = {"haproxy", "-c", "-f", file, NULL};
    assert_int_equal(test_process_run(args, "/dev/null"), 0);
}

static void where_nothing_is_under_way_everybody_says_so(void **state) {
    static const char *const commands[] = {
        "flightdeck canary hold",
        "flightdeck canary promote",
        "flightdeck canary wait",
        "flightdeck canary hold --dry-run",
        "flightdeck canary abort --dry-run",
    };
    (void)state;
    for (size_t i = 0; i < sizeof commands / sizeof *commands; i++) {
        int code = test_program_run(&program, commands[i]);
        if (code == EXIT_CODE_UNREACHABLE && strstr(program.err, "is under way")) {
            continue;
        }
        fail_msg("%s: %d %s%s", commands[i], code, program.out, program.err);
    }
    assert_int_equal(
        test_program_run(&program, "flightdeck canary status --format json"),
        EXIT_CODE_UNREACHABLE);
    assert_non_null(strstr(program.out, "\"known\":false"));
    assert_int_equal(
        test_program_run(&program, "flightdeck canary status --watch"),
        EXIT_CODE_UNREACHABLE);
    assert_non_null(strstr(program.out, "no rollout is under way"));
}

/* Ten minutes unless it may not take so long; and nothing seen is never good. */
static void a_comparison_takes_no_longer_than_it_may(void **state) {
    (void)state;
    assert_int_equal(
        test_program_run(&program, "flightdeck canary monitor --timeout 1s"),
        EXIT_CODE_INCONCLUSIVE);
    assert_non_null(strstr(program.out, "here: hold: no data has come yet"));
    assert_non_null(strstr(program.out, "no instance of the canary can be asked"));
    assert_non_null(strstr(program.out, "in 1 s by metrics"));
}

/* To ask the controller takes no secret of the target, which it has itself; to take its
 * place, or to look at the target, does. */
static void who_only_asks_needs_no_secret(void **state) {
    static const struct {
        const char *command;
        int code;
        const char *words;
    } cases[] = {
        {"flightdeck canary hold --target keyed", EXIT_CODE_UNREACHABLE,
         "is under way"},
        {"flightdeck canary wait --target keyed", EXIT_CODE_UNREACHABLE,
         "is under way"},
        {"flightdeck canary abort --target keyed", EXIT_CODE_UNREACHABLE,
         "variable NOT_SET_HERE is not set"},
        {"flightdeck canary plan --target keyed", EXIT_CODE_USAGE,
         "variable NOT_SET_HERE is not set"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        int code = test_program_run(&program, cases[i].command);
        if (code == cases[i].code && strstr(program.err, cases[i].words)) continue;
        fail_msg("%s: %d %s%s", cases[i].command, code, program.out, program.err);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            wrong_words_are_refused_with_the_right_ones, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_dry_run_shows_the_whole_plan_and_starts_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            the_router_is_configured_as_its_target_says, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            where_nothing_is_under_way_everybody_says_so, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            a_comparison_takes_no_longer_than_it_may, set_up, tear_down),
        cmocka_unit_test_setup_teardown(
            who_only_asks_needs_no_secret, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
