/* SPDX-License-Identifier: MIT */
#include "agent/json_log.h"

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/redact.h"
#include "core/document.h"
#include "io/json.h"

static void json_log_writes_one_object_per_line(void **state) {
    (void)state;
    struct redactor *redactor = redactor_new();
    assert_true(redactor_add(redactor, slice_of("sk-secret-key")));
    struct json_log log = {.program = "serve", .version = "v1", .redactor = redactor};
    struct buffer line = {.limit = 4096};
    json_log_line(
        &log, LOG_WARN, "id-1", "key sk-secret-key\nand \x1b[31m\"more\"", &line);
    assert_int_equal(line.data[line.length - 1], '\n');
    assert_ptr_equal(memchr(line.data, '\n', line.length), line.data + line.length - 1);

    struct error err = {0};
    struct slice object = {.data = line.data, .length = line.length - 1};
    struct document *document = json_parse(object, &err);
    assert_non_null(document);
    const struct node *root = document_root(document);
    assert_true(slice_equals(node_get(root, "level")->string, "warn"));
    assert_true(slice_equals(node_get(root, "program")->string, "serve"));
    assert_true(slice_equals(node_get(root, "request_id")->string, "id-1"));
    assert_null(strstr(buffer_string(&line), "secret"));
    assert_null(strchr(buffer_string(&line), '\x1b'));
    document_free(document);
    buffer_clear(&line);
    redactor_free(redactor);
}

static void json_log_drops_lines_that_nobody_takes(void **state) {
    (void)state;
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    struct json_log log = {
        .least = LOG_INFO, .program = "serve", .version = "v1", .descriptor = ends[1]};
    json_log_write(&log, LOG_DEBUG, NULL, "below the level");
    assert_int_equal(log.dropped, 0);
    /* A pipe holds 64 KiB; this comes back all the same. */
    for (int i = 0; i < 5000; i++) json_log_write(&log, LOG_INFO, NULL, "line %d", i);
    assert_true(log.dropped > 0);
    char first[16];
    assert_int_equal(read(ends[0], first, sizeof first), sizeof first);
    assert_memory_equal(first, "{\"time\":", 8);
    close(ends[0]);
    close(ends[1]);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_log_writes_one_object_per_line),
        cmocka_unit_test(json_log_drops_lines_that_nobody_takes),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
