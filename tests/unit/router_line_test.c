/* SPDX-License-Identifier: MIT */
#include "core/router_line.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"

enum { LINE_SIZE = 4096 };

/* The fields of a good line, of which a test changes some. */
struct written {
    const char *arm, *be, *srv, *st, *ts, *rc, *times, *bucket, *user, *chat, *told;
};

static const struct written good = {
    .arm = "canary",
    .be = "canary",
    .srv = "c1",
    .st = "200",
    .ts = "----",
    .rc = "0",
    .times = "\"Tw\":1,\"Tc\":2,\"Tr\":30,\"Ta\":40",
    .bucket = "\"bkt\":499,\"bp\":500,\"salt\":7",
    .user = "-12",
    .chat = "1",
    .told = "\"out\":\"success\",\"job\":\"01J-a\",\"tin\":\"12\",\"tout\":\"30\","
            "\"usd\":\"0.001234\",\"tf\":\"2\"",
};

static char data[LINE_SIZE];

static struct slice write_line(const struct written *as) {
    struct text line = TEXT_IN(data);
    text_addf(
        &line,
        "{\"n\":3,\"t\":1790000000.042,\"arm\":\"%s\",\"be\":\"%s\",\"srv\":\"%s\","
        "\"st\":%s,"
        "\"ts\":\"%s\",\"rc\":\"%s\",%s,%s,\"user\":%s,\"chat\":%s,%s}\n",
        as->arm, as->be, as->srv, as->st, as->ts, as->rc, as->times, as->bucket,
        as->user, as->chat, as->told);
    assert_false(line.truncated);
    return slice_of(data);
}

static struct router_line read_good(const struct written *as) {
    struct router_line line;
    struct error err = {0};
    if (!router_line_read(write_line(as), "canary", &line, &err)) {
        fail_msg("%s: %s", err.message, data);
    }
    return line;
}

static void every_field_is_read(void **state) {
    (void)state;
    struct router_line line = read_good(&good);
    assert_int_equal(line.kind, ROUTER_LINE_REQUEST);
    assert_int_equal(line.number, 3);
    assert_int_equal(line.at_ms, INT64_C(1790000000042));
    assert_int_equal(line.arm, TRACK_CANARY);
    assert_false(line.is_contradictory);
    assert_false(line.is_strayed);
    assert_false(line.is_redispatched);
    assert_true(line.is_chat);
    assert_int_equal(line.excluded, ROUTER_LINE_COUNTS);
    assert_int_equal(line.status, 200);
    assert_int_equal(line.bucket, 499);
    assert_int_equal(line.weight_bp, 500);
    assert_int_equal(line.salt, 7);
    assert_true(line.has_user);
    assert_int_equal((int64_t)line.user, -12);
    assert_int_equal(line.queued_ms, 1);
    assert_int_equal(line.connect_ms, 2);
    assert_int_equal(line.response_ms, 30);
    assert_int_equal(line.total_ms, 40);
    assert_string_equal(line.outcome, "success");
    assert_string_equal(line.job, "01J-a");
    assert_true(line.has_tokens && line.has_cost && line.has_tools);
    assert_int_equal(line.tokens, 42);
    assert_int_equal(line.cost_micro_usd, 1234);
    assert_int_equal(line.tools_failed, 2);
    assert_false(router_line_failed(&line));
    assert_false(router_line_refused(&line));
    assert_false(router_line_is_open(&line));
}

/* Each row: what is assigned, where it went, and what is to be thought of it. */
struct assigned {
    const char *arm, *be, *srv, *bucket;
    bool contradictory, strayed;
};

static const struct assigned assignments[] = {
    {"canary", "canary", "c1", "\"bkt\":0,\"bp\":1,\"salt\":1", false, false},
    {"stable", "stable", "s1", "\"bkt\":500,\"bp\":500,\"salt\":1", false, false},
    {"stable", "stable", "s1", "\"bkt\":0,\"bp\":0,\"salt\":0", false, false},
    {"stable", "stable", "s1", "\"bkt\":9,\"bp\":500,\"salt\":0", false, false},
    {"canary", "canary", "s1bk", "\"bkt\":1,\"bp\":500,\"salt\":1", false, true},
    {"canary", "stable", "s1", "\"bkt\":1,\"bp\":500,\"salt\":1", false, true},
    {"canary", "canary", "c1", "\"bkt\":500,\"bp\":500,\"salt\":1", true, false},
    {"canary", "canary", "c1", "\"bkt\":1,\"bp\":500,\"salt\":0", true, false},
    {"stable", "stable", "s1", "\"bkt\":499,\"bp\":500,\"salt\":1", true, false},
    {"stable", "canary", "c1", "\"bkt\":700,\"bp\":500,\"salt\":1", true, false},
    {"canary", "canary", "c1", "\"bkt\":1,\"bp\":10001,\"salt\":1", true, false},
};

