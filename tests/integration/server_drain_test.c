/* How a server stops: what is there is answered, what comes is not. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "support/serving.h"

#define GET "GET /x?y=1 HTTP/1.1\r\nHost: a\r\n\r\n"

static void on_drained(void *owner) {
    struct serving *serving = owner;
    serving->drained_count++;
    loop_stop(serving->loop);
}

static void draining_answers_what_is_there(void **state) {
    struct serving *serving = *state;
    serving->behaviour = HOLD;
    struct client client;
    client_start(&client, serving, slice_of(GET));
    serving_run_until(serving, &serving->held_count, 1);
    server_drain(serving->server, SERVING_PATIENCE_NS, on_drained);
    assert_int_equal(serving->drained_count, 0);

    struct client late;
    client_start(&late, serving, slice_of(GET));
    client_run_until_end(&late);
    assert_int_equal(late.reply.length, 0);
    client_end(&late);
    assert_int_equal(serving->drained_count, 0);

    serving_answer_held(serving);
    serving_run_until(serving, &serving->drained_count, 1);
    client_run_until(&client, "GET /x ", 1);
    assert_int_equal(client_count(&client, "Connection: close"), 1);
    client_end(&client);
}

static void draining_ends_at_its_limit(void **state) {
    struct serving *serving = *state;
    serving->behaviour = HOLD;
    struct client client;
    client_start(&client, serving, slice_of(GET));
    serving_run_until(serving, &serving->held_count, 1);
    server_drain(serving->server, 50 * NS_PER_MS, on_drained);
    serving_run_until(serving, &serving->drained_count, 1);
    assert_int_equal(serving->gone_count, 0);

    server_free(serving->server);
    serving->server = NULL;
    assert_int_equal(serving->gone_count, 1);
    client_run_until_end(&client);
    assert_int_equal(client_count(&client, "HTTP/1.1 503 "), 1);
    client_end(&client);
}

static void draining_an_idle_server_ends_soon(void **state) {
    struct serving *serving = *state;
    server_drain(serving->server, SERVING_PATIENCE_NS, on_drained);
    assert_int_equal(serving->drained_count, 0);
    serving_run(serving);
    assert_int_equal(serving->drained_count, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, serving_start, serving_stop)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(draining_answers_what_is_there),
        TEST(draining_ends_at_its_limit),
        TEST(draining_an_idle_server_ends_soon),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
