/* SPDX-License-Identifier: MIT */
#include "io/http.h"

#include <arpa/inet.h>
#include <errno.h>
#include <malloc.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/units.h"
#include "io/loop.h"
#include "support/hostile.h"

enum {
    TIMEOUT_MS = 400,
    GRACE_MS = 250, /* how much later than its timeout a call may end */
    BODY_MAX = 64 * 1024,
    GROWTH_MAX = 8 * 1024 * 1024,
    FULL_PORT_WAITING = 4,
};

struct fixture {
    struct hostile *hostile;
    struct loop *loop;
    struct http *http;
};

/* What was seen of a reply, kept past its callback. */
struct seen {
    struct loop *loop;
    struct http_call *call;
    struct error error;
    unsigned status;
    size_t body_length;
    char body[256];
    char location[64];
    unsigned times;
    uint64_t total_ns, connect_ns;
};

static int start(void **state) {
    struct fixture *fixture = calloc(1, sizeof *fixture);
    fixture->hostile = hostile_new();
    fixture->loop = loop_new();
    fixture->http = http_new(fixture->loop, HTTP_MAY_ACT);
    *state = fixture;
    return 0;
}

static int stop(void **state) {
    struct fixture *fixture = *state;
    http_free(fixture->http);
    loop_free(fixture->loop);
    hostile_free(fixture->hostile);
    free(fixture);
    return 0;
}

static void on_done(void *owner, const struct http_reply *reply) {
    struct seen *seen = owner;
    seen->call = NULL;
    seen->error = reply->error;
    seen->status = reply->status;
    seen->body_length = reply->body.length;
    size_t kept = reply->body.length < 255 ? reply->body.length : 255;
    memcpy(seen->body, reply->body.data, kept);
    seen->body[kept] = '\0';
    const char *location = http_reply_header(reply, "location");
    if (location) snprintf(seen->location, sizeof seen->location, "%s", location);
    seen->total_ns = reply->total_ns;
    seen->connect_ns = reply->connect_ns;
    seen->times++;
    loop_stop(seen->loop);
}

static struct http_request request_to(const char *url) {
    return (struct http_request){
        .url = url,
        .timeout_ns = TIMEOUT_MS * NS_PER_MS,
        .body_max_bytes = BODY_MAX,
    };
}

static struct seen ask(
    const struct fixture *fixture, const struct http_request *request) {
    struct seen seen = {.loop = fixture->loop};
    seen.call = http_start(fixture->http, request, on_done, &seen);
    assert_int_equal(seen.times, 0);
    loop_run(fixture->loop);
    assert_int_equal(seen.times, 1);
    return seen;
}

static struct seen ask_case(const struct fixture *fixture, const char *name) {
    char url[256];
    hostile_url(fixture->hostile, name, url, sizeof url);
    struct http_request request = request_to(url);
    return ask(fixture, &request);
}

static void hostile_peers_end_with_a_clear_error(void **state) {
    static const struct {
        const char *name;
        enum error_code code;
        unsigned status; /* without an error */
    } cases[] = {
        {"close", ERROR_LOST, 0},
        {"reset", ERROR_LOST, 0},
        {"reset-in-header", ERROR_LOST, 0},
        {"reset-in-body", ERROR_LOST, 0},
        {"never-answers", ERROR_TIMEOUT, 0},
        {"slow-header", ERROR_TIMEOUT, 0},
        {"slow-header-bytes", ERROR_TIMEOUT, 0},
        {"slow-body", ERROR_TIMEOUT, 0},
        {"hang-after-header", ERROR_TIMEOUT, 0},
        {"infinite-chunked", ERROR_LIMIT, 0},
        {"infinite-body", ERROR_LIMIT, 0},
        {"json-large", ERROR_LIMIT, 0},
        {"metrics-huge", ERROR_LIMIT, 0},
        {"gzip-bomb", ERROR_LIMIT, 0},
        {"length-huge", ERROR_LIMIT, 0},
        {"length-short", ERROR_LOST, 0},
        {"length-twice", ERROR_PROTOCOL, 0},
        {"length-words", ERROR_PROTOCOL, 0},
        {"close-in-header", ERROR_PROTOCOL, 0},
        {"length-long", ERROR_NONE, 200},
        {"length-negative", ERROR_PROTOCOL, 0},
        {"chunk-overflow", ERROR_PROTOCOL, 0},
        {"chunk-negative", ERROR_PROTOCOL, 0},
        {"chunk-garbage", ERROR_PROTOCOL, 0},
        {"chunk-cut", ERROR_LOST, 0},
        {"long-header", ERROR_LIMIT, 0},
        {"endless-header", ERROR_LIMIT, 0},
        {"many-headers", ERROR_LIMIT, 0},
        {"cookie-flood", ERROR_LIMIT, 0},
        {"1xx-flood", ERROR_LIMIT, 0},
        {"nul-in-header", ERROR_PROTOCOL, 0},
        {"no-colon", ERROR_PROTOCOL, 0},
        {"http-0.9", ERROR_PROTOCOL, 0},
        {"http-3.7", ERROR_PROTOCOL, 0},
        {"status-garbage", ERROR_PROTOCOL, 0},
        {"204-with-body", ERROR_NONE, 204},
        {"304", ERROR_NONE, 304},
        {"500", ERROR_NONE, 500},
        {"empty-200", ERROR_NONE, 200},
        {"encoding-unasked", ERROR_NONE, 200},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct seen seen = ask_case(*state, cases[i].name);
        printf("%s: %u %s\n", cases[i].name, seen.status, seen.error.message);
        assert_string_equal(
            error_code_name(seen.error.code), error_code_name(cases[i].code));
        if (cases[i].code == ERROR_NONE) {
            assert_int_equal(seen.status, cases[i].status);
        } else {
            assert_non_null(strstr(seen.error.message, "127.0.0.1:"));
        }
    }
}

