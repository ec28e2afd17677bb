/* The configuration as the real program reads it: every line changed for the worse, and
 * which layer wins. */
/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "core/exit_code.h"
#include "support/test_program.h"

enum { FILE_SIZE = 8192, LINE_SIZE = 256 };

static struct test_program program;

static int set_up(void **state) {
    (void)state;
    test_program_init(&program);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    test_program_clear(&program);
    return 0;
}

static void write_file(const char *name, const char *words) {
    test_folder_write(&program.folder, name, words);
}

static void write_user_config(const char *words) {
    char folder[TEST_PATH_SIZE];
    test_folder_path(&program.folder, "flightdeck", folder);
    mkdir(folder, 0700);
    write_file("flightdeck/config.yaml", words);
}

/* One key per line, so that a line is what is dropped, doubled or misspelt. Behind a "
 * #" stands what is harmless: D to leave it out, N another name. R: what refers to it,
 * in line 2, is what is wrong then. */
static const char *const whole[] = {
    "version: 1",
    "target: local #D",
    "arm_for: 30m #D",
    "theme: night #D",
    "targets:",
    "  local: #R",
    "    class: local #D",
    "    url: http://127.0.0.1:8080",
    "    redis: redis://127.0.0.1:6379 #",
    "    expected_rps: 50 #D",
    "    host: agent.example #D",
    "    proxy: http://127.0.0.1:3128 #D",
    "    real_model: false #D",
    "    tracks: #",
    "      stable: #",
    "        urls: [\"http://127.0.0.1:8000\"] #",
    "      canary: #",
    "        dns: http://canary.example:8000 #",
    "    headers: #",
    "      Authorization: Bearer ${env:AGENT_TOKEN} #N",
    "    connect_to: #",
    "      127.0.0.1:8080: 127.0.0.1:8081 #",
    "    tls: #",
    "      ca: /etc/ssl/agent.pem #D",
    "      server_name: agent.example #D",
    "      insecure: false #D",
    "    slo: #",
    "      availability: 99.9% #D",
    "      p95: 2s #D",
    "    split: #",
    "      haproxy: #",
    "        socket: /run/haproxy.sock #",
    "        table: canary_lease #D",
    "        stable: stable #D",
    "        canary: canary #D",
    "        log: /run/haproxy-log.sock #D",
    "      kubernetes: #",
    "        namespace: agent",
    "    paths: #",
    "      health: /health #D",
    "      ready: /health/ready #D",
    "      metrics: /metrics #D",
    "      errors: /errors #D",
    "      chat: /chat #D",
    "      job: /chat/{job_id} #D",
    "    chat: #",
    "      request: {message: \"${message}\"} #D",
    "      answer: $.response #D",
    "      job: $.job_id #D",
    "      done: {$.status: [completed, failed]} #D",
    "    queues: #",
    "      - key: jobs #",
    "        kind: stream #D",
    "        group: agent #D",
    "        dead: jobs:dead #D",
    "        track: stable #D",
    "    processes: #",
    "      worker-1: #N",
    "        pid_file: /run/agent/worker-1.pid #",
    "        track: canary #D",
    "        optional: true #D",
    "    rollout: #",
    "      socket: /run/rollout.sock #D",
    "      redis: true #D",
    "      status_listen: \"127.0.0.1:9470\" #D",
    "      configmap: flightdeck-board #D",
    "      url: http://10.0.0.1:9470/rollout #D",
    "    deploy: #",
    "      kubernetes: #",
    "        deployment: agent-canary",
    "        container: agent",
    "        image: \"registry/agent:${version}\"",
    "poll: #",
    "  health: 1s #D",
    "  metrics: 1s #D",
    "  redis: 1s #D",
    "canary: #",
    "  steps: [5%, 25%, 50%, 100%] #D",
    "  hold_each: 10m #D",
    "  max_each: 60m #D",
    "  keep_previous: 1h #D",
    "  warm_up: 5s #D",
    "  stale: 15s #D",
    "  manual: false #D",
    "  harm: #",
    "    rule: book #D",
    "    material: 1.5x #D",
    "    alpha: 1% #D",
    "    budget: 1% #D",
};

enum { WHOLE_LINES = sizeof whole / sizeof *whole };

static bool allows(const char *line, char mark) {
    const char *marks = strstr(line, " #");
    return marks && strchr(marks, mark);
}

/* The line without its marks. */
static void bare_line(const char *line, char to[LINE_SIZE]) {
    text_copy_cut(to, LINE_SIZE, line);
    char *marks = strstr(to, " #");
    if (marks) *marks = '\0';
}

static bool opens_map(const char *bare) {
    return bare[strlen(bare) - 1] == ':';
}

enum mutation { DROPPED, DOUBLED, MISSPELT, RETYPED };

