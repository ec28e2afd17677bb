/* The examples of the documentation, given to the program that they are about. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "support/test_program.h"

enum { DOC_SIZE = 64 * 1024 };

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

/* Writes the first block that is fenced with `fence` into a file. */
static void write_example(const char *doc, const char *fence, const char *name) {
    static char words[DOC_SIZE];
    FILE *file = fopen(doc, "r");
    if (!file) {
        fail_msg("no %s", doc);
        return;
    }
    words[fread(words, 1, sizeof words - 1, file)] = '\0';
    fclose(file);
    char *start = strstr(words, fence);
    assert_non_null(start);
    start += strlen(fence);
    char *end = strstr(start, "```");
    assert_non_null(end);
    *end = '\0';
    test_folder_write(&program.folder, name, start);
}

static void the_example_of_a_configuration_is_right(void **state) {
    (void)state;
    write_example(TESTS_FOLDER "/../docs/configuration.md", "```yaml\n", "c.yaml");
    int code = test_program_run(&program, "flightdeck config check c.yaml");
    if (code != 0) fail_msg("%s", program.out);
}

/* With the example of a check file, on a target that nobody is asked of. */
static void the_examples_of_a_script_and_of_checks_are_understood(void **state) {
    (void)state;
    write_example(TESTS_FOLDER "/../docs/batch.md", "```\n", "script");
    write_example(
        TESTS_FOLDER "/../docs/checks.md", "```yaml\n", "checks for deploy.yaml");
    test_folder_write(
        &program.folder, "flightdeck.yaml",
        "version: 1\ntargets: {staging: {class: staging, url: "
        "\"http://127.0.0.1:1\"}}\n");
    program.env[0] = "AGENT_TOKEN=s3cret-of-the-agent";
    int code = test_program_run(&program, "flightdeck batch script --dry-run");
    if (code != 0) fail_msg("%s", program.err);
    assert_non_null(strstr(program.out, "smoke --checks checks for deploy.yaml"));
    assert_non_null(strstr(program.out, "would send to http://127.0.0.1:1 (staging"));
    assert_non_null(strstr(program.out, "  Authorization: Bearer ***\n"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(the_example_of_a_configuration_is_right),
        TEST(the_examples_of_a_script_and_of_checks_are_understood),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
