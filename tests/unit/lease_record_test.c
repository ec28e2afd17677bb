/* SPDX-License-Identifier: MIT */
#include "core/lease_record.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "support/parsed.h"

static void times_are_written_and_read_as_the_api_wants_them(void **state) {
    (void)state;
    static const struct {
        int64_t ms;
        const char *text;
    } rows[] = {
        {0, "1970-01-01T00:00:00.000000Z"},
        {951782399123, "2000-02-28T23:59:59.123000Z"},
        {951782400000, "2000-02-29T00:00:00.000000Z"},
        {1795338000000, "2026-11-22T09:00:00.000000Z"},
        {4107542399999, "2100-02-28T23:59:59.999000Z"},
        {4107542400000, "2100-03-01T00:00:00.000000Z"},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char text[LEASE_TIME_SIZE];
        int64_t ms = -1;
        lease_time_write(text, rows[i].ms);
        assert_string_equal(text, rows[i].text);
        assert_true(lease_time_read(slice_of(text), &ms));
        assert_int_equal(ms, rows[i].ms);
    }
    int64_t ms;
    assert_true(lease_time_read(slice_of("2026-11-22T09:00:00Z"), &ms));
    assert_int_equal(ms, 1795338000000);
    assert_true(lease_time_read(slice_of("2026-11-22T09:00:00.5Z"), &ms));
    assert_int_equal(ms, 1795338000500);
}

static void what_is_no_time_is_refused(void **state) {
    (void)state;
    static const char *const wrong[] = {
        "",
        "2026-11-22",
        "2026-11-22T09:00:00",
        "2026-11-22T09:00:00+01:00",
        "2026-13-22T09:00:00Z",
        "2026-11-22T24:00:00Z",
        "2026-11-22T09:00:00.Z",
        "2026-11-22T09:00:00Zx",
        "1969-11-22T09:00:00Z",
    };
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        int64_t ms = 42;
        assert_false(lease_time_read(slice_of(wrong[i]), &ms));
        assert_int_equal(ms, 42);
    }
}

static void a_lease_is_written_as_it_is_read(void **state) {
    (void)state;
    struct lease_record record = {
        .holder = "alice@ops1",
        .version = "415",
        .renewed_ms = 1795338000000,
        .duration_s = 15,
        .transitions = 2,
        .epoch = 7,
    };
    struct lease_record read;
    struct error err = {0};
    struct buffer to;
    buffer_init(&to, 4096);
    lease_record_write(&to, "flightdeck-agent", &record);
    struct document *document = parsed(buffer_string(&to));
    assert_true(lease_record_read(document_root(document), &read, &err));
    assert_string_equal(read.holder, record.holder);
    assert_string_equal(read.version, record.version);
    assert_string_equal(read.renewed, "2026-11-22T09:00:00.000000Z");
    assert_int_equal(read.renewed_ms, record.renewed_ms);
    assert_int_equal(read.duration_s, 15);
    assert_int_equal(read.transitions, 2);
    assert_int_equal(read.epoch, 7);
    document_free(document);
    buffer_clear(&to);
}

static void a_lease_that_nobody_holds_can_be_read(void **state) {
    (void)state;
    struct lease_record read;
    struct error err = {0};
    struct document *document =
        parsed("{\"kind\":\"Lease\",\"metadata\":{\"resourceVersion\":\"9\"},\"spec\":{"
               "\"holderIdentity\":null,\"renewTime\":null}}");
    assert_true(lease_record_read(document_root(document), &read, &err));
    assert_string_equal(read.holder, "");
    assert_int_equal(read.renewed_ms, 0);
    document_free(document);
    document = parsed("{\"kind\":\"Lease\",\"metadata\":{}}");
    assert_false(lease_record_read(document_root(document), &read, &err));
    document_free(document);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(times_are_written_and_read_as_the_api_wants_them),
        cmocka_unit_test(what_is_no_time_is_refused),
        cmocka_unit_test(a_lease_is_written_as_it_is_read),
        cmocka_unit_test(a_lease_that_nobody_holds_can_be_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
