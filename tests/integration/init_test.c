/* `flightdeck init` on real services: what it writes is right, and it acts only when it
 * may. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/exit_code.h"
#include "support/hostile.h"
#include "support/reflector.h"
#include "support/test_program.h"
#include "support/test_stack.h"

#define AGENT (BINARIES_FOLDER "/flightdeck-agent")

enum { WORDS_SIZE = 256, FILE_SIZE = 16384 };

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

static void read_file(const char *name, char words[FILE_SIZE]) {
    char path[TEST_PATH_SIZE];
    test_folder_path(&program.folder, name, path);
    FILE *file = fopen(path, "r");
    if (!file) fail_msg("%s was not written: %s", name, program.err);
    words[fread(words, 1, FILE_SIZE - 1, file)] = '\0';
    fclose(file);
}

static bool exists(const char *name) {
    char path[TEST_PATH_SIZE];
    test_folder_path(&program.folder, name, path);
    return access(path, F_OK) == 0;
}

static int init(const char *url, const char *more) {
    char words[WORDS_SIZE];
    snprintf(words, sizeof words, "flightdeck init %s %s", url, more);
    return test_program_run(&program, words);
}

static void the_bundled_agent_is_understood_and_its_checks_pass(void **state) {
    (void)state;
    struct test_stack stack;
    char file[FILE_SIZE];
    test_stack_start(&stack, AGENT, "instant");
    const char *const redis[] = {"--redis", stack.redis.url, NULL};
    test_stack_serve(&stack, 0, "v1.5.0", redis);
    if (init(stack.urls[0], "") != 0) fail_msg("%s", program.err);
    read_file("flightdeck.yaml", file);
    assert_non_null(strstr(file, "class: local"));
    assert_non_null(strstr(file, "health: /health\n"));
    assert_non_null(strstr(file, "metrics: /metrics\n"));
    assert_non_null(strstr(file, "answer: $.response"));
    assert_int_equal(test_program_run(&program, "flightdeck config check"), 0);
    int code = test_program_run(&program, "flightdeck smoke --checks checks.yaml");
    if (code != 0) fail_msg("%s%s", program.out, program.err);
    assert_non_null(strstr(program.out, "3 passed, 0 failed"));
    code = test_program_run(&program, "flightdeck status");
    if (code != 0) fail_msg("%s%s", program.out, program.err);
    test_stack_stop(&stack);
}

static void files_that_are_there_stay_without_force(void **state) {
    (void)state;
    struct reflector reflector;
    char url[WORDS_SIZE / 4];
    char file[FILE_SIZE];
    reflector_start(&reflector);
    snprintf(url, sizeof url, "http://127.0.0.1:%u", reflector.port);
    test_folder_write(&program.folder, "checks.yaml", "mine\n");
    assert_int_equal(init(url, ""), EXIT_CODE_USAGE);
    assert_non_null(strstr(program.err, "checks.yaml is there already"));
    assert_false(exists("flightdeck.yaml"));
    assert_false(reflector_was_asked(&reflector));

    assert_int_equal(init(url, "--dry-run"), 0);
    assert_non_null(strstr(program.out, "targets:"));
    assert_false(exists("flightdeck.yaml"));
    assert_false(reflector_heard(&reflector, "POST "));

    assert_int_equal(init(url, "--force"), 0);
    read_file("checks.yaml", file);
    assert_string_not_equal(file, "mine\n");
    assert_true(exists("flightdeck.yaml"));
    reflector_stop(&reflector);
}

static void a_service_with_nothing_leaves_old_checks_and_says_so(void **state) {
    (void)state;
    struct hostile *hostile = hostile_new();
    char url[WORDS_SIZE / 4];
    char file[FILE_SIZE];
    hostile_url(hostile, "no-such-case", url, sizeof url); /* 404 */
    test_folder_write(&program.folder, "checks.yaml", "mine\n");
    assert_int_equal(init(url, "--force"), 0);
    read_file("checks.yaml", file);
    assert_string_equal(file, "mine\n");
    assert_non_null(strstr(program.out, "left checks.yaml as it was: "));
    assert_non_null(strstr(program.out, "wrote flightdeck.yaml\n"));
    hostile_free(hostile);
}

/* 0.0.0.0 reaches this machine, but nobody would call it local. */
static void production_gets_no_message_without_its_name(void **state) {
    (void)state;
    struct reflector reflector;
    char url[WORDS_SIZE / 4];
    char confirm[WORDS_SIZE / 4];
    char file[FILE_SIZE];
    reflector_start(&reflector);
    snprintf(url, sizeof url, "http://0.0.0.0:%u", reflector.port);
    assert_int_equal(init(url, ""), 0);
    assert_non_null(strstr(program.err, "no message is sent"));
    assert_true(reflector_heard(&reflector, "GET /health"));
    assert_false(reflector_heard(&reflector, "POST "));
    read_file("flightdeck.yaml", file);
    assert_non_null(strstr(file, "class: production"));
    assert_non_null(strstr(file, "not tried: a message acts"));

    assert_int_equal(init(url, "--force --confirm other"), EXIT_CODE_USAGE);
    assert_false(reflector_heard(&reflector, "POST "));
    snprintf(confirm, sizeof confirm, "--force --confirm 0.0.0.0:%u", reflector.port);
    assert_int_equal(init(url, confirm), 0);
    assert_true(reflector_heard(&reflector, "POST /chat"));
    reflector_stop(&reflector);
}

static void a_url_with_a_password_is_refused_unrepeated(void **state) {
    (void)state;
    assert_int_equal(init("http://me:opensesame@127.0.0.1:1", ""), EXIT_CODE_USAGE);
    assert_null(strstr(program.err, "opensesame"));
    assert_false(exists("flightdeck.yaml"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(the_bundled_agent_is_understood_and_its_checks_pass),
        TEST(files_that_are_there_stay_without_force),
        TEST(a_service_with_nothing_leaves_old_checks_and_says_so),
        TEST(production_gets_no_message_without_its_name),
        TEST(a_url_with_a_password_is_refused_unrepeated),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
