/* SPDX-License-Identifier: MIT */
#include "core/haproxy_config.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

enum { FILE_MAX = 64 * 1024 };

static const char *const one[] = {"127.0.0.1:9101"}, *const other[] = {"[::1]:9102"};

static struct haproxy_plan plan_of(void) {
    struct haproxy_plan plan;
    haproxy_plan_init(&plan);
    plan.admin_socket = "/run/haproxy.sock";
    plan.logs[plan.log_count++] = "/run/canary.sock";
    plan.listen = "127.0.0.1:8080";
    plan.servers[TRACK_STABLE] = one;
    plan.servers[TRACK_CANARY] = other;
    plan.server_counts[TRACK_STABLE] = plan.server_counts[TRACK_CANARY] = 1;
    return plan;
}

static bool is_good(const struct haproxy_plan *plan) {
    struct error err = {0};
    bool good = haproxy_plan_check(plan, &err);
    assert_int_equal(good, err.code == ERROR_NONE);
    return good;
}

#define WRONG(field, value) \
    (wrong = plan_of(), wrong.field = (value), assert_false(is_good(&wrong)))

/* Whatever is put into the file is one word there and nothing else. */
static void a_word_that_could_be_more_is_refused(void **state) {
    (void)state;
    static const char *const evil[] = {"127.0.0.1:1\n    bind :80"}, *const none[] = {
                                                                         ""};
    /* Beside it lies another one, which has a longer name while it is made. */
    static const char too_long[] =
        "/run/12345678901234567890123456789012345678901234567"
        "890123456789012345678901234567890123.sock";
    const char *longest = too_long + 1;
    struct haproxy_plan wrong, plan = plan_of();
    assert_true(is_good(&plan));
    plan.health_path = plan.chat_path = plan.user_field = "";
    plan.log_count = 0;
    assert_true(is_good(&plan));
    WRONG(admin_socket, "");
    WRONG(admin_socket, NULL);
    WRONG(admin_socket, "/run/a b");
    WRONG(logs[0], "/run/a#b");
    WRONG(log_count, HAPROXY_LOGS_MAX + 1);
    WRONG(ring_count, HAPROXY_LOGS_MAX + 1);
    plan.rings[0] = longest;
    plan.ring_count = 1;
    assert_true(is_good(&plan));
    plan.rings[0] = too_long;
    assert_false(is_good(&plan));
    WRONG(listen, "");
    WRONG(listen, ":80 accept-proxy");
    WRONG(table, "a\"b");
    WRONG(table, "${HOME}");
    WRONG(backends[TRACK_STABLE], "x\ny");
    WRONG(backends[TRACK_CANARY], "");
    WRONG(health_path, "/health HTTP/1.1\\r\\nX:");
    WRONG(chat_path, "/chat }");
    WRONG(user_header, "");
    WRONG(user_header, "X-User)");
    WRONG(user_field, "a')");
    WRONG(servers[TRACK_STABLE], evil);
    WRONG(servers[TRACK_CANARY], none);
    WRONG(server_counts[TRACK_STABLE], 0);
    WRONG(server_counts[TRACK_CANARY], HAPROXY_SERVERS_MAX + 1);
    WRONG(connections_max, 0);
    WRONG(lease_s, 2);
    WRONG(lease_s, 61);
}

static void the_file_names_what_the_plan_names(void **state) {
    (void)state;
    static const char *const words[] = {
        "stats socket /run/haproxy.sock mode 600 level admin\n",
        "log /run/canary.sock len 2048 format raw local0\n",
        "stick-table type integer size 16 expire 7s store gpt0\n",
        "int(1),table_gpt0(canary_lease)",
        "var(txn.uid),concat(:,txn.salt),xxh32(42),mod(10000)",
        "disable-l7-retry unless { method GET HEAD }",
        "server c1 [::1]:9102 check inter 500ms fall 2 rise 2 observe layer4",
        "timeout check 3s\n    server s1 127.0.0.1:9101 check inter 500ms fall 2",
        "server s1bk 127.0.0.1:9101 backup track stable/s1\n",
    };
    struct haproxy_plan plan = plan_of();
    struct buffer file;
    buffer_init(&file, FILE_MAX);
    plan.lease_s = 7;
    haproxy_config_write(&plan, &file);
    assert_false(file.overflow);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        assert_non_null(strstr(buffer_string(&file), words[i]));
    }
    buffer_clear(&file);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_that_could_be_more_is_refused),
        cmocka_unit_test(the_file_names_what_the_plan_names),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
