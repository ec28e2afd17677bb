/* Connections of our own to http:// peers: kept, replaced, and never libcurl's. */
/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "io/http.h"
#include "io/loop.h"

enum { REQUEST_SIZE = 4096, ANSWER_SIZE = 2 * REQUEST_SIZE };

/* Plays a script, one letter per request, "|" between two connections. */
struct peer {
    pid_t pid;
    uint16_t port;
};

static bool read_request(int client, struct text *request) {
    text_reset(request);
    while (!strstr(request->data, "\r\n\r\n")) {
        char c;
        if (read(client, &c, 1) <= 0) return false;
        text_add_char(request, c);
    }
    const char *length = strstr(request->data, "Content-Length: ");
    size_t left = length ? strtoul(strchr(length, ' '), NULL, 10) : 0;
    for (char bytes[REQUEST_SIZE]; left > 0;) {
        size_t most = left < sizeof bytes ? left : sizeof bytes;
        ssize_t got = read(client, bytes, most);
        if (got <= 0) return false;
        left -= (size_t)got;
        struct slice piece = {.data = bytes, .length = (size_t)got};
        text_add_slice(request, piece);
    }
    return true;
}

static void say(int client, const char *words, size_t piece) {
    size_t length = strlen(words);
    for (size_t at = 0; at < length; at += piece) {
        size_t some = length - at < piece ? length - at : piece;
        if (send(client, words + at, some, MSG_NOSIGNAL) < 0) return;
    }
}

static void answer(int client, char letter, const char *body) {
    char words[ANSWER_SIZE];
    struct text text = TEXT_IN(words);
    const char *version = letter == '0' ? "1.0" : "1.1";
    text_addf(&text, "HTTP/%s 200 OK\r\nX-Letter: %c\r\n", version, letter);
    if (letter == 'c') text_add(&text, "Connection: close\r\n");
    if (letter == 'p') {
        text_addf(&text, "Transfer-Encoding: chunked\r\n\r\n1\r\n%c\r\n", *body);
        text_addf(&text, "%zx;a=b\r\n%s\r\n0\r\n", strlen(body) - 1, body + 1);
        text_add(&text, "Sum: 1\r\n\r\n");
    } else {
        text_addf(&text, "Content-Length: %zu\r\n\r\n%s", strlen(body), body);
    }
    if (letter == 'm') text_add(&text, "more");
    say(client, words, letter == 'p' ? 1 : sizeof words);
}

/* False when the connection is to be closed without an answer. */
static bool play_letter(int client, char letter, unsigned connection) {
    char request_data[REQUEST_SIZE], body[32];
    struct text request = TEXT_IN(request_data);
    if (!read_request(client, &request) || letter == 'x') return false;
    snprintf(body, sizeof body, "connection %u", connection);
    answer(client, letter, letter == 'e' ? request_data : body);
    return true;
}

static void play(int listener, const char *script) {
    for (unsigned connection = 1; *script; connection++) {
        int client = accept(listener, NULL, NULL);
        bool goes_on = true;
        for (; *script && *script != '|'; script++) {
            goes_on = goes_on && play_letter(client, *script, connection);
        }
        if (*script) script++;
        close(client);
    }
}

static struct peer peer_start(const char *script) {
    struct peer peer = {0};
    struct sockaddr_in address = {
        .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr *any = (struct sockaddr *)&address;
    socklen_t length = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(listener, any, length), 0);
    assert_int_equal(listen(listener, 8), 0);
    assert_int_equal(getsockname(listener, any, &length), 0);
    peer.port = ntohs(address.sin_port);
    peer.pid = fork();
    if (peer.pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        play(listener, script);
        _exit(0);
    }
    close(listener);
    return peer;
}

static void peer_stop(const struct peer *peer) {
    kill(peer->pid, SIGKILL);
    waitpid(peer->pid, NULL, 0);
}

