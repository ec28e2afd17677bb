/* A thousand chats that are told at the same time:
 * what they cost, and what is left when all have gone. */
/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/units.h"
#include "io/loop.h"
#include "support/meter.h"
#include "support/plain.h"
#include "support/test_stack.h"

#define PROGRAM BINARIES_FOLDER "/flightdeck-agent"

#if defined(__SANITIZE_ADDRESS__) /* whose memory is not the service's */
enum { STREAMS = 200 };
#else
enum { STREAMS = 1000 };
#endif
enum { DESCRIPTORS = 1200, RSS_ANON_MAX = 64 * 1024 * 1024 };

static const uint64_t patience_ns = 60 * NS_PER_S;

static struct test_stack stack;

static int set_up(void **state) {
    (void)state;
    static const char *const more[] = {
        "--sync-max", "2000", "--stream-ping", "300ms", NULL};
    struct rlimit limit;
    assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
    if (limit.rlim_cur < DESCRIPTORS) limit.rlim_cur = DESCRIPTORS;
    assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
    test_stack_start(&stack, PROGRAM, "instant");
    test_stack_serve(&stack, 0, "v1", more);
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    test_stack_stop(&stack);
    return 0;
}

/* A stream that stays open: its model never answers. */
static int open_stream(void) {
    static const char words[] =
        "POST /chat/stream HTTP/1.1\r\nHost: a\r\nContent-Length: 43\r\n\r\n"
        "{\"user_id\":\"a\",\"message\":\"never answer me\"}";
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)strtoul(strrchr(stack.urls[0], ':') + 1, NULL, 10)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(descriptor >= 0);
    assert_int_equal(
        connect(descriptor, (const struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(
        send(descriptor, words, sizeof words - 1, MSG_NOSIGNAL), sizeof words - 1);
    return descriptor;
}

/* Until each has heard that the service is alive. */
static void wait_for_pings(const int descriptors[STREAMS]) {
    uint64_t start_ns = loop_clock_ns();
    for (int i = 0; i < STREAMS; i++) {
        char reply[4096];
        size_t length = 0;
        while (true) {
            ssize_t got =
                recv(descriptors[i], reply + length, sizeof reply - 1 - length, 0);
            assert_true(got > 0);
            length += (size_t)got;
            reply[length] = '\0';
            if (strstr(reply, ": ping")) break;
            assert_null(strstr(reply, "HTTP/1.1 400"));
            assert_true(loop_clock_ns() - start_ns < patience_ns);
        }
        assert_non_null(strstr(reply, "HTTP/1.1 200 OK\r\n"));
    }
}

static void a_thousand_streams_are_cheap(void **state) {
    (void)state;
    static int descriptors[STREAMS];
    for (int i = 0; i < STREAMS; i++) descriptors[i] = open_stream();
    wait_for_pings(descriptors);
    assert_true(test_stack_metric(&stack, 0, "agent_requests_active") == STREAMS);
    uint64_t bytes = meter_read(stack.serves[0].pid).rss_anon_bytes;
    print_message(
        "%d open streams: RssAnon %llu KiB\n", STREAMS,
        (unsigned long long)bytes / 1024);
    if (test_is_plain()) assert_true(bytes < RSS_ANON_MAX);
    for (int i = 0; i < STREAMS; i++) close(descriptors[i]);
    uint64_t start_ns = loop_clock_ns();
    while (test_stack_metric(&stack, 0, "agent_requests_active") > 0) {
        assert_true(loop_clock_ns() - start_ns < patience_ns);
        test_client_breathe(&stack.client);
    }
    assert_true(
        test_stack_metric(&stack, 0, "agent_requests_total{status=\"cancelled\"}") ==
        STREAMS);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_thousand_streams_are_cheap),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
