/* SPDX-License-Identifier: MIT */
#include "io/redis.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/text.h"
#include "support/asked.h"
#include "support/test_redis.h"

static void commands_are_answered_over_every_transport(void **state) {
    (void)state;
    struct test_redis server;
    test_redis_start_tcp(&server);
    const char *const urls[] = {server.url, server.tcp_url};
    for (size_t i = 0; i < 2; i++) {
        struct asked asked;
        asked_connect_to(&asked, urls[i]);
        ASK(&asked, "SET", "name", "value");
        ASK(&asked, "GET", "name");
        assert_int_equal(asked.answers, 0); /* never inside the call */
        asked_run_until(&asked, 2);
        assert_int_equal(asked.kind, REDIS_STRING);
        assert_string_equal(asked.words, "value");
        assert_true(redis_connected(asked.redis));
        asked_clear(&asked);
    }
    test_redis_stop(&server);
}

static void password_database_and_name_are_sent_first(void **state) {
    (void)state;
    const char *const extra[] = {"--requirepass", "s3cret@x", NULL};
    struct test_redis server;
    test_redis_start_with(&server, true, extra);
    char url[128];
    struct text text = TEXT_IN(url);
    text_addf(&text, "redis://:s3cret%%40x@127.0.0.1:%u/5", server.port);
    struct asked asked;
    const struct redis_options options = {
        .url = url, .client_name = "cockpit", .authority = REDIS_MAY_ACT};
    asked_connect(&asked, &options);
    ASK(&asked, "CLIENT", "INFO");
    asked_run_until(&asked, 1);
    assert_non_null(strstr(asked.words, " name=cockpit "));
    assert_non_null(strstr(asked.words, " db=5 "));
    asked_clear(&asked);

    text_reset(&text);
    text_addf(&text, "redis://:wrong@127.0.0.1:%u", server.port);
    asked_connect_to(&asked, url);
    redis_ask(asked.redis, 200 * NS_PER_MS, asked_on_answer, &asked, "PING", NULL);
    asked_run_until(&asked, 1);
    assert_int_equal(asked.error.code, ERROR_AUTH);
    assert_null(strstr(asked.error.message, "wrong@"));
    asked_clear(&asked);

    asked_connect_to(&asked, server.tcp_url);
    redis_ask(asked.redis, 200 * NS_PER_MS, asked_on_answer, &asked, "PING", NULL);
    asked_run_until(&asked, 1);
    assert_int_equal(asked.error.code, ERROR_AUTH);
    asked_clear(&asked);
    test_redis_stop(&server);
}

static void a_reader_cannot_write(void **state) {
    (void)state;
    struct test_redis server;
    test_redis_start(&server);
    struct asked asked;
    const struct redis_options options = {.url = server.url};
    asked_connect(&asked, &options);
    ASK(&asked, "SET", "a", "b");
    assert_int_equal(asked.answers, 0);
    asked_run_until(&asked, 1);
    assert_int_equal(asked.error.code, ERROR_FORBIDDEN);
    ASK(&asked, "DBSIZE");
    asked_run_until(&asked, 2);
    assert_int_equal(asked.integer, 0);
    asked_clear(&asked);
    test_redis_stop(&server);
}

static void a_refused_connection_is_the_answer(void **state) {
    (void)state;
    char url[64];
    struct text text = TEXT_IN(url);
    text_addf(&text, "redis://127.0.0.1:%u", test_free_port());
    struct asked asked;
    asked_connect_to(&asked, url);
    redis_ask(asked.redis, 50 * NS_PER_MS, asked_on_answer, &asked, "PING", NULL);
    asked_run_until(&asked, 1);
    assert_int_equal(asked.error.code, ERROR_CONNECT);
    assert_non_null(strstr(asked.error.message, "refused"));
    assert_int_equal(redis_last_error(asked.redis)->code, ERROR_CONNECT);
    asked_clear(&asked);
}

static void a_restarted_server_is_found_again(void **state) {
    (void)state;
    struct test_redis server;
    test_redis_start_tcp(&server);
    struct asked asked;
    asked_connect_to(&asked, server.tcp_url);
    ASK(&asked, "PING");
    asked_run_until(&asked, 1);
    for (unsigned i = 0; i < 3; i++) {
        test_redis_kill(&server);
        test_redis_restart(&server);
        ASK(&asked, "PING");
        asked_run_until(&asked, 2 + i);
        /* Sent into the dead connection, or after it was seen to be dead. */
        assert_true(asked.error.code == ERROR_NONE || asked.error.code == ERROR_LOST);
    }
    ASK(&asked, "PING");
    asked_run_until(&asked, 5);
    assert_string_equal(asked.words, "PONG");
    asked_clear(&asked);
    test_redis_stop(&server);
}