static void every_case_ends_in_time_and_in_bounds(void **state) {
    size_t before = mallinfo2().uordblks;
    for (size_t i = 0; hostile_case(i); i++) {
        uint64_t started_ns = loop_clock_ns();
        struct seen seen = ask_case(*state, hostile_case(i));
        uint64_t took_ms = (loop_clock_ns() - started_ns) / NS_PER_MS;
        printf("%s: %u ms\n", hostile_case(i), (unsigned)took_ms);
        assert_in_range(took_ms, 0, TIMEOUT_MS + GRACE_MS);
        assert_true(seen.body_length <= BODY_MAX);
    }
    size_t after = mallinfo2().uordblks;
    assert_true(after < before + GROWTH_MAX);
}

static void redirects_are_not_followed(void **state) {
    static const struct {
        const char *name, *location;
    } cases[] = {
        {"redirect-loop", "/redirect-loop"},
        {"redirect-file", "file:///etc/passwd"},
        {"redirect-gopher", "gopher://127.0.0.1:6379/_X"},
        {"redirect-metadata", "http://169.254.169.254/latest/"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct seen seen = ask_case(*state, cases[i].name);
        assert_int_equal(seen.error.code, ERROR_NONE);
        assert_int_equal(seen.status, 302);
        assert_string_equal(seen.location, cases[i].location);
    }
}

static void what_cannot_be_reached_says_so(void **state) {
    struct fixture *fixture = *state;
    struct http_request request = request_to("http://127.0.0.1:1/health");
    struct seen seen = ask(fixture, &request);
    assert_int_equal(seen.error.code, ERROR_CONNECT);
    assert_string_equal(seen.error.message, "127.0.0.1:1: Connection refused");

    static const char *const urls[] = {
        "",        "127.0.0.1:1", "file:///etc/passwd",    "ftp://127.0.0.1/",
        "http://", "http://a b/", "gopher://127.0.0.1:1/", "http://127.0.0.1:99999/"};
    for (size_t i = 0; i < sizeof urls / sizeof *urls; i++) {
        request.url = urls[i];
        seen = ask(fixture, &request);
        assert_string_equal(error_code_name(seen.error.code), "usage");
        assert_int_equal(seen.status, 0);
    }
}

/* A label over 63 bytes is no name, so that nobody is asked for it. */
static void a_name_that_leads_nowhere_is_told_every_time(void **state) {
    char url[128];
    snprintf(url, sizeof url, "http://%064d.invalid/health", 0);
    struct http_request request = request_to(url);
    for (int i = 0; i < 3; i++) {
        struct seen seen = ask(*state, &request);
        assert_int_equal(seen.error.code, ERROR_CONNECT);
        assert_non_null(strstr(seen.error.message, ": no address for this name"));
    }
    assert_int_equal(ask_case(*state, "empty-200").status, 200);
}

static void a_reader_sends_nothing_but_reads(void **state) {
    struct fixture *fixture = *state;
    struct http *reader = http_new(fixture->loop, HTTP_READ_ONLY);
    struct fixture reading = {fixture->hostile, fixture->loop, reader};
    char url[256];
    hostile_url(fixture->hostile, "empty-200", url, sizeof url);
    struct http_header override = {"x-http-method-override", "DELETE"};
    static const char *const methods[] = {"POST", "PUT", "DELETE", "PATCH", "get"};
    struct http_request request = request_to(url);
    for (size_t i = 0; i < sizeof methods / sizeof *methods; i++) {
        request.method = methods[i];
        assert_int_equal(ask(&reading, &request).error.code, ERROR_FORBIDDEN);
    }
    request.method = NULL;
    request.body = slice_of("x");
    assert_int_equal(ask(&reading, &request).error.code, ERROR_FORBIDDEN);
    request.body = (struct slice){0};
    request.headers = &override;
    request.header_count = 1;
    assert_int_equal(ask(&reading, &request).error.code, ERROR_FORBIDDEN);
    request.header_count = 0;
    assert_int_equal(ask(&reading, &request).status, 200);
    request.method = "HEAD";
    assert_int_equal(ask(&reading, &request).status, 200);
    http_free(reader);
}

static void headers_cannot_smuggle_lines(void **state) {
    struct http_header headers[] = {
        {"X-A", "1\r\nX-B: 2"}, {"X A", "1"}, {"", "1"}, {"X-A:", "1"}};
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        struct http_request request = request_to("http://127.0.0.1:1/");
        request.headers = &headers[i];
        request.header_count = 1;
        assert_int_equal(ask(*state, &request).error.code, ERROR_USAGE);
    }
}

