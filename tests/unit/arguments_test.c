/* SPDX-License-Identifier: MIT */
#include "agent/arguments.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/units.h"

enum { WORDS_MAX = 24 };

/* The words stay: what is parsed points into them. */
static char words[1024];
static char *values[WORDS_MAX];

static bool parse(struct arguments *arguments, const char *line, struct error *err) {
    struct scan scan = scan_of(slice_of(line));
    struct text text = TEXT_IN(words);
    struct slice word;
    int count = 0;
    while (scan_word(&scan, &word)) {
        values[count++] = words + text.length;
        text_add_slice(&text, word);
        text_add_char(&text, '\0');
        scan_blanks(&scan);
    }
    values[count] = NULL;
    return arguments_parse(arguments, count, values, err);
}

static void arguments_have_safe_defaults(void **state) {
    (void)state;
    struct arguments arguments;
    struct error err = {0};
    assert_true(parse(&arguments, "x serve --model-url http://127.0.0.1:1", &err));
    assert_int_equal(arguments.program, PROGRAM_SERVE);
    assert_string_equal(arguments.address, "127.0.0.1");
    assert_int_equal(arguments.port, 0);
    assert_null(arguments.api_key_variable);
    assert_null(arguments.redis_url);
    assert_int_equal(arguments.chat_timeout_ns, 120 * NS_PER_S);
    assert_int_equal(arguments.user_rate.per_s, 5 * TOKEN);
    assert_int_equal(arguments.user_rate.burst, 10 * TOKEN);
    assert_true(
        parse(&arguments, "x worker --model-url http://a --redis redis://b", &err));
    assert_string_equal(arguments.address, "");
    assert_true(parse(&arguments, "x model", &err));
    assert_int_equal(arguments.latency.median_ns, 450 * NS_PER_MS);
}

static void arguments_say_how_the_model_is_asked(void **state) {
    (void)state;
    struct arguments arguments;
    struct error err = {0};
    assert_true(parse(&arguments, "x serve --model-url http://a", &err));
    assert_int_equal(arguments.wire, WIRE_MESSAGES);
    assert_int_equal(arguments.retry.retries_max, 2);
    assert_true(parse(
        &arguments, "x serve --model-url http://a --model-api openai --retry book",
        &err));
    assert_int_equal(arguments.wire, WIRE_OPENAI);
    assert_int_equal(arguments.retry.retries_max, 3);
    assert_int_equal(arguments.retry.base_ns, NS_PER_S);
    assert_false(parse(&arguments, "x serve --model-url http://a --model-api x", &err));
    assert_false(parse(&arguments, "x worker --model-url http://a --retry no", &err));
    assert_false(parse(&arguments, "x model --retry sdk", &err));
}

static void arguments_keep_to_this_machine_unless_told(void **state) {
    (void)state;
    static const struct {
        const char *line;
        bool is_good;
    } rows[] = {
        {"x serve --model-url http://a --listen 127.0.0.2:1", true},
        {"x serve --model-url http://a --listen [::1]:1", true},
        {"x serve --model-url http://a --listen 0.0.0.0:1", false},
        {"x serve --model-url http://a --listen [::]:1", false},
        {"x serve --model-url http://a --listen 192.0.2.1:1", false},
        {"x serve --model-url http://a --listen 0.0.0.0:1 --token-env T", true},
        {"x serve --model-url http://a --listen 0.0.0.0:1 --insecure-listen", true},
        {"x worker --model-url http://a --redis b --listen 0.0.0.0:1", false},
        {"x worker --model-url http://a --redis b", true},
        {"x model --listen 0.0.0.0:1", false},
        {"x model --listen 0.0.0.0:1 --insecure-listen", true},
        {"x model --token-env T", false},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct arguments arguments;
        struct error err = {0};
        assert_int_equal(parse(&arguments, rows[i].line, &err), rows[i].is_good);
    }
}