static void commands_on_their_way_are_lost_with_the_connection(void **state) {
    (void)state;
    struct test_redis server;
    test_redis_start(&server);
    struct asked asked;
    asked_connect_to(&asked, server.url);
    ASK(&asked, "PING");
    asked_run_until(&asked, 1);
    kill(server.process.pid, SIGSTOP);
    for (int i = 0; i < 3; i++) ASK(&asked, "INCR", "n");
    test_redis_kill(&server);
    asked_run_until(&asked, 4);
    assert_int_equal(asked.error.code, ERROR_LOST);
    assert_false(redis_connected(asked.redis));
    asked_clear(&asked);
    test_redis_stop(&server);
}

static void a_frozen_server_costs_a_deadline_and_the_connection(void **state) {
    (void)state;
    struct test_redis server;
    test_redis_start(&server);
    struct asked asked;
    asked_connect_to(&asked, server.url);
    ASK(&asked, "PING");
    asked_run_until(&asked, 1);
    kill(server.process.pid, SIGSTOP);
    ASK(&asked, "PING");
    redis_ask(asked.redis, 50 * NS_PER_MS, asked_on_answer, &asked, "PING", NULL);
    asked_run_until(&asked, 3); /* the other one is lost with the connection */
    assert_int_equal(asked.error.code, ERROR_LOST);
    assert_false(redis_connected(asked.redis));
    kill(server.process.pid, SIGCONT);
    ASK(&asked, "PING");
    asked_run_until(&asked, 4);
    assert_int_equal(asked.error.code, ERROR_NONE);
    asked_clear(&asked);
    test_redis_stop(&server);
}

static void a_late_reply_goes_to_nobody_else(void **state) {
    (void)state;
    struct test_redis server;
    test_redis_start(&server);
    struct asked asked;
    asked_connect_to(&asked, server.url);
    /* The first answer shows that the server lives, the second is late. */
    redis_ask(
        asked.redis, 50 * NS_PER_MS, asked_on_answer, &asked, "BLPOP", "nothing", "0.3",
        NULL);
    asked_run_until(&asked, 1);
    assert_int_equal(asked.error.code, ERROR_TIMEOUT);
    ASK(&asked, "ECHO", "mine");
    asked_run_until(&asked, 2);
    assert_string_equal(asked.words, "mine");
    asked_clear(&asked);
    test_redis_stop(&server);
}

static void a_cancelled_command_stays_silent(void **state) {
    (void)state;
    struct test_redis server;
    test_redis_start(&server);
    struct asked asked;
    int other = 0;
    asked_connect_to(&asked, server.url);
    uint64_t ticket = ASK(&asked, "ECHO", "one");
    redis_ask(
        asked.redis, ASKED_LIMIT_NS, asked_on_answer, &other, "ECHO", "two", NULL);
    ASK(&asked, "ECHO", "three");
    redis_cancel(asked.redis, ticket);
    redis_cancel_all(asked.redis, &other);
    asked_run_until(&asked, 1);
    assert_string_equal(asked.words, "three");
    asked_clear(&asked);
    test_redis_stop(&server);
}

static void on_answer_free(void *owner, const struct redis_result *result) {
    struct asked *asked = owner;
    asked_on_answer(owner, result);
    redis_free(asked->redis);
    asked->redis = NULL;
    loop_stop(asked->loop);
}

static void the_client_may_be_freed_by_its_own_answer(void **state) {
    (void)state;
    struct test_redis server;
    test_redis_start(&server);
    struct asked asked;
    asked_connect_to(&asked, server.url);
    redis_ask(asked.redis, ASKED_LIMIT_NS, on_answer_free, &asked, "PING", NULL);
    ASK(&asked, "PING");
    loop_run(asked.loop);
    assert_int_equal(asked.answers, 1);
    asked_clear(&asked);

    asked_connect_to(&asked, "redis://127.0.0.1:1");
    redis_ask(asked.redis, NS_PER_MS, on_answer_free, &asked, "PING", NULL);
    ASK(&asked, "PING");
    loop_run(asked.loop);
    assert_int_equal(asked.answers, 1);
    asked_clear(&asked);
    test_redis_stop(&server);
}

static void only_so_many_commands_may_wait(void **state) {
    (void)state;
    struct asked asked;
    asked_connect_to(&asked, "unix:///nonexistent/redis.sock");
    for (unsigned i = 0; i < REDIS_PENDING_MAX + 5; i++) ASK(&asked, "PING");
    asked_run_until(&asked, 5);
    assert_int_equal(asked.error.code, ERROR_LIMIT);
    asked_clear(&asked);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(commands_are_answered_over_every_transport),
        cmocka_unit_test(password_database_and_name_are_sent_first),
        cmocka_unit_test(a_reader_cannot_write),
        cmocka_unit_test(a_refused_connection_is_the_answer),
        cmocka_unit_test(a_restarted_server_is_found_again),
        cmocka_unit_test(commands_on_their_way_are_lost_with_the_connection),
        cmocka_unit_test(a_frozen_server_costs_a_deadline_and_the_connection),
        cmocka_unit_test(a_late_reply_goes_to_nobody_else),
        cmocka_unit_test(a_cancelled_command_stays_silent),
        cmocka_unit_test(the_client_may_be_freed_by_its_own_answer),
        cmocka_unit_test(only_so_many_commands_may_wait),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
