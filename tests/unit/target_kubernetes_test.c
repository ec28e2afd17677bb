/* SPDX-License-Identifier: MIT */
#include "core/target_kubernetes.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

static bool is_good(const char *namespace, const char *stable) {
    struct target_kubernetes target = {0};
    struct error err = {0};
    assert_true(text_copy(target.namespace, sizeof target.namespace, namespace));
    assert_true(text_copy(target.stable, sizeof target.stable, stable));
    bool good = target_kubernetes_check(&target, &err);
    assert_int_equal(err.code, good ? ERROR_NONE : ERROR_USAGE);
    return good;
}

static void names_are_those_of_objects(void **state) {
    (void)state;
    assert_true(is_good("agent", ""));
    assert_true(is_good("agent", "agent-stable"));
    assert_true(is_good("a1", "agent.v1"));
    assert_false(is_good("", "agent-stable"));
    static const char *const wrong[] = {"..",  "a/b", "a/../b", "-a", "a-", "A",
                                        "a b", "a?b", "a%2fb",  "a#", ".",  "a\n"};
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_false(is_good("agent", wrong[i]));
        assert_false(is_good(wrong[i], ""));
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_are_those_of_objects),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
