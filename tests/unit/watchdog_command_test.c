/* SPDX-License-Identifier: MIT */
#include "control/watchdog_command.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"

static struct target target;
static uint64_t limit_ns;

enum { WORDS_MAX = 24 };

/* Longer than any name of an object. */
#define TEN  "0123456789"
#define LONG TEN TEN TEN TEN TEN TEN TEN

/* Words that are separated by single blanks. */
static bool read(const char *line, struct error *err) {
    char copy[512] = "", *words[WORDS_MAX], *rest = copy;
    int count = 0;
    assert_true(text_copy(copy, sizeof copy, line));
    while (*copy && rest) words[count++] = strsep(&rest, " ");
    *err = (struct error){0};
    return watchdog_command_read(count, words, &target, &limit_ns, err);
}

static void words_become_a_target(void **state) {
    (void)state;
    struct error err;
    assert_true(read(
        "--namespace agent --lease flightdeck-agent --router httproute --route agent "
        "--stable agent-stable --canary agent-canary --replicas 20 --limit 30s",
        &err));
    const struct target_kubernetes *is = &target.kubernetes;
    assert_string_equal(is->namespace, "agent");
    assert_string_equal(is->lease, "flightdeck-agent");
    assert_int_equal(is->router, CLUSTER_HTTPROUTE);
    assert_string_equal(is->route, "agent");
    assert_string_equal(is->canary, "agent-canary");
    assert_int_equal(is->replicas, 20);
    assert_int_equal(limit_ns, 30 * NS_PER_S);
}

static void wrong_words_are_named(void **state) {
    (void)state;
    static const char *const wrong[] = {
        "",
        "--namespace agent",
        "--lease a",
        "--namespace agent --lease",
        "--namespace agent --lease a --router haproxy",
        "--namespace agent --lease a --limit 1s",
        "--namespace agent --lease a --limit soon",
        "--namespace agent --lease a --replicas 0",
        "--namespace agent --lease a --nope x",
        "--namespace a/b --lease a",
        "--namespace agent --lease a --stable " LONG,
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        struct error err;
        assert_false(read(wrong[i], &err));
        assert_int_equal(err.code, ERROR_USAGE);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_become_a_target),
        cmocka_unit_test(wrong_words_are_named),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
