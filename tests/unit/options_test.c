/* SPDX-License-Identifier: MIT */
#include "options.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"

enum { ARGS_MAX = 12 };

/* A command line in one string; options_read() may move the pointers, not the words. */
struct line {
    int argc;
    char *argv[ARGS_MAX + 1];
    char words[256];
};

static void split(struct line *line, const char *words) {
    memset(line, 0, sizeof *line);
    assert_true(text_copy(line->words, sizeof line->words, words));
    for (char *at = line->words; *at; at++) {
        if (*at == ' ') {
            *at = '\0';
        } else if (at == line->words || at[-1] == '\0') {
            assert_true(line->argc < ARGS_MAX);
            line->argv[line->argc++] = at;
        }
    }
}

static void flags_operands_and_values_come_in_any_order(void **state) {
    (void)state;
    struct line line;
    struct options options = {0};
    struct operands operands = {0};
    struct error err;
    split(&line, "x one --format=json -o out.txt two -vqv --timeout 5s -- --three");
    assert_true(options_read(&options, line.argc, line.argv, &operands, &err));
    assert_int_equal(operands.count, 3);
    assert_string_equal(operands.items[0], "one");
    assert_string_equal(operands.items[1], "two");
    assert_string_equal(operands.items[2], "--three");
    assert_string_equal(options.values[OPTION_FORMAT], "json");
    assert_string_equal(options.values[OPTION_OUTPUT], "out.txt");
    assert_int_equal(options.verbosity, 2);
    assert_true(options_has(&options, OPTION_QUIET));
    assert_false(options_has(&options, OPTION_TARGET));
    assert_int_equal(options.timeout_ns, 5 * NS_PER_S);
}

static void leading_options_end_at_the_first_word(void **state) {
    (void)state;
    struct line line;
    struct options options = {0};
    struct operands operands = {0};
    struct error err;
    int used = 0;
    split(&line, "x -q --target demo smoke --format json URL");
    assert_true(options_read_leading(&options, line.argc, line.argv, &used, &err));
    assert_string_equal(line.argv[used], "smoke");
    assert_false(options_has(&options, OPTION_FORMAT));
    assert_true(
        options_read(&options, line.argc - used, line.argv + used, &operands, &err));
    assert_string_equal(options.values[OPTION_TARGET], "demo");
    assert_string_equal(options.values[OPTION_FORMAT], "json");
    assert_int_equal(operands.count, 1);
}

static void words_of_a_list_become_a_set(void **state) {
    (void)state;
    struct line line;
    struct options options = {0};
    struct operands operands = {0};
    struct error err;
    split(&line, "x --fail-on flaky,inconclusive --color never");
    assert_true(options_read(&options, line.argc, line.argv, &operands, &err));
    assert_true(options_fails_on(&options, FAIL_ON_FLAKY));
    assert_false(options_fails_on(&options, FAIL_ON_DEGRADED));
    assert_false(options_fails_on(&options, FAIL_ON_WAIVER));
    assert_true(options_fails_on(&options, FAIL_ON_INCONCLUSIVE));
    assert_int_equal(options.color, COLOR_NEVER);
}