static void a_line_shows_whether_it_is_true(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof assignments / sizeof *assignments; i++) {
        const struct assigned *row = &assignments[i];
        struct written as = good;
        as.arm = row->arm;
        as.be = row->be;
        as.srv = row->srv;
        as.bucket = row->bucket;
        struct router_line line = read_good(&as);
        assert_int_equal(line.is_contradictory, row->contradictory);
        assert_int_equal(line.is_strayed, row->strayed);
        assert_int_equal(router_line_failed(&line), row->strayed);
    }
}

/* Each row: how it ended, and what that says about the version. */
struct ended {
    const char *st, *ts, *outcome;
    enum router_line_exclusion excluded;
    bool failed, refused, open;
};

static const struct ended ends[] = {
    {"200", "----", "success", ROUTER_LINE_COUNTS, false, false, false},
    {"200", "----", "-", ROUTER_LINE_COUNTS, false, false, false},
    {"200", "----", "refused", ROUTER_LINE_COUNTS, false, true, false},
    {"200", "----", "streaming", ROUTER_LINE_COUNTS, false, false, true},
    {"202", "----", "accepted", ROUTER_LINE_COUNTS, false, false, true},
    {"202", "----", "-", ROUTER_LINE_COUNTS, false, false, true},
    {"404", "----", "-", ROUTER_LINE_COUNTS, false, true, false},
    {"429", "----", "too_many_requests", ROUTER_LINE_LIMITED, false, false, false},
    {"500", "----", "dead", ROUTER_LINE_COUNTS, true, false, false},
    {"503", "SC--", "-", ROUTER_LINE_COUNTS, true, false, false},
    {"504", "sH--", "-", ROUTER_LINE_COUNTS, true, false, false},
    {"200", "SD--", "success", ROUTER_LINE_COUNTS, true, false, false},
    {"200", "sD--", "success", ROUTER_LINE_COUNTS, true, false, false},
    {"-1", "----", "-", ROUTER_LINE_COUNTS, true, false, false},
    {"-1", "CH--", "-", ROUTER_LINE_CLIENT_LEFT, false, false, false},
    {"-1", "CR--", "-", ROUTER_LINE_CLIENT_LEFT, false, false, false},
    {"200", "CD--", "success", ROUTER_LINE_CLIENT_LEFT, false, false, false},
    {"408", "cR--", "-", ROUTER_LINE_CLIENT_LEFT, false, false, false},
    {"500", "CD--", "-", ROUTER_LINE_CLIENT_LEFT, false, false, false},
};

static void an_end_is_the_fault_of_who_made_it(void **state) {
    (void)state;
    for (size_t i = 0; i < sizeof ends / sizeof *ends; i++) {
        const struct ended *row = &ends[i];
        struct written as = good;
        char told[160];
        struct text text = TEXT_IN(told);
        text_addf(
            &text,
            "\"out\":\"%s\",\"job\":\"-\",\"tin\":\"-\",\"tout\":\"-\",\"usd\":\"-\","
            "\"tf\":\"-\"",
            row->outcome);
        as.st = row->st;
        as.ts = row->ts;
        as.told = told;
        struct router_line line = read_good(&as);
        assert_int_equal(line.excluded, row->excluded);
        assert_int_equal(router_line_failed(&line), row->failed);
        assert_int_equal(router_line_refused(&line), row->refused);
        assert_int_equal(router_line_is_open(&line), row->open);
        assert_false(line.has_tokens || line.has_cost || line.has_tools);
    }
}

static void a_redispatch_is_marked(void **state) {
    (void)state;
    struct written as = good;
    as.rc = "+2";
    struct router_line line = read_good(&as);
    assert_true(line.is_redispatched);
    assert_int_equal(line.retries, 2);
}

static void a_stranger_has_no_user(void **state) {
    (void)state;
    struct written as = good;
    as.user = "null";
    as.chat = "0";
    struct router_line line = read_good(&as);
    assert_false(line.has_user);
    assert_false(line.is_chat);
}

