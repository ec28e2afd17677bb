/* SPDX-License-Identifier: MIT */
#include "core/load_aim.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"

static struct error err;

struct fixture {
    struct target target;
    struct load_target aim;
};

static struct fixture *aim_at(const char *url) {
    struct fixture *fixture = memory_new(sizeof *fixture);
    target_init(&fixture->target);
    text_copy(fixture->target.url, sizeof fixture->target.url, url);
    return fixture;
}

static void a_url_says_whom_to_ask(void **state) {
    (void)state;
    static const struct {
        const char *url, *host, *prefix, *authority;
        unsigned port;
        bool tls;
    } cases[] = {
        {"http://127.0.0.1:8000", "127.0.0.1", "", "127.0.0.1:8000", 8000, false},
        {"http://agent.test", "agent.test", "", "agent.test", 80, false},
        {"https://agent.test/v1/", "agent.test", "/v1", "agent.test", 443, true},
        {"https://[::1]:8443/a?b=c", "::1", "/a", "[::1]:8443", 8443, true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct fixture *fixture = aim_at(cases[i].url);
        assert_true(load_aim(&fixture->target, &fixture->aim, &err));
        assert_string_equal(fixture->aim.host, cases[i].host);
        assert_string_equal(fixture->aim.server_name, cases[i].host);
        assert_string_equal(fixture->aim.prefix, cases[i].prefix);
        assert_string_equal(fixture->aim.authority, cases[i].authority);
        assert_int_equal(fixture->aim.port, cases[i].port);
        assert_int_equal(fixture->aim.tls, cases[i].tls);
        free(fixture);
    }
}

static void somebody_else_may_be_reached(void **state) {
    (void)state;
    struct fixture *fixture = aim_at("https://Agent.test");
    struct target *target = &fixture->target;
    target->connect_to_count = 1;
    text_copy(target->connect_to[0].from, TARGET_URL_SIZE, "agent.test:443");
    text_copy(target->connect_to[0].to, TARGET_URL_SIZE, "[::1]:8443");
    text_copy(target->tls.server_name, TARGET_URL_SIZE, "inner.test");
    text_copy(target->host, TARGET_URL_SIZE, "outer.test");
    assert_true(load_aim(target, &fixture->aim, &err));
    assert_string_equal(fixture->aim.host, "::1");
    assert_int_equal(fixture->aim.port, 8443);
    assert_string_equal(fixture->aim.server_name, "inner.test");
    assert_string_equal(fixture->aim.authority, "outer.test");
    text_copy(target->connect_to[0].to, TARGET_URL_SIZE, "nowhere");
    assert_false(load_aim(target, &fixture->aim, &err));
    free(fixture);
}

static void the_headers_of_the_target_go_along(void **state) {
    (void)state;
    struct fixture *fixture = aim_at("http://127.0.0.1:1");
    struct target *target = &fixture->target;
    target->header_count = 1;
    text_copy(target->headers[0].name, TARGET_HEADER_NAME_SIZE, "Authorization");
    text_copy(target->headers[0].value, TARGET_HEADER_VALUE_SIZE, "Bearer x");
    assert_true(load_aim(target, &fixture->aim, &err));
    assert_int_equal(fixture->aim.header_count, 1);
    assert_string_equal(fixture->aim.headers[0].value, "Bearer x");
    free(fixture);
}

static void ways_that_are_not_gone_are_refused(void **state) {
    (void)state;
    struct fixture *fixture = aim_at("http://127.0.0.1:1");
    fixture->aim.port = 7;
    text_copy(fixture->target.proxy, TARGET_URL_SIZE, "http://127.0.0.1:3128");
    assert_false(load_aim(&fixture->target, &fixture->aim, &err));
    fixture->target.proxy[0] = '\0';
    text_copy(fixture->target.url, TARGET_URL_SIZE, "http://me:secret@127.0.0.1:1");
    assert_false(load_aim(&fixture->target, &fixture->aim, &err));
    assert_null(strstr(err.message, "secret"));
    assert_int_equal(fixture->aim.port, 7);
    free(fixture);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_url_says_whom_to_ask),
        cmocka_unit_test(somebody_else_may_be_reached),
        cmocka_unit_test(the_headers_of_the_target_go_along),
        cmocka_unit_test(ways_that_are_not_gone_are_refused),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
