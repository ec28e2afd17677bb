/* SPDX-License-Identifier: MIT */
#include "core/reference.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "base/text.h"

/* "L:Bearer |E:TOKEN|" for "Bearer ${env:TOKEN}". */
static void describe(const char *value, char *to, size_t size) {
    static const char letters[] = {
        [REFERENCE_LITERAL] = 'L', [REFERENCE_ENV] = 'E', [REFERENCE_FILE] = 'F'};
    struct scan scan = scan_of(slice_of(value));
    struct text text = text_in(to, size);
    struct reference piece;
    struct error err = {0};
    while (reference_next(&scan, &piece, &err)) {
        text_addf(&text, "%c:", letters[piece.kind]);
        text_add_slice(&text, piece.words);
        text_add(&text, "|");
    }
    if (err.code != ERROR_NONE) text_addf(&text, "!%s", err.message);
}

static void values_fall_into_pieces(void **state) {
    (void)state;
    static const struct {
        const char *value, *pieces;
    } rows[] = {
        {"", ""},
        {"plain $ {x} $x", "L:plain $ {x} $x|"},
        {"${env:A}", "E:A|"},
        {"Bearer ${env:TOKEN_1}", "L:Bearer |E:TOKEN_1|"},
        {"${env:A}${file:/run/b c}!", "E:A|F:/run/b c|L:!|"},
        {"$${env:A}", "L:$|E:A|"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char pieces[128];
        struct error err;
        describe(rows[i].value, pieces, sizeof pieces);
        assert_string_equal(pieces, rows[i].pieces);
        assert_true(reference_check(slice_of(rows[i].value), &err));
    }
    assert_true(reference_has(slice_of("x${file:/a}"), REFERENCE_FILE));
    assert_false(reference_has(slice_of("x${file:/a}"), REFERENCE_ENV));
    assert_false(reference_has(slice_of("${env:A}"), REFERENCE_LITERAL));
}

static void references_that_cannot_be_read_are_refused(void **state) {
    (void)state;
    static const char *const rows[] = {
        "${",         "${env:A",  "${env:}",   "${env:1A}",       "${env:A-B}",
        "${env:A B}", "${file:}", "${file:x}", "${file:../x}",    "${cmd:ls}",
        "${A}",       "${ENV:A}", "x${}",      "ok ${env:A}${b}", "${env: A}",
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct error err = {0};
        if (reference_check(slice_of(rows[i]), &err)) fail_msg("took %s", rows[i]);
        assert_int_equal(err.code, ERROR_SYNTAX);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(values_fall_into_pieces),
        cmocka_unit_test(references_that_cannot_be_read_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