/* Another letter at the end of the key: "url:" becomes "urlx:". */
static void misspell(const char *bare, char to[LINE_SIZE]) {
    const char *colon = strstr(bare, ": ");
    if (!colon) colon = bare + strlen(bare) - 1;
    snprintf(to, LINE_SIZE, "%.*sx%s", (int)(colon - bare), bare, colon);
}

/* A value of a kind that no key takes. */
static void retype(const char *bare, char to[LINE_SIZE]) {
    const char *colon = strstr(bare, ": ");
    snprintf(to, LINE_SIZE, "%.*s: {x: [{}]}", (int)(colon - bare), bare);
}

static void mutate(char file[FILE_SIZE], unsigned line, enum mutation mutation) {
    struct text text = text_in(file, FILE_SIZE);
    for (unsigned i = 0; i < WHOLE_LINES; i++) {
        char bare[LINE_SIZE];
        char other[LINE_SIZE];
        bare_line(whole[i], bare);
        if (i != line) {
            text_addf(&text, "%s\n", bare);
            continue;
        }
        switch (mutation) {
        case DROPPED: break;
        case DOUBLED: text_addf(&text, "%s\n%s\n", bare, bare); break;
        case MISSPELT:
            misspell(bare, other);
            text_addf(&text, "%s\n", other);
            break;
        case RETYPED:
            retype(bare, other);
            text_addf(&text, "%s\n", other);
            break;
        }
    }
    assert_false(text.truncated);
}

/* A map can only be doubled whole, and dropping or retyping its line alone tells of its
 * children, not of it. */
static bool applies(const char *line, enum mutation mutation) {
    char bare[LINE_SIZE];
    bare_line(line, bare);
    bool list_entry = strstr(bare, "- ") != NULL;
    if (mutation == MISSPELT) return true;
    return !opens_map(bare) && !(list_entry && mutation != RETYPED);
}

static bool is_harmless(const char *line, enum mutation mutation) {
    switch (mutation) {
    case DROPPED: return allows(line, 'D');
    case DOUBLED: return false;
    case MISSPELT: return allows(line, 'N');
    case RETYPED: return false;
    }
    return false;
}

static void the_whole_file_is_right(void **state) {
    (void)state;
    char file[FILE_SIZE];
    mutate(file, WHOLE_LINES, DROPPED);
    write_file("c.yaml", file);
    int code = test_program_run(&program, "flightdeck config check c.yaml");
    if (code != 0) fail_msg("%s%s", program.out, program.err);
    assert_string_equal(program.out, "c.yaml: no mistakes\n");
}

static void expect_refused(unsigned line, enum mutation mutation) {
    static const char *const names[] = {"dropped", "doubled", "misspelt", "retyped"};
    char file[FILE_SIZE];
    char place[32];
    mutate(file, line, mutation);
    write_file("c.yaml", file);
    int code = test_program_run(&program, "flightdeck config check c.yaml");
    bool harmless = is_harmless(whole[line], mutation);
    if (code != (harmless ? EXIT_CODE_OK : EXIT_CODE_USAGE)) {
        fail_msg("%s %s: %d %s", whole[line], names[mutation], code, program.out);
    }
    if (harmless) return;
    unsigned at = line + (mutation == DOUBLED ? 2 : 1);
    if (allows(whole[line], 'R')) at = 2;
    snprintf(place, sizeof place, "c.yaml:%u:", at);
    bool named = strstr(program.out, place) != NULL;
    /* What is missing is said of the map that should have it, or of the target. */
    if (mutation == DROPPED) {
        named = strstr(program.out, "missing") || strstr(program.out, "need") ||
                strstr(program.out, "got nothing");
    }
    if (!named) fail_msg("%s %s: %s", whole[line], names[mutation], program.out);
}

static void every_mutant_is_refused_or_listed_as_harmless(void **state) {
    (void)state;
    unsigned count = 0;
    for (unsigned i = 0; i < WHOLE_LINES; i++) {
        for (enum mutation m = DROPPED; m <= RETYPED; m++) {
            if (!applies(whole[i], m)) continue;
            expect_refused(i, m);
            count++;
        }
    }
    assert_true(count > 200);
}

static void all_mistakes_are_told_at_once_and_as_json(void **state) {
    (void)state;
    write_file("c.yaml", "version: 2\ntarget: 5\nfoo: 1\npoll: {health: 1}\n");
    assert_int_equal(
        test_program_run(&program, "flightdeck config check c.yaml"), EXIT_CODE_USAGE);
    assert_non_null(strstr(program.out, "c.yaml:1:10: version"));
    assert_non_null(strstr(program.out, "c.yaml:3:1: unknown key \"foo\""));
    assert_non_null(strstr(program.out, "c.yaml:4:16: health"));
    test_program_run(&program, "flightdeck config check c.yaml --format json");
    assert_non_null(strstr(program.out, "\"line\":3,\"column\":1"));
}

