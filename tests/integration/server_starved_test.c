/* What a server does while no descriptor is free for those who connect. */
/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "support/serving.h"

#define WATCHED_NS (500 * NS_PER_MS)

/* In the kernel's queue of those that wait to be accepted; with a request. */
static int connect_to(const struct serving *serving) {
    static const char request[] = "GET /x HTTP/1.1\r\nHost: a\r\n\r\n";
    struct sockaddr_in to = {
        .sin_family = AF_INET,
        .sin_port = htons(server_port(serving->server)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(client >= 0);
    assert_int_equal(connect(client, (struct sockaddr *)&to, sizeof to), 0);
    assert_int_equal(send(client, request, strlen(request), 0), strlen(request));
    return client;
}

/* No descriptor can be had any more; what is to be set again later. */
static struct rlimit take_all_descriptors(void) {
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
    int free_one = dup(STDERR_FILENO);
    assert_true(free_one >= 0);
    close(free_one);
    struct rlimit less = {.rlim_cur = (rlim_t)free_one, .rlim_max = before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &less), 0);
    return before;
}

static uint64_t used_ns(void) {
    struct timespec used;
    assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used), 0);
    return (uint64_t)used.tv_sec * NS_PER_S + (uint64_t)used.tv_nsec;
}

static void on_watched(void *owner, uint64_t now_ns) {
    (void)now_ns;
    loop_stop(owner);
}

/* The processor's share of WATCHED_NS, in per cent. */
static uint64_t watch(struct serving *serving) {
    uint64_t before_ns = used_ns();
    (void)loop_after(serving->loop, WATCHED_NS, on_watched, serving->loop);
    serving_run(serving);
    return (used_ns() - before_ns) * 100 / WATCHED_NS;
}

static void who_cannot_be_accepted_waits_and_so_does_the_server(void **state) {
    struct serving *serving = *state;
    char reply[64] = "";
    int client = connect_to(serving);
    struct rlimit before = take_all_descriptors();
    uint64_t share = watch(serving);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(serving->seen_count, 0);
    assert_int_equal(serving->starved_count, 1);
    assert_true(share < 25);

    serving_run_until(serving, &serving->seen_count, 1);
    assert_true(recv(client, reply, sizeof reply - 1, 0) > 0);
    assert_true(slice_starts_with(slice_of(reply), "HTTP/1.1 200 "));
    close(client);
    assert_int_equal(serving->starved_count, 1);
}

/* However little happens when that one ends. */
static void who_comes_later_waits_for_who_is_there(void **state) {
    struct serving *serving = *state;
    serving->behaviour = HOLD;
    int first = connect_to(serving);
    serving_run_until(serving, &serving->seen_count, 1);
    int second = connect_to(serving);
    struct rlimit before = take_all_descriptors();
    uint64_t share = watch(serving);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    assert_int_equal(serving->seen_count, 1);
    assert_int_equal(serving->starved_count, 1);
    assert_true(share < 25);

    close(first);
    serving_run_until(serving, &serving->seen_count, 2);
    close(second);
    serving_run_until(serving, &serving->gone_count, 2);
}

static void a_server_may_end_while_it_waits(void **state) {
    struct serving *serving = *state;
    int client = connect_to(serving);
    struct rlimit before = take_all_descriptors();
    serving_run_until(serving, &serving->starved_count, 1);
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
    server_free(serving->server);
    serving->server = NULL;
    close(client);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, serving_start, serving_stop)

int main(void) {
    const struct CMUnitTest tests[] = {
        TEST(who_cannot_be_accepted_waits_and_so_does_the_server),
        TEST(who_comes_later_waits_for_who_is_there),
        TEST(a_server_may_end_while_it_waits),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