static void forget(void *owner, const struct http_reply *reply) {
    (void)reply;
    (void)owner;
    fail_msg("a callback after the end");
}

static void freed_calls_are_silent(void **state) {
    struct fixture *fixture = *state;
    char url[256];
    hostile_url(fixture->hostile, "never-answers", url, sizeof url);
    struct http_request request = request_to(url);
    struct http *http = http_new(fixture->loop, HTTP_MAY_ACT);
    http_call_free(http_start(http, &request, forget, NULL));
    http_call_free(NULL);
    http_start(http, &request, forget, NULL);
    request.url = "nonsense";
    http_start(http, &request, forget, NULL);
    http_free(http);
    http_free(NULL);
    /* One turn of the loop in which they would have come. */
    assert_int_equal(ask_case(fixture, "empty-200").status, 200);
}

/* Frees everything from within its own callback, with another call under way. */
struct ending {
    struct http *http;
    struct loop *loop;
    bool ended;
};

static void end_all(void *owner, const struct http_reply *reply) {
    struct ending *ending = owner;
    assert_int_equal(reply->status, 200);
    http_free(ending->http);
    ending->ended = true;
    loop_stop(ending->loop);
}

static void all_may_end_within_a_callback(void **state) {
    struct fixture *fixture = *state;
    struct ending ending = {.loop = fixture->loop};
    ending.http = http_new(fixture->loop, HTTP_MAY_ACT);
    char url[256];
    hostile_url(fixture->hostile, "never-answers", url, sizeof url);
    struct http_request request = request_to(url);
    http_start(ending.http, &request, forget, NULL);
    hostile_url(fixture->hostile, "empty-200", url, sizeof url);
    http_start(ending.http, &request, end_all, &ending);
    loop_run(fixture->loop);
    assert_true(ending.ended);
}

/* A port whose queue is full: the kernel drops whoever knocks, as a firewall does. */
struct full_port {
    int listener, waiting[FULL_PORT_WAITING];
    char url[64];
};

static void full_port_open(struct full_port *port) {
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    struct sockaddr *any = (struct sockaddr *)&address;
    port->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(port->listener, any, length), 0);
    assert_int_equal(listen(port->listener, 0), 0);
    assert_int_equal(getsockname(port->listener, any, &length), 0);
    for (unsigned i = 0; i < FULL_PORT_WAITING; i++) {
        port->waiting[i] =
            socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        int connected = connect(port->waiting[i], any, length);
        assert_true(connected == 0 || errno == EINPROGRESS);
    }
    unsigned number = ntohs(address.sin_port);
    snprintf(port->url, sizeof port->url, "http://127.0.0.1:%u/", number);
}

static void full_port_close(struct full_port *port) {
    for (unsigned i = 0; i < FULL_PORT_WAITING; i++) close(port->waiting[i]);
    close(port->listener);
}

static void who_never_lets_us_in_is_given_up_and_nothing_else_suffers(void **state) {
    const struct fixture *fixture = *state;
    struct full_port port;
    char good[128];
    full_port_open(&port);
    hostile_url(fixture->hostile, "empty-200", good, sizeof good);
    for (unsigned i = 0; i < 3; i++) {
        struct http_request request = request_to(port.url);
        struct seen both[2] = {{.loop = fixture->loop}, {.loop = fixture->loop}};
        for (unsigned k = 0; k < 2; k++) {
            both[k].call = http_start(fixture->http, &request, on_done, &both[k]);
        }
        while (both[0].times == 0 || both[1].times == 0) loop_run(fixture->loop);
        assert_int_equal(both[0].error.code, ERROR_TIMEOUT);
        assert_int_equal(both[1].error.code, ERROR_TIMEOUT);
        request = request_to(good);
        assert_int_equal(ask(fixture, &request).status, 200);
    }
    full_port_close(&port);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(
            hostile_peers_end_with_a_clear_error, start, stop),
        cmocka_unit_test_setup_teardown(
            every_case_ends_in_time_and_in_bounds, start, stop),
        cmocka_unit_test_setup_teardown(redirects_are_not_followed, start, stop),
        cmocka_unit_test_setup_teardown(what_cannot_be_reached_says_so, start, stop),
        cmocka_unit_test_setup_teardown(
            a_name_that_leads_nowhere_is_told_every_time, start, stop),
        cmocka_unit_test_setup_teardown(a_reader_sends_nothing_but_reads, start, stop),
        cmocka_unit_test_setup_teardown(headers_cannot_smuggle_lines, start, stop),
        cmocka_unit_test_setup_teardown(freed_calls_are_silent, start, stop),
        cmocka_unit_test_setup_teardown(all_may_end_within_a_callback, start, stop),
        cmocka_unit_test_setup_teardown(
            who_never_lets_us_in_is_given_up_and_nothing_else_suffers, start, stop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