static void arguments_are_taken(void **state) {
    (void)state;
    struct arguments arguments;
    struct error err = {0};
    assert_true(parse(
        &arguments,
        "x serve --listen [::1]:8080 --model-url http://a --release v1.5.0 "
        "--sync-max 7 --chat-timeout 3s --log warn --redis redis://b",
        &err));
    assert_string_equal(arguments.address, "::1");
    assert_int_equal(arguments.port, 8080);
    assert_string_equal(arguments.release, "v1.5.0");
    assert_int_equal(arguments.sync_max, 7);
    assert_int_equal(arguments.chat_timeout_ns, 3 * NS_PER_S);
    assert_int_equal(arguments.log_level, LOG_WARN);
    assert_true(parse(
        &arguments,
        "x model --seed=9 --latency fixed:1ms --fault error=0.1 --fault v2:hang=1",
        &err));
    assert_int_equal(arguments.seed, 9);
    assert_int_equal(arguments.faults.count, 2);
}

static void arguments_that_are_wrong_are_named(void **state) {
    (void)state;
    static const struct {
        const char *line, *word;
    } rows[] = {
        {"x", "serve"},
        {"x dance", "dance"},
        {"x serve", "--model-url"},
        {"x worker --model-url http://a", "--redis"},
        {"x model --nonsense", "--nonsense"},
        {"x model --seed", "--seed"},
        {"x model --seed x", "--seed"},
        {"x model --latency quick", "quick"},
        {"x model --fault error=7", "error"},
        {"x model --redis redis://a", "--redis"},
        {"x model --listen 80", "--listen"},
        {"x model --listen a:70000", "--listen"},
        {"x model --listen :80", "--listen"},
        {"x model extra", "extra"},
        {"x serve --model-url http://a --release a:b", "--release"},
        {"x serve --model-url http://a --chat-timeout 3", "--chat-timeout"},
        {"x serve --model-url http://a --sync-max 0", "--sync-max"},
        {"x serve --model-url http://a --log loud", "loud"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct arguments arguments;
        struct error err = {0};
        assert_false(parse(&arguments, rows[i].line, &err));
        if (!strstr(err.message, rows[i].word)) {
            print_error("%s: %s\n", rows[i].line, err.message);
        }
        assert_non_null(strstr(err.message, rows[i].word));
        assert_int_equal(err.code, ERROR_USAGE);
    }
}

static void arguments_ask_for_help(void **state) {
    (void)state;
    struct arguments arguments;
    struct error err = {0};
    assert_true(parse(&arguments, "x --help", &err));
    assert_int_equal(arguments.wish, ARGUMENTS_HELP);
    assert_int_equal(arguments.program, PROGRAM_COUNT);
    assert_true(parse(&arguments, "x worker --help", &err));
    assert_int_equal(arguments.wish, ARGUMENTS_HELP);
    assert_int_equal(arguments.program, PROGRAM_WORKER);
    assert_true(parse(&arguments, "x --version", &err));
    assert_int_equal(arguments.wish, ARGUMENTS_VERSION);

    struct buffer help = {.limit = ARGUMENTS_HELP_MAX};
    arguments_write_help(PROGRAM_WORKER, &help);
    assert_non_null(strstr(buffer_string(&help), "--lease TIME"));
    assert_null(strstr(buffer_string(&help), "--latency"));
    buffer_reset(&help);
    arguments_write_help(PROGRAM_COUNT, &help);
    assert_non_null(strstr(buffer_string(&help), "worker"));
    buffer_clear(&help);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arguments_have_safe_defaults),
        cmocka_unit_test(arguments_keep_to_this_machine_unless_told),
        cmocka_unit_test(arguments_are_taken),
        cmocka_unit_test(arguments_that_are_wrong_are_named),
        cmocka_unit_test(arguments_ask_for_help),
        cmocka_unit_test(arguments_say_how_the_model_is_asked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