static void what_a_version_says_cannot_break_a_line(void **state) {
    (void)state;
    struct written as = good;
    as.told = "\"out\":\"a\\\"b\\\\c\\u001b[31m,\\\"arm\\\":\\\"canary\\\"\","
              "\"job\":\"../../x\",\"tin\":\"99999999999999999999\",\"tout\":\"-3\","
              "\"usd\":\"1e300\",\"tf\":\"0x10\"";
    struct router_line line = read_good(&as);
    assert_string_equal(line.outcome, "");
    assert_string_equal(line.job, "");
    assert_false(line.has_tokens || line.has_cost || line.has_tools);
    as.told = "\"out\":\"\",\"job\":\"\",\"tin\":\"\",\"tout\":\"\",\"usd\":\"nan\","
              "\"tf\":\"\",\"more\":[{\"arm\":\"stable\"}]";
    line = read_good(&as);
    assert_int_equal(line.arm, TRACK_CANARY);
    assert_false(line.has_tokens || line.has_cost || line.has_tools);
}

static void what_was_no_request_is_told_from_one(void **state) {
    (void)state;
    struct written as = good;
    as.arm = as.be = as.srv = "-";
    as.st = "400";
    as.ts = "PR--";
    as.bucket = "\"bkt\":null,\"bp\":null,\"salt\":null";
    as.user = as.chat = "null";
    assert_int_equal(read_good(&as).kind, ROUTER_LINE_REFUSED);
    struct router_line line;
    struct error err = {0};
    struct slice notice = slice_of("Server canary/c1 is DOWN, reason: \"x\x1b\"\n");
    assert_true(router_line_read(notice, "canary", &line, &err));
    assert_int_equal(line.kind, ROUTER_LINE_NOTICE);
}

static void refuse(const struct written *as) {
    struct router_line line = {.status = 77};
    struct error err = {0};
    assert_false(router_line_read(write_line(as), "canary", &line, &err));
    assert_int_equal(err.code, ERROR_SYNTAX);
    assert_int_equal(line.status, 77);
}

#define WRONG(field, value) (as = good, as.field = (value), refuse(&as))

static void a_value_that_cannot_be_is_refused(void **state) {
    struct written as;
    (void)state;
    WRONG(arm, "front");
    WRONG(arm, "-");
    WRONG(st, "1000");
    WRONG(st, "-2");
    WRONG(st, "\"200\"");
    WRONG(ts, "");
    WRONG(ts, "-");
    WRONG(rc, "+");
    WRONG(rc, "");
    WRONG(rc, "-1");
    WRONG(times, "\"Tw\":1,\"Tc\":2,\"Tr\":30");
    WRONG(times, "\"Tw\":1,\"Tc\":2,\"Tr\":30,\"Ta\":-2");
    WRONG(times, "\"Tw\":1,\"Tc\":2,\"Tr\":30,\"Ta\":99999999999");
    WRONG(times, "\"Tw\":1.5,\"Tc\":2,\"Tr\":30,\"Ta\":40");
    WRONG(times, "\"Tw\":1,\"Tw\":1,\"Tc\":2,\"Tr\":30,\"Ta\":40");
    WRONG(bucket, "\"bkt\":10000,\"bp\":500,\"salt\":7");
    WRONG(bucket, "\"bkt\":-1,\"bp\":500,\"salt\":7");
    WRONG(bucket, "\"bkt\":null,\"bp\":500,\"salt\":7");
    WRONG(bucket, "\"bkt\":1,\"bp\":null,\"salt\":7");
    WRONG(bucket, "\"bkt\":1,\"bp\":500,\"salt\":4294967296");
    WRONG(user, "\"ada\"");
    WRONG(user, "true");
    WRONG(chat, "2");
    WRONG(told, "\"out\":\"success\"");
}

/* HAProxy cuts a line that is too long, and the socket may lose the end of one. */
static void a_line_that_was_cut_is_refused(void **state) {
    (void)state;
    struct slice whole = write_line(&good);
    for (size_t length = 0; length + 1 < whole.length; length++) {
        struct slice cut = {whole.data, length};
        struct router_line line;
        struct error err = {0};
        assert_false(router_line_read(cut, "canary", &line, &err));
    }
    struct router_line line;
    struct error err = {0};
    data[whole.length - 1] = '{';
    assert_false(router_line_read(whole, "canary", &line, &err));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_field_is_read),
        cmocka_unit_test(a_line_shows_whether_it_is_true),
        cmocka_unit_test(an_end_is_the_fault_of_who_made_it),
        cmocka_unit_test(a_redispatch_is_marked),
        cmocka_unit_test(a_stranger_has_no_user),
        cmocka_unit_test(what_a_version_says_cannot_break_a_line),
        cmocka_unit_test(what_was_no_request_is_told_from_one),
        cmocka_unit_test(a_value_that_cannot_be_is_refused),
        cmocka_unit_test(a_line_that_was_cut_is_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
