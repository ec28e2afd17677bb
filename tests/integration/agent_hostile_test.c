/* What the real service does with requests that nobody should send, all at the same
 * time and again and again, while a normal client is served beside them. */
/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/units.h"
#include "io/loop.h"
#include "support/malformed.h"
#include "support/meter.h"
#include "support/plain.h"
#include "support/test_stack.h"

#define PROGRAM BINARIES_FOLDER "/flightdeck-agent"

enum {
    WAVES = 4,
    ATTEMPTS_MAX = 128,
    WORDS_MAX = 256 * 1024,
    REPLY_SIZE = 16 * 1024,
    TURN_MS = 20, /* between two bytes that drip */
    GROWTH_MAX = 2 * 1024 * 1024,
    SERVED_MIN = 20,
};

static const uint64_t complete_ns = NS_PER_S; /* as below */
static const uint64_t patience_ns = 30 * NS_PER_S;
static const uint64_t flood_max = 64U << 20; /* bytes: what kernels may hold */

static struct test_stack stack;
static struct sockaddr_in address;

static int set_up(void **state) {
    (void)state;
    static const char *const more[] = {"--complete-timeout", "1s", NULL};
    test_stack_start(&stack, PROGRAM, "instant");
    test_stack_serve(&stack, 0, "v1", more);
    const char *colon = strrchr(stack.urls[0], ':');
    address = (struct sockaddr_in){
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)strtoul(colon + 1, NULL, 10)),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    return 0;
}

static int tear_down(void **state) {
    (void)state;
    test_stack_stop(&stack);
    return 0;
}

static int open_connection(void) {
    int descriptor = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_true(descriptor >= 0);
    assert_int_equal(
        connect(descriptor, (const struct sockaddr *)&address, sizeof address), 0);
    return descriptor;
}

struct attempt {
    const struct malformed *request;
    struct buffer words;
    size_t sent;    /* of them */
    uint64_t flood; /* bytes behind them */
    int descriptor;
    bool has_ended; /* the service has closed it */
    uint64_t start_ns, end_ns;
    size_t reply_length;
    char reply[REPLY_SIZE];
};

static void begin(struct attempt *attempt, const struct malformed *request) {
    *attempt = (struct attempt){.request = request, .descriptor = open_connection()};
    assert_int_equal(fcntl(attempt->descriptor, F_SETFL, O_NONBLOCK), 0);
    buffer_init(&attempt->words, WORDS_MAX);
    malformed_write(request, &attempt->words);
    assert_false(attempt->words.overflow);
    attempt->start_ns = loop_clock_ns();
}

static void end(struct attempt *attempt) {
    attempt->has_ended = true;
    attempt->end_ns = loop_clock_ns();
    close(attempt->descriptor);
    attempt->descriptor = -1; /* poll() passes it over */
}

/* False once nobody takes anything any more; the answer may still be there. */
static bool say(
    struct attempt *attempt, const char *bytes, size_t length, size_t *sent) {
    ssize_t taken = send(attempt->descriptor, bytes, length, MSG_NOSIGNAL);
    *sent = taken > 0 ? (size_t)taken : 0;
    return taken >= 0 || errno == EAGAIN;
}

static void go_on(struct attempt *attempt) {
    const struct malformed *request = attempt->request;
    size_t sent = 0;
    switch (request->way) {
    case MALFORMED_WHOLE:
    case MALFORMED_STALL: break;
    case MALFORMED_DRIP: (void)say(attempt, "a", 1, &sent); break;
    case MALFORMED_LEAVE: end(attempt); break;
    case MALFORMED_HALF_CLOSE: shutdown(attempt->descriptor, SHUT_WR); break;
    case MALFORMED_ENDLESS:
        do {
            (void)say(attempt, request->unit, strlen(request->unit), &sent);
            attempt->flood += sent;
        } while (sent > 0);
        break;
    }
}

static void speak(struct attempt *attempt) {
    size_t rest = attempt->words.length - attempt->sent;
    if (rest > 0) {
        size_t sent = 0;
        const char *words = buffer_slice(&attempt->words).data + attempt->sent;
        if (!say(attempt, words, rest, &sent)) sent = rest;
        attempt->sent += sent;
        rest -= sent;
    }
    if (rest == 0) go_on(attempt);
}

static void listen_to(struct attempt *attempt) {
    ssize_t got = 1;
    while (got > 0) {
        size_t room = sizeof attempt->reply - 1 - attempt->reply_length;
        char *to = attempt->reply + attempt->reply_length;
        got = recv(attempt->descriptor, to, room, 0);
        if (got > 0) attempt->reply_length += (size_t)got;
    }
    if (got == 0 || errno != EAGAIN) end(attempt);
}

/* One turn of all that have not ended; how many there are. */
static size_t turn(struct attempt *attempts) {
    struct pollfd polled[ATTEMPTS_MAX];
    size_t left = 0;
    for (size_t i = 0; i < malformed_count; i++) {
        polled[i] = (struct pollfd){.fd = attempts[i].descriptor, .events = POLLIN};
        left += !attempts[i].has_ended;
    }
    assert_true(poll(polled, malformed_count, TURN_MS) >= 0);
    for (size_t i = 0; i < malformed_count; i++) {
        if (!attempts[i].has_ended && polled[i].revents) listen_to(&attempts[i]);
        if (!attempts[i].has_ended) speak(&attempts[i]);
    }
    return left;
}