struct fixture {
    struct loop *loop;
    struct http *http;
    struct peer peer;
    /* of the last reply */
    struct error error;
    unsigned status;
    char body[REQUEST_SIZE], letter[4];
    uint64_t connect_ns;
};

static int start(void **state) {
    struct fixture *fixture = memory_new(sizeof *fixture);
    fixture->loop = loop_new();
    fixture->http = http_new(fixture->loop, HTTP_READ_ONLY);
    *state = fixture;
    return 0;
}

static int stop(void **state) {
    struct fixture *fixture = *state;
    http_free(fixture->http);
    loop_free(fixture->loop);
    peer_stop(&fixture->peer);
    free(fixture);
    return 0;
}

static void on_done(void *owner, const struct http_reply *reply) {
    struct fixture *fixture = owner;
    fixture->error = reply->error;
    fixture->status = reply->status;
    fixture->connect_ns = reply->connect_ns;
    struct text body = TEXT_IN(fixture->body);
    text_add_slice(&body, reply->body);
    const char *letter = http_reply_header(reply, "x-letter");
    text_copy_cut(fixture->letter, sizeof fixture->letter, letter ? letter : "");
    loop_stop(fixture->loop);
}

static void ask_with(struct fixture *fixture, struct http_request request) {
    char url[128];
    snprintf(url, sizeof url, "http://127.0.0.1:%u/x?y=z", fixture->peer.port);
    request.url = url;
    request.timeout_ns = 5 * NS_PER_S;
    http_start(fixture->http, &request, on_done, fixture);
    loop_run(fixture->loop);
}

static void ask(struct fixture *fixture) {
    ask_with(fixture, (struct http_request){0});
}

/* Asks, and expects the answer on that connection of the peer. */
static void expect(struct fixture *fixture, unsigned connection) {
    char body[32];
    ask(fixture);
    snprintf(body, sizeof body, "connection %u", connection);
    assert_string_equal(fixture->error.message, "");
    assert_int_equal(fixture->status, 200);
    assert_string_equal(fixture->body, body);
}

static void a_connection_is_kept(void **state) {
    struct fixture *fixture = *state;
    fixture->peer = peer_start("kpk");
    expect(fixture, 1);
    assert_true(fixture->connect_ns > 0);
    expect(fixture, 1);
    assert_string_equal(fixture->letter, "p");
    assert_true(fixture->connect_ns == 0);
    expect(fixture, 1);
}

static void one_that_was_closed_between_two_questions_is_replaced(void **state) {
    struct fixture *fixture = *state;
    fixture->peer = peer_start("k|k");
    expect(fixture, 1);
    expect(fixture, 2);
}

static void one_that_ends_instead_of_an_answer_is_replaced_once(void **state) {
    struct fixture *fixture = *state;
    fixture->peer = peer_start("kx|kx|x|k");
    expect(fixture, 1);
    expect(fixture, 2);
    assert_true(fixture->connect_ns > 0);
    ask(fixture); /* the second try is on a new one, which is the last */
    assert_int_equal(fixture->error.code, ERROR_LOST);
    assert_non_null(strstr(fixture->error.message, ": the connection ended without"));
    expect(fixture, 4);
}

static void nobody_is_asked_twice_on_a_new_connection(void **state) {
    struct fixture *fixture = *state;
    fixture->peer = peer_start("x|k");
    ask(fixture);
    assert_int_equal(fixture->error.code, ERROR_LOST);
    expect(fixture, 2);
}

static void what_says_more_or_closes_is_not_used_again(void **state) {
    struct fixture *fixture = *state;
    fixture->peer = peer_start("m|c|0|k");
    for (unsigned connection = 1; connection <= 4; connection++) {
        expect(fixture, connection);
    }
}

static void a_new_connection_is_for_one_answer(void **state) {
    struct fixture *fixture = *state;
    fixture->peer = peer_start("k|k|k");
    ask_with(fixture, (struct http_request){.new_connection = true});
    assert_string_equal(fixture->body, "connection 1");
    ask_with(fixture, (struct http_request){.new_connection = true});
    assert_string_equal(fixture->body, "connection 2");
    expect(fixture, 3);
}

