/* SPDX-License-Identifier: MIT */
#include "core/template.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

/* The pieces as "L:words N:words ...", or the error. */
static const char *pieces(const char *words, char *to, size_t size) {
    static const char letters[] = "LNSP";
    struct text text = text_in(to, size);
    struct scan scan = scan_of(slice_of(words));
    struct template_piece piece;
    struct error err = {0};
    while (template_next(&scan, &piece, &err)) {
        text_addf(
            &text, "%s%c:%.*s", text.length ? " " : "", letters[piece.kind],
            (int)piece.words.length, piece.words.data);
    }
    if (err.code != ERROR_NONE) snprintf(to, size, "! %s", err.message);
    return to;
}

static void templates_fall_into_pieces(void **state) {
    (void)state;
    static const struct {
        const char *words, *pieces;
    } cases[] = {
        {"", ""},
        {"plain $ and } and $x", "L:plain $ and } and $x"},
        {"a-${run_id}-b", "L:a- N:run_id L:-b"},
        {"${a}${b}", "N:a N:b"},
        {"Bearer ${env:TOKEN}", "L:Bearer  S:env:TOKEN"},
        {"${file:/run/secret}", "S:file:/run/secret"},
        {"/chat/${$.job_id}", "L:/chat/ P:$.job_id"},
        {"${$['a}b']}!", "P:$['a}b'] L:!"},
        {"${", "! \"${\" without its \"}\""},
        {"${a", "! \"${\" without its \"}\""},
        {"${}",
         "! \"${}\": expected a variable, env:NAME, file:PATH or a path like $.job_id"},
        {"${a b}", "! \"${a b}\": expected a variable, env:NAME, file:PATH or a path "
                   "like $.job_id"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char got[400];
        assert_string_equal(pieces(cases[i].words, got, sizeof got), cases[i].pieces);
    }
    char got[400];
    assert_int_equal(pieces("${$.}", got, sizeof got)[0], '!');
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(templates_fall_into_pieces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