static unsigned status_of(const struct attempt *attempt) {
    uint64_t status = 0;
    struct scan scan = scan_of(
        (struct slice){.data = attempt->reply, .length = attempt->reply_length});
    if (!scan_literal(&scan, "HTTP/1.1 ")) return 0;
    return slice_u64(scan_until(&scan, ' '), &status) ? (unsigned)status : 0;
}

static bool is_as_wanted(const struct attempt *attempt) {
    const struct malformed *request = attempt->request;
    unsigned status = status_of(attempt);
    uint64_t took_ns = attempt->end_ns - attempt->start_ns;
    bool is_slow = request->way == MALFORMED_DRIP || request->way == MALFORMED_STALL;
    if (is_slow && took_ns < complete_ns) return false;
    if (attempt->flood > flood_max) return false;
    return status == request->status || (status == 0 && request->may_be_closed);
}

static void assert_wave(void) {
    static struct attempt attempts[ATTEMPTS_MAX];
    assert_in_range(malformed_count, 60, ATTEMPTS_MAX);
    for (size_t i = 0; i < malformed_count; i++) {
        begin(&attempts[i], &malformed_requests[i]);
    }
    uint64_t start_ns = loop_clock_ns();
    while (turn(attempts) > 0 && loop_clock_ns() - start_ns < patience_ns) continue;
    unsigned failed = 0;
    for (size_t i = 0; i < malformed_count; i++) {
        struct attempt *attempt = &attempts[i];
        if (!attempt->has_ended || !is_as_wanted(attempt)) {
            print_error(
                "%s: %s, %u after %.1f s: %.80s\n", attempt->request->name,
                attempt->has_ended ? "closed" : "open", status_of(attempt),
                (double)(attempt->end_ns - attempt->start_ns) / (double)NS_PER_S,
                attempt->reply);
            failed++;
        }
        if (!attempt->has_ended) end(attempt);
        buffer_clear(&attempt->words);
    }
    assert_int_equal(failed, 0);
}

/* A normal client, in a process of its own. */
struct neighbour {
    unsigned served, failed;
    uint64_t longest_ns;
};

static bool is_served(void) {
    static const char words[] = "POST /chat HTTP/1.1\r\nHost: a\r\nConnection: "
                                "close\r\nContent-Length: 43\r\n\r\n"
                                "{\"user_id\":\"a\",\"message\":\"What is 2 + 2?\"}\n";
    char reply[REPLY_SIZE];
    size_t length = 0;
    ssize_t got = 1;
    int descriptor = open_connection();
    struct timeval patience = {.tv_sec = 20};
    setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    (void)send(descriptor, words, sizeof words - 1, MSG_NOSIGNAL);
    while (got > 0 && length < sizeof reply - 1) {
        got = recv(descriptor, reply + length, sizeof reply - 1 - length, 0);
        if (got > 0) length += (size_t)got;
    }
    close(descriptor);
    reply[length] = '\0';
    return strstr(reply, " 200 OK") && strstr(reply, "2 + 2 is 4.");
}

static _Noreturn void be_neighbour(struct neighbour *neighbour) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    for (;;) {
        uint64_t start_ns = loop_clock_ns();
        if (is_served()) {
            neighbour->served++;
        } else {
            neighbour->failed++;
        }
        uint64_t took_ns = loop_clock_ns() - start_ns;
        if (took_ns > neighbour->longest_ns) neighbour->longest_ns = took_ns;
        poll(NULL, 0, TURN_MS); /* how often it asks: nothing is waited for */
    }
}

static void hostile_requests_harm_nobody(void **state) {
    (void)state;
    struct neighbour *neighbour = mmap(
        NULL, sizeof *neighbour, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1,
        0);
    assert_ptr_not_equal(neighbour, MAP_FAILED);
    pid_t child = fork();
    assert_true(child >= 0);
    if (child == 0) be_neighbour(neighbour);

    pid_t serve = stack.serves[0].pid;
    assert_wave();
    uint64_t before = meter_read(serve).rss_anon_bytes;
    for (int wave = 1; wave < WAVES; wave++) assert_wave();
    uint64_t after = meter_read(serve).rss_anon_bytes;

    kill(child, SIGKILL);
    waitpid(child, NULL, 0);
    print_message(
        "%d waves of %zu requests: RssAnon %llu to %llu KiB; beside them %u chats, the "
        "longest %.0f ms\n",
        WAVES, malformed_count, (unsigned long long)before / 1024,
        (unsigned long long)after / 1024, neighbour->served,
        (double)neighbour->longest_ns / (double)NS_PER_MS);
    assert_int_equal(neighbour->failed, 0);
    assert_true(neighbour->served >= SERVED_MIN);
    if (test_is_plain()) assert_true(after < before + GROWTH_MAX);
    munmap(neighbour, sizeof *neighbour);
    while (test_stack_metric(&stack, 0, "agent_requests_active") > 0) {
        test_client_breathe(&stack.client);
    }
    assert_true(test_process_runs(&stack.serves[0]));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(hostile_requests_harm_nobody),
    };
    return cmocka_run_group_tests(tests, set_up, tear_down);
}
