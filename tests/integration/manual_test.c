/* The manual and the completions, read by the programs that they are for. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "support/test_program.h"

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

static void write_output(const char *words, const char *name) {
    if (test_program_run(&program, words) != 0) fail_msg("%s", program.err);
    test_folder_write(&program.folder, name, program.out);
}

static void mandoc_has_nothing_to_say(void **state) {
    (void)state;
    if (test_program_run(&program, "/usr/bin/env mandoc -V") == 127) skip();
    write_output("flightdeck manual", "flightdeck.1");
    int code = test_program_run(
        &program, "/usr/bin/env mandoc -Tlint -W warning flightdeck.1");
    if (code != 0) fail_msg("%s%s", program.out, program.err);
}

/* What bash would offer behind these words, the last of which is being typed. */
static void complete(const char *words) {
    char script[1024];
    snprintf(
        script, sizeof script,
        ". ./completion\n"
        "COMP_WORDS=(%s)\n"
        "COMP_CWORD=$((${#COMP_WORDS[@]} - 1))\n"
        "_flightdeck\n"
        "printf '<%%s>' \"${COMPREPLY[@]}\"\n",
        words);
    test_folder_write(&program.folder, "script", script);
    if (test_program_run(&program, "/usr/bin/env bash script") != 0) {
        fail_msg("%s", program.err);
    }
}

static void bash_offers_commands_options_and_words(void **state) {
    (void)state;
    static const struct {
        const char *words, *offered;
    } rows[] = {
        {"flightdeck sm", "<smoke>"},
        {"flightdeck config ''", "<check><show>"},
        {"flightdeck config show --or", "<--origin>"},
        {"flightdeck --target demo status --rep", "<--report-only>"},
        {"flightdeck completion f", "<fish>"},
        {"flightdeck status --color a", "<auto><always>"},
        {"flightdeck status --format js", "<json><jsonl>"},
        {"flightdeck batch scr", "<script>"},
        {"flightdeck smoke --checks comp", "<completion>"},
    };
    write_output("flightdeck completion bash", "completion");
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        complete(rows[i].words);
        assert_string_equal(program.out, rows[i].offered);
    }
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(mandoc_has_nothing_to_say),
        TEST(bash_offers_commands_options_and_words),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
