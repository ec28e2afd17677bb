/* SPDX-License-Identifier: MIT */
#include "agent/error_log.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/document.h"
#include "io/json.h"

enum { PAGE_MAX = 256 * 1024 };

static void add(struct error_log *log, int number, const char *message) {
    struct error_entry entry = {.wall_ms = 1000 + number, .kind = "model_overloaded"};
    snprintf(entry.route, sizeof entry.route, "/chat");
    snprintf(entry.request_id, sizeof entry.request_id, "id-%d", number);
    snprintf(entry.message, sizeof entry.message, "%s", message);
    error_log_add(log, &entry);
}

static void error_log_lists_the_newest_first(void **state) {
    (void)state;
    struct error_log log = {0};
    struct buffer buffer = {.limit = PAGE_MAX};
    add(&log, 1, "one");
    add(&log, 2, "two");
    error_log_write(&log, "v1.5.0", &buffer);
    assert_string_equal(
        buffer_string(&buffer),
        "{\"version\":\"v1.5.0\",\"total\":2,\"counts\":["
        "{\"count\":2,\"time\":\"1970-01-01T00:00:01.002Z\",\"time_ms\":1002,"
        "\"kind\":\"model_overloaded\",\"route\":\"/chat\",\"request_id\":\"id-2\","
        "\"message\":\"two\"}],\"errors\":["
        "{\"time\":\"1970-01-01T00:00:01.002Z\",\"time_ms\":1002,"
        "\"kind\":\"model_overloaded\",\"route\":\"/chat\",\"request_id\":\"id-2\","
        "\"message\":\"two\"},"
        "{\"time\":\"1970-01-01T00:00:01.001Z\",\"time_ms\":1001,"
        "\"kind\":\"model_overloaded\",\"route\":\"/chat\",\"request_id\":\"id-1\","
        "\"message\":\"one\"}]}");
    buffer_clear(&buffer);
}

static void error_log_keeps_the_last_hundred(void **state) {
    (void)state;
    struct error_log log = {0};
    struct buffer buffer = {.limit = PAGE_MAX};
    for (int i = 1; i <= 250; i++) add(&log, i, "again");
    error_log_write(&log, "v1", &buffer);

    struct error err = {0};
    struct document *document = json_parse(buffer_slice(&buffer), &err);
    assert_non_null(document);
    const struct node *root = document_root(document);
    const struct node *errors = node_get(root, "errors");
    assert_int_equal(errors->child_count, ERROR_LOG_COUNT);
    int64_t total = 0;
    assert_true(node_integer(root, "total", 0, 1000, &total));
    assert_int_equal(total, 250);
    char id[ERROR_LOG_NAME_SIZE];
    assert_true(node_string(node_at(errors, 0), "request_id", id, sizeof id));
    assert_string_equal(id, "id-250");
    assert_true(node_string(node_at(errors, 99), "request_id", id, sizeof id));
    assert_string_equal(id, "id-151");
    document_free(document);
    buffer_clear(&buffer);
}

/* A kind that is rare stays known when a hundred others have come since. */
static void error_log_counts_every_kind_and_route(void **state) {
    (void)state;
    struct error_log log = {0};
    struct error_entry rare = {.wall_ms = 5, .kind = "tool", .route = "worker"};
    error_log_add(&log, &rare);
    for (int i = 1; i <= 250; i++) add(&log, i, "again");
    assert_int_equal(log.kind_count, 2);
    assert_string_equal(log.kinds[0].last.kind, "tool");
    assert_int_equal(log.kinds[0].count, 1);
    assert_int_equal(log.kinds[1].count, 250);
    assert_string_equal(log.kinds[1].last.request_id, "id-250");

    for (int i = 0; i < 2 * ERROR_LOG_KINDS; i++) {
        snprintf(rare.route, sizeof rare.route, "/route-%d", i);
        error_log_add(&log, &rare);
    }
    assert_int_equal(log.kind_count, ERROR_LOG_KINDS);
    assert_string_equal(log.kinds[ERROR_LOG_KINDS - 1].last.kind, "other");
    uint64_t sum = 0;
    for (int i = 0; i < ERROR_LOG_KINDS; i++) sum += log.kinds[i].count;
    assert_int_equal(sum, log.total);
}

static void error_log_lets_no_terminal_be_tricked(void **state) {
    (void)state;
    struct error_log log = {0};
    struct buffer buffer = {.limit = PAGE_MAX};
    add(&log, 1, "\x1b[31mred\x1b[0m\xff");
    error_log_write(&log, "v1", &buffer);
    assert_null(strchr(buffer_string(&buffer), '\x1b'));
    assert_null(strstr(buffer_string(&buffer), "\\u001b"));
    buffer_clear(&buffer);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(error_log_lists_the_newest_first),
        cmocka_unit_test(error_log_keeps_the_last_hundred),
        cmocka_unit_test(error_log_counts_every_kind_and_route),
        cmocka_unit_test(error_log_lets_no_terminal_be_tricked),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
