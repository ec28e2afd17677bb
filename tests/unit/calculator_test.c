/* SPDX-License-Identifier: MIT */
#include "agent/calculator.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/scan.h"
#include "base/text.h"

enum { ANSWER_SIZE = 400 };

static const char *answer(const char *expression) {
    static char line[ANSWER_SIZE];
    struct text text = TEXT_IN(line);
    bool worked = calculator_answer(slice_of(expression), &text);
    assert_int_equal(worked, strncmp(line, "error", 5) != 0);
    return line;
}

static void calculator_gives_the_number_as_people_write_it(void **state) {
    (void)state;
    static const struct {
        const char *expression, *answer;
    } rows[] = {
        {"2 + 2", "4"},
        {"2+2*3", "8"},
        {"(2+2)*3", "12"},
        {"10/4", "2.5"},
        {"0.1+0.2", "0.3"},
        {"1/3", "0.333333333333333"},
        {"-2^2", "-4"},
        {"(-2)^2", "4"},
        {"2^-1", "0.5"},
        {"2^3^2", "512"},
        {"2**10", "1024"},
        {"2^-2^2", "0.0625"},
        {"-3*-4", "12"},
        {"2*-3+1", "-5"},
        {"2^-1*8", "4"},
        {"--5", "5"},
        {"-+-5", "5"},
        {"1--1", "2"},
        {"7%3", "1"},
        {"-7%3", "-1"},
        {"7.5 % 2", "1.5"},
        {"8/4/2", "1"},
        {"8-4-2", "2"},
        {"1e3", "1000"},
        {"1.5E-2", "0.015"},
        {".5*4", "2"},
        {"5.", "5"},
        {"2*e", "5.43656365691809"},
        {"pi", "3.14159265358979"},
        {"sqrt(16)", "4"},
        {"sqrt ( 16 )", "4"},
        {"abs(-3)", "3"},
        {"floor(-1.5)", "-2"},
        {"ceil(1.2)", "2"},
        {"round(2.5)", "3"},
        {"ln(e)", "1"},
        {"log(e)", "1"},
        {"log10(1000)", "3"},
        {"exp(0)", "1"},
        {"sin(0)+cos(0)+tan(0)", "1"},
        {"pow(2,10)", "1024"},
        {"min(3,1,2)", "1"},
        {"max(1, 2*3, -4)", "6"},
        {"max(min(5,9),min(7,8))", "7"},
        {"0*-1", "0"},
        {"-0", "0"},
        {"9007199254740991", "9007199254740991"},
        {"1e300", "1e+300"},
        {"\t 1 \t+ 1 ", "2"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_string_equal(answer(rows[i].expression), rows[i].answer);
    }
}

static void calculator_names_the_mistake_and_its_position(void **state) {
    (void)state;
    static const struct {
        const char *expression, *answer;
    } rows[] = {
        {"", "error: the expression ends too early at position 1"},
        {"   ", "error: the expression ends too early at position 4"},
        {"2 +", "error: the expression ends too early at position 4"},
        {"2 2", "error: an operator was expected at position 3"},
        {"* 2", "error: a number was expected at position 1"},
        {"2 + * 3", "error: a number was expected at position 5"},
        {"(1", "error: a parenthesis without its end at position 1"},
        {"1)", "error: a parenthesis too many at position 2"},
        {"()", "error: a number was expected at position 2"},
        {"1,2", "error: a comma outside of a function at position 2"},
        {"(1,2)", "error: a comma outside of a function at position 3"},
        {"1/0", "error: division by zero at position 2"},
        {"1%0", "error: division by zero at position 2"},
        {"0^-1", "error: division by zero at position 2"},
        {"pow(0,-2)", "error: division by zero at position 1"},
        {"sqrt(-1)", "error: outside the function's domain at position 1"},
        {"1+ln(0)", "error: outside the function's domain at position 3"},
        {"(-8)^0.5", "error: outside the function's domain at position 5"},
        {"2^9999", "error: number out of range at position 2"},
        {"1e999", "error: number out of range at position 1"},
        {"exp(1000)", "error: number out of range at position 1"},
        {"foo", "error: unknown name at position 1"},
        {"1+ nan", "error: unknown name at position 4"},
        {"inf", "error: unknown name at position 1"},
        {"0x10", "error: an operator was expected at position 2"},
        {"1_000", "error: an operator was expected at position 2"},
        {"1e", "error: an operator was expected at position 2"},
        {".", "error: a number without digits at position 1"},
        {"1..2", "error: an operator was expected at position 3"},
        {"sqrt 4",
         "error: a function needs its arguments in parentheses at position 6"},
        {"pow(2)", "error: too few arguments at position 1"},
        {"pow(1,2,3)", "error: too many arguments at position 8"},
        {"sqrt()", "error: a number was expected at position 6"},
        {"min(1,)", "error: a number was expected at position 7"},
        {"invalid expression", "error: unknown name at position 1"},
        {"__import__('os')", "error: a number was expected at position 1"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_string_equal(answer(rows[i].expression), rows[i].answer);
    }
}

static void calculator_refuses_what_is_too_deep_or_too_long(void **state) {
    (void)state;
    char expression[8192];
    struct text text = TEXT_IN(expression);

    for (int i = 0; i < 100; i++) text_add_char(&text, '(');
    text_add_char(&text, '1');
    for (int i = 0; i < 100; i++) text_add_char(&text, ')');
    assert_string_equal(answer(expression), "1");

    text_reset(&text);
    for (int i = 0; i < 200; i++) text_add_char(&text, '(');
    assert_string_equal(answer(expression), "error: too deeply nested at position 129");

    text_reset(&text);
    for (int i = 0; i < 513; i++) text_add(&text, "+1");
    assert_string_equal(
        answer(expression),
        "error: too long: 1026 bytes, at most 1024 at position 1025");

    text_reset(&text);
    text_add_char(&text, '1');
    for (int i = 0; i < 511; i++) text_add(&text, "+1");
    assert_string_equal(answer(expression), "512");
}

static uint32_t next_random(uint32_t *seed) {
    *seed = *seed * 1664525U + 1013904223U;
    return *seed >> 8;
}

static void calculator_survives_every_soup_of_its_own_characters(void **state) {
    (void)state;
    static const char *const pieces[] = {
        "1", "2.5", "(",    ")", "+", "-",    "*",   "/", "%", "^",    "**",
        ",", "min", "sqrt", "e", " ", "pow(", "1e9", "x", ".", "\xff", "max("};
    uint32_t seed = 7;
    unsigned worked = 0;
    for (int round = 0; round < 50000; round++) {
        char expression[128];
        struct text text = TEXT_IN(expression);
        uint32_t count = next_random(&seed) % 12;
        for (uint32_t i = 0; i < count; i++) {
            text_add(
                &text, pieces[next_random(&seed) % (sizeof pieces / sizeof pieces[0])]);
        }
        char line[ANSWER_SIZE];
        struct text result = TEXT_IN(line);
        if (calculator_answer(slice_of(expression), &result)) worked++;
        assert_false(result.truncated);
        assert_true(result.length > 0);
    }
    assert_true(worked > 100);
}

/* a + b * c - d in whole numbers, against the compiler's own arithmetic. */
static void calculator_agrees_with_the_machine_on_whole_numbers(void **state) {
    (void)state;
    uint32_t seed = 11;
    for (int round = 0; round < 5000; round++) {
        int a = (int)(next_random(&seed) % 2000) - 1000;
        int b = (int)(next_random(&seed) % 2000) - 1000;
        int c = (int)(next_random(&seed) % 2000) - 1000;
        int d = (int)(next_random(&seed) % 2000) + 1;
        char expression[96];
        char expected[32];
        struct text text = TEXT_IN(expression);
        text_addf(&text, "%d + %d*(%d-%d) %% %d", a, b, c, d, d);
        snprintf(expected, sizeof expected, "%d", a + b * (c - d) % d);
        assert_string_equal(answer(expression), expected);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(calculator_gives_the_number_as_people_write_it),
        cmocka_unit_test(calculator_names_the_mistake_and_its_position),
        cmocka_unit_test(calculator_refuses_what_is_too_deep_or_too_long),
        cmocka_unit_test(calculator_survives_every_soup_of_its_own_characters),
        cmocka_unit_test(calculator_agrees_with_the_machine_on_whole_numbers),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
