/* SPDX-License-Identifier: MIT */
#include "core/rollout_board.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/parsed.h"

enum { LIMIT = 512 };

static const struct rollout_board board = {
    .envelope = {"Zm9vYmFy", 8}, .json = {"{\"a\":1}\n", 8}, .written = "2026-11-22"};

/* The ConfigMap as it stands in a cluster afterwards. */
static struct document *written(void) {
    struct buffer text;
    buffer_init(&text, LIMIT);
    struct json_writer json = json_writer_to(&text);
    json_object_begin(&json);
    json_field_string(&json, "kind", "ConfigMap");
    json_key(&json, "data");
    json_object_begin(&json);
    rollout_board_write_data(&board, &json);
    json_object_end(&json);
    json_key(&json, "binaryData");
    json_object_begin(&json);
    rollout_board_write_binary(&board, &json);
    json_object_end(&json);
    json_object_end(&json);
    assert_false(text.overflow);
    struct document *document = parsed(buffer_string(&text));
    buffer_clear(&text);
    return document;
}

static void what_was_written_is_read(void **state) {
    (void)state;
    struct document *document = written();
    const struct node *root = document_root(document);
    struct buffer envelope;
    struct error err = {0};
    char words[16];
    buffer_init(&envelope, LIMIT);
    assert_true(rollout_board_is(&board, root));
    assert_true(rollout_board_read(root, &envelope, &err));
    assert_string_equal(buffer_string(&envelope), "foobar");
    const struct node *data = node_get(root, "data");
    assert_true(node_string(data, "written", words, sizeof words));
    assert_string_equal(words, "2026-11-22");
    struct rollout_board other = board;
    other.envelope = slice_of("Zm9vYmFz");
    assert_false(rollout_board_is(&other, root));
    buffer_clear(&envelope);
    document_free(document);
}

static void what_is_no_board_is_not_read(void **state) {
    (void)state;
    static const struct {
        const char *json;
        enum error_code code;
    } rows[] = {
        {"{}", ERROR_PROTOCOL},
        {"{\"kind\":\"Secret\"}", ERROR_PROTOCOL},
        {"{\"kind\":\"ConfigMap\"}", ERROR_NOT_FOUND},
        {"{\"kind\":\"ConfigMap\",\"data\":{\"envelope\":\"Zm9v\"}}", ERROR_NOT_FOUND},
        {"{\"kind\":\"ConfigMap\",\"binaryData\":{\"envelope\":\"Zm9\"}}",
         ERROR_PROTOCOL},
        {"{\"kind\":\"ConfigMap\",\"binaryData\":{\"envelope\":7}}", ERROR_PROTOCOL},
    };
    struct buffer envelope;
    buffer_init(&envelope, LIMIT);
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        struct document *document = parsed(rows[i].json);
        struct error err = {0};
        assert_false(rollout_board_read(document_root(document), &envelope, &err));
        assert_int_equal(err.code, rows[i].code);
        assert_false(rollout_board_is(&board, document_root(document)));
        document_free(document);
    }
    buffer_clear(&envelope);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_was_written_is_read),
        cmocka_unit_test(what_is_no_board_is_not_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