static void the_strongest_layer_wins_and_is_named(void **state) {
    (void)state;
    write_user_config("version: 1\n"
                      "target: a\n"
                      "theme: day\n"
                      "poll: {health: 5s}\n"
                      "targets:\n"
                      "  a: {url: \"http://127.0.0.1:1\", expected_rps: 7}\n");
    write_file(
        "flightdeck.yaml",
        "version: 1\ntheme: mono\ntargets: {a: {expected_rps: 8}}\n");
    assert_int_equal(test_program_run(&program, "flightdeck config show --origin"), 0);
    assert_non_null(strstr(program.out, "theme: mono"));
    assert_non_null(strstr(program.out, "# ./flightdeck.yaml:2:8"));
    assert_non_null(strstr(program.out, "targets.a.expected_rps: 8"));
    assert_non_null(strstr(program.out, "poll.health: 5s"));
    assert_non_null(strstr(program.out, "flightdeck/config.yaml:4:16"));
    assert_non_null(strstr(program.out, "poll.metrics: 1s"));
    assert_non_null(strstr(program.out, "# default"));

    program.env[0] = "FLIGHTDECK_THEME=night";
    assert_int_equal(test_program_run(&program, "flightdeck config show --origin"), 0);
    assert_non_null(strstr(program.out, "# $FLIGHTDECK_THEME"));
    int code =
        test_program_run(&program, "flightdeck config show --origin --theme other");
    assert_int_equal(code, 0);
    assert_non_null(strstr(program.out, "theme: other"));
    assert_non_null(strstr(program.out, "# --theme"));
}

static void a_target_of_two_files_is_put_together(void **state) {
    (void)state;
    write_user_config("version: 1\n"
                      "targets:\n"
                      "  b: {url: \"http://127.0.0.1:1\", class: local}\n");
    write_file(
        "flightdeck.yaml", "version: 1\n"
                           "targets:\n"
                           "  b: {expected_rps: 5}\n");
    assert_int_equal(test_program_run(&program, "flightdeck config check"), 0);
    assert_int_equal(test_program_run(&program, "flightdeck config show --origin"), 0);
    assert_non_null(strstr(program.out, "targets.b.url: http://127.0.0.1:1 "));
    assert_non_null(strstr(program.out, "# ./flightdeck.yaml:3:"));
    write_file(
        "flightdeck.yaml", "version: 1\n"
                           "targets:\n"
                           "  b: {expected_rps: 5}\n"
                           "  c: {expected_rps: 5}\n");
    static const char missing[] =
        "./flightdeck.yaml:4:3: target \"c\": the key \"url\" is missing\n";
    assert_int_equal(test_program_run(&program, "flightdeck config check"), 2);
    assert_string_equal(program.out, missing);
    assert_int_equal(test_program_run(&program, "flightdeck status --target c"), 2);
    assert_non_null(strstr(program.err, missing));
}

static void a_user_file_that_others_may_change_is_refused(void **state) {
    (void)state;
    char path[TEST_PATH_SIZE];
    write_user_config("version: 1\n");
    test_folder_path(&program.folder, "flightdeck/config.yaml", path);
    assert_int_equal(chmod(path, 0622), 0);
    assert_int_equal(test_program_run(&program, "flightdeck config show"), 2);
    assert_non_null(strstr(program.err, "others may change it"));
}

static void a_pipe_is_a_file_only_where_it_is_named(void **state) {
    (void)state;
    char path[TEST_PATH_SIZE];
    program.input = "version: 1\ntargets: {a: {url: \"http://127.0.0.1:1\"}}\n";
    assert_int_equal(
        test_program_run(&program, "flightdeck config show --config /dev/stdin"), 0);
    test_folder_path(&program.folder, "flightdeck.yaml", path);
    assert_int_equal(mkfifo(path, 0600), 0);
    int held = open(path, O_RDWR | O_CLOEXEC); /* a writer that never says a word */
    assert_true(held >= 0);
    assert_int_equal(test_program_run(&program, "flightdeck config show"), 2);
    assert_non_null(strstr(program.err, "flightdeck.yaml: it is no regular file"));
    close(held);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(the_whole_file_is_right),
        TEST(every_mutant_is_refused_or_listed_as_harmless),
        TEST(all_mistakes_are_told_at_once_and_as_json),
        TEST(the_strongest_layer_wins_and_is_named),
        TEST(a_target_of_two_files_is_put_together),
        TEST(a_user_file_that_others_may_change_is_refused),
        TEST(a_pipe_is_a_file_only_where_it_is_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
