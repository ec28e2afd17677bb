/* SPDX-License-Identifier: MIT */
#include "commands.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "completion.h"
#include "help.h"
#include "manual.h"

#define ALL_FORMATS (WRITES(FORMAT_COUNT) - WRITES(0))

static void every_row_makes_sense(void **state) {
    (void)state;
    for (unsigned i = 0; i < program_command_count; i++) {
        const struct program_command *command = &program_commands[i];
        bool writes = (command->takes & ALL_FORMATS) != 0;
        bool chooses = (command->takes & TAKES(OPTION_FORMAT)) != 0;
        assert_non_null(command->run);
        assert_true(strlen(command->help) > 5);
        if (writes != chooses) fail_msg("%s: formats without --format", command->name);
        if (command->takes & COMMAND_ACTS_BIT) {
            assert_true((command->takes & TAKES(OPTION_CONFIRM)) != 0);
            assert_true((command->takes & TAKES(OPTION_DRY_RUN)) != 0);
        }
        for (unsigned j = 0; j < i; j++) {
            assert_string_not_equal(command->name, program_commands[j].name);
        }
    }
}

static void every_option_is_taken_by_a_command(void **state) {
    (void)state;
    command_takes taken = 0;
    for (unsigned i = 0; i < program_command_count; i++) {
        taken |= program_commands[i].takes;
    }
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        if (i == OPTION_VERSION) continue; /* asks the program, not a command */
        if (!(taken & TAKES(i))) fail_msg("--%s", option_row((enum option_id)i)->name);
    }
}

/* That a text names "--option" as a whole word. */
static bool names_option(const char *text, enum option_id id, const char *dashes) {
    char wanted[64];
    snprintf(wanted, sizeof wanted, "%s%s", dashes, option_row(id)->name);
    size_t length = strlen(wanted);
    for (const char *at = strstr(text, wanted); at; at = strstr(at + 1, wanted)) {
        char next = at[length];
        bool goes_on = (next >= 'a' && next <= 'z') || next == '-';
        if (!goes_on) return true;
    }
    return false;
}

static void expect_listed(const struct program_command *command, const char *usage) {
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        bool takes = (command->takes & TAKES(i)) != 0;
        if (takes == names_option(usage, (enum option_id)i, "--")) continue;
        fail_msg("%s: --%s", command->name, option_row((enum option_id)i)->name);
    }
}

static void help_names_what_a_command_takes_and_nothing_else(void **state) {
    (void)state;
    for (unsigned i = 0; i < program_command_count; i++) {
        struct buffer help;
        buffer_init(&help, HELP_BYTES_MAX);
        help_add_command(&help, &program_commands[i]);
        char *usage = strdup(buffer_string(&help));
        /* The last lines explain, they do not list. */
        char *end = strstr(usage, "\nIt acts");
        if (end) *end = '\0';
        expect_listed(&program_commands[i], usage);
        free(usage);
        buffer_clear(&help);
    }
}

/* The help of the command with that name says the one, and nothing of the other. */
static void expect_said(const char *name, const char *has, const char *has_not) {
    const struct program_command *command = NULL;
    for (unsigned i = 0; i < program_command_count; i++) {
        bool is_it = strcmp(program_commands[i].name, name) == 0;
        if (is_it) command = &program_commands[i];
    }
    assert_non_null(command);
    struct buffer help;
    buffer_init(&help, HELP_BYTES_MAX);
    help_add_command(&help, command);
    assert_non_null(strstr(buffer_string(&help), has));
    assert_null(strstr(buffer_string(&help), has_not));
    buffer_clear(&help);
}

static void an_option_means_what_its_command_does(void **state) {
    (void)state;
    expect_said("canary promote", "against the evidence", "files");
    expect_said("init", "replace files", "evidence");
    expect_said("canary monitor", "versions are compared", "counted");
    expect_said("canary plan", "requests are counted", "compared");
}

static void expect_everything(const char *text, const char *dashes, const char *what) {
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        if (i == OPTION_VERSION) continue;
        if (names_option(text, (enum option_id)i, dashes)) continue;
        fail_msg("%s: --%s", what, option_row((enum option_id)i)->name);
    }
    for (unsigned i = 0; i < program_command_count; i++) {
        const char *name = program_commands[i].name;
        char first[64];
        snprintf(first, sizeof first, "%.*s", (int)strcspn(name, " "), name);
        if (!strstr(text, first)) fail_msg("%s: %s", what, name);
        const char *second = strchr(name, ' ');
        if (second && !strstr(text, second + 1)) fail_msg("%s: %s", what, name);
    }
}

static void completions_know_every_command_and_option(void **state) {
    (void)state;
    static const struct {
        const char *shell, *dashes;
    } shells[] = {{"bash", "--"}, {"zsh", "--"}, {"fish", "-l "}};
    for (size_t i = 0; i < sizeof shells / sizeof *shells; i++) {
        struct buffer script;
        buffer_init(&script, COMPLETION_BYTES_MAX);
        assert_true(completion_add(&script, shells[i].shell));
        assert_false(script.overflow);
        expect_everything(buffer_string(&script), shells[i].dashes, shells[i].shell);
        buffer_clear(&script);
    }
    struct buffer script;
    buffer_init(&script, COMPLETION_BYTES_MAX);
    assert_false(completion_add(&script, "tcsh"));
    buffer_clear(&script);
}

static void the_manual_knows_every_command_option_and_variable(void **state) {
    (void)state;
    struct buffer page;
    buffer_init(&page, MANUAL_BYTES_MAX);
    manual_add(&page);
    assert_false(page.overflow);
    const char *text = buffer_string(&page);
    expect_everything(text, "Fl -", "manual");
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        const char *variable = option_variable((enum option_id)i);
        if (variable) assert_non_null(strstr(text, variable));
    }
    buffer_clear(&page);
}

static void names_are_found_longest_first(void **state) {
    (void)state;
    static const struct {
        const char *words[3];
        const char *name;
        unsigned used;
    } rows[] = {
        {{"status"}, "status", 1},
        {{"config", "show"}, "config show", 2},
        {{"config", "check", "x"}, "config check", 2},
        {{"demo"}, "demo", 1},
        {{"demo", "stop", "redis"}, "demo stop", 2},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        unsigned count = 0;
        unsigned used = 0;
        struct error err;
        while (count < 3 && rows[i].words[count]) count++;
        const struct program_command *command =
            program_command_find(rows[i].words, count, &used, &err);
        assert_non_null(command);
        assert_string_equal(command->name, rows[i].name);
        assert_int_equal(used, rows[i].used);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_row_makes_sense),
        cmocka_unit_test(every_option_is_taken_by_a_command),
        cmocka_unit_test(an_option_means_what_its_command_does),
        cmocka_unit_test(help_names_what_a_command_takes_and_nothing_else),
        cmocka_unit_test(completions_know_every_command_and_option),
        cmocka_unit_test(the_manual_knows_every_command_option_and_variable),
        cmocka_unit_test(names_are_found_longest_first),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