static void mistakes_name_the_option_and_what_was_expected(void **state) {
    (void)state;
    static const struct {
        const char *words, *message;
    } rows[] = {
        {"x --frmat json", "unknown option --frmat (did you mean --format?)"},
        {"x --zzzzzzzz", "unknown option --zzzzzzzz"},
        {"x --frmat=json", "unknown option --frmat=json (did you mean --format?)"},
        {"x -z", "unknown option -z"},
        {"x -qz", "unknown option -z"},
        {"x --con", "unknown option --con"},
        {"x --forma json", "write --format in full"},
        {"x --forma=json", "write --format in full"},
        {"x --quiet=yes", "--quiet takes no value"},
        {"x --format", "--format needs FORMAT"},
        {"x -o", "--output needs FILE"},
        {"x --target=", "--target: expected NAME"},
        {"x --timeout 5", "--timeout: expected a duration like 30s or 5m, got \"5\""},
        {"x --timeout 0s", "--timeout: expected a duration like 30s or 5m, got \"0s\""},
        {"x --color blue", "--color: expected one of auto|always|never, got \"blue\""},
        {"x --fail-on flaky,,waiver",
         "--fail-on: expected some of flaky|degraded|waiver|inconclusive, got \"\""},
        {"x --fail-on flak", "--fail-on: expected some of "
                             "flaky|degraded|waiver|inconclusive, got \"flak\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct line line;
        struct options options = {0};
        struct operands operands = {0};
        struct error err = {0};
        split(&line, rows[i].words);
        assert_false(options_read(&options, line.argc, line.argv, &operands, &err));
        assert_string_equal(err.message, rows[i].message);
        assert_int_equal(err.code, ERROR_USAGE);
    }
}

static void control_characters_of_a_mistake_do_not_get_through(void **state) {
    (void)state;
    char program[] = "x";
    char evil[] = "--a\033]0;b\a";
    char *argv[] = {program, evil, NULL};
    struct options options = {0};
    struct operands operands = {0};
    struct error err = {0};
    assert_false(options_read(&options, 2, argv, &operands, &err));
    for (const char *at = err.message; *at; at++) {
        assert_true((unsigned char)*at >= ' ');
    }
}

static void too_many_operands_are_refused(void **state) {
    (void)state;
    char word[] = "a";
    char *argv[OPERANDS_MAX + 3];
    for (int i = 0; i < OPERANDS_MAX + 2; i++) argv[i] = word;
    argv[OPERANDS_MAX + 2] = NULL;
    struct options options = {0};
    struct operands operands = {0};
    struct error err = {0};
    assert_true(options_read(&options, OPERANDS_MAX + 1, argv, &operands, &err));
    assert_int_equal(operands.count, OPERANDS_MAX);
    assert_false(options_read(&options, OPERANDS_MAX + 2, argv, &operands, &err));
}

static void a_variable_speaks_only_where_no_flag_does(void **state) {
    (void)state;
    struct line line;
    struct options options = {0};
    struct operands operands = {0};
    struct error err;
    uint64_t takes = UINT64_C(1) << OPTION_TARGET | UINT64_C(1) << OPTION_TIMEOUT |
                     UINT64_C(1) << OPTION_CONFIRM;
    setenv("FLIGHTDECK_TARGET", "by-variable", 1);
    setenv("FLIGHTDECK_TIMEOUT", "7s", 1);
    setenv("FLIGHTDECK_CONFIRM", "prod", 1);
    setenv("FLIGHTDECK_COLOR", "never", 1);
    split(&line, "x --timeout 1s");
    assert_true(options_read(&options, line.argc, line.argv, &operands, &err));
    assert_true(options_read_variables(&options, takes, &err));
    assert_string_equal(options.values[OPTION_TARGET], "by-variable");
    assert_int_equal(options.timeout_ns, NS_PER_S);
    assert_false(options_has(&options, OPTION_CONFIRM)); /* it must be a flag */
    assert_false(options_has(&options, OPTION_COLOR));   /* not in the set */
    assert_int_equal(options.by_flag, UINT64_C(1) << OPTION_TIMEOUT);

    struct options others = {0};
    setenv("FLIGHTDECK_TIMEOUT", "soon", 1);
    assert_false(options_read_variables(&others, takes, &err));
    assert_string_equal(
        err.message, "variable FLIGHTDECK_TIMEOUT: expected a duration like 30s or 5m, "
                     "got \"soon\"");
    unsetenv("FLIGHTDECK_TARGET");
    unsetenv("FLIGHTDECK_TIMEOUT");
    unsetenv("FLIGHTDECK_CONFIRM");
    unsetenv("FLIGHTDECK_COLOR");
}

static void names_letters_and_variables_are_unique(void **state) {
    (void)state;
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        const struct option_row *row = option_row((enum option_id)i);
        const char *variable = option_variable((enum option_id)i);
        if (variable) assert_memory_equal(variable, "FLIGHTDECK_", 11);
        for (unsigned j = 0; j < i; j++) {
            const struct option_row *other = option_row((enum option_id)j);
            assert_string_not_equal(row->name, other->name);
            if (row->letter) assert_int_not_equal(row->letter, other->letter);
        }
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flags_operands_and_values_come_in_any_order),
        cmocka_unit_test(leading_options_end_at_the_first_word),
        cmocka_unit_test(words_of_a_list_become_a_set),
        cmocka_unit_test(mistakes_name_the_option_and_what_was_expected),
        cmocka_unit_test(control_characters_of_a_mistake_do_not_get_through),
        cmocka_unit_test(too_many_operands_are_refused),
        cmocka_unit_test(a_variable_speaks_only_where_no_flag_does),
        cmocka_unit_test(names_letters_and_variables_are_unique),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