static void what_is_asked_is_written_as_it_should_be(void **state) {
    struct fixture *fixture = *state;
    fixture->peer = peer_start("eeek");
    char wanted[256];
    unsigned port = fixture->peer.port;
    ask(fixture);
    snprintf(
        wanted, sizeof wanted,
        "GET /x?y=z HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nAccept: */*\r\n\r\n", port);
    assert_string_equal(fixture->body, wanted);

    const struct http_header headers[] = {{"Accept", "text/plain"}, {"X-Empty", ""}};
    ask_with(fixture, (struct http_request){.headers = headers, .header_count = 2});
    snprintf(
        wanted, sizeof wanted,
        "GET /x?y=z HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nAccept: text/plain\r\n"
        "X-Empty:\r\n\r\n",
        port);
    assert_string_equal(fixture->body, wanted);

    const struct http_peer peer = {.host = "users.example"};
    ask_with(fixture, (struct http_request){.peer = &peer});
    assert_non_null(strstr(fixture->body, "\r\nHost: users.example\r\n"));
    ask_with(fixture, (struct http_request){.method = "HEAD"});
    assert_int_equal(fixture->error.code, ERROR_NONE);
    assert_string_equal(fixture->body, "");
}

static void a_post_carries_its_body(void **state) {
    struct fixture *fixture = *state;
    static char large[3 * 1024 * 1024];
    http_free(fixture->http);
    fixture->http = http_new(fixture->loop, HTTP_MAY_ACT);
    fixture->peer = peer_start("eeke");
    char wanted[256];
    unsigned port = fixture->peer.port;
    const struct http_header type = {"content-type", "text/plain"};
    struct http_request request = {
        .method = "POST", .headers = &type, .header_count = 1, .body = slice_of("a b")};
    ask_with(fixture, request);
    snprintf(
        wanted, sizeof wanted,
        "POST /x?y=z HTTP/1.1\r\nHost: 127.0.0.1:%u\r\nAccept: */*\r\n"
        "content-type: text/plain\r\nContent-Length: 3\r\n\r\na b",
        port);
    assert_string_equal(fixture->body, wanted);

    ask_with(fixture, (struct http_request){.method = "POST"});
    assert_non_null(strstr(fixture->body, "\r\nContent-Length: 0\r\n\r\n"));

    /* More than the kernel takes at once, and still nothing but a request. */
    memset(large, 'x', sizeof large);
    request.body = (struct slice){.data = large, .length = sizeof large};
    ask_with(fixture, request);
    assert_string_equal(fixture->body, "connection 1");
    ask(fixture);
    assert_string_equal(fixture->letter, "e");
    assert_int_equal(strncmp(fixture->body, "GET /x?y=z HTTP/1.1\r\n", 21), 0);
}

/* Loading it takes as long as all else until the first frame. */
static void none_of_this_needs_libcurl(void **state) {
    struct fixture *fixture = *state;
    fixture->peer = peer_start("k");
    expect(fixture, 1);
    FILE *maps = fopen("/proc/self/maps", "re");
    assert_non_null(maps);
    char line[512];
    while (fgets(line, sizeof line, maps)) assert_null(strstr(line, "libcurl"));
    fclose(maps);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void) {
    signal(SIGPIPE, SIG_IGN);
    const struct CMUnitTest tests[] = {
        TEST(a_connection_is_kept),
        TEST(one_that_was_closed_between_two_questions_is_replaced),
        TEST(one_that_ends_instead_of_an_answer_is_replaced_once),
        TEST(nobody_is_asked_twice_on_a_new_connection),
        TEST(what_says_more_or_closes_is_not_used_again),
        TEST(a_new_connection_is_for_one_answer),
        TEST(what_is_asked_is_written_as_it_should_be),
        TEST(a_post_carries_its_body),
        TEST(none_of_this_needs_libcurl),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
