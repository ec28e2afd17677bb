/* SPDX-License-Identifier: MIT */
#include "support/hostile_cases.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "support/hostile.h"

#define OK   "HTTP/1.1 200 OK\r\n"
#define JSON OK "Content-Type: application/json\r\n"
#define TEXT OK "Content-Type: text/plain; version=0.0.4\r\n"
#define DONE "Connection: close\r\n\r\n"

enum { DRIP_US = 20000, MEBIBYTE = 1024 * 1024 };

static bool put(int client, const char *bytes, size_t length) {
    while (length > 0) {
        ssize_t sent = send(client, bytes, length, MSG_NOSIGNAL);
        if (sent <= 0) return false;
        bytes += sent;
        length -= (size_t)sent;
    }
    return true;
}

static bool say(int client, const char *words) {
    return put(client, words, strlen(words));
}

/* The same words again and again; 0 times means until the peer goes. */
static void repeat(int client, const char *words, size_t times) {
    enum { BLOCK = 64 * 1024 };
    static char block[BLOCK];
    size_t length = strlen(words);
    size_t fits = BLOCK / length;
    for (size_t i = 0; i < fits * length; i++) block[i] = words[i % length];
    bool endless = times == 0;
    for (; endless || times >= fits; times -= endless ? 0 : fits) {
        if (!put(client, block, fits * length)) return;
    }
    put(client, block, times * length);
}

/* As slowly as that: it is what the peer has to bear. */
static void drip(int client, const char *word) {
    while (say(client, word)) usleep(DRIP_US);
}

static void wait_for_the_end(int client) {
    char byte = 0;
    while (read(client, &byte, 1) > 0) continue;
}

static void reset(int client) {
    struct linger at_once = {.l_onoff = 1};
    setsockopt(client, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close(client);
}

static void play_slow_header(int client) {
    say(client, OK);
    drip(client, "X-Drip: 1\r\n");
}

static void play_slow_header_bytes(int client) {
    say(client, OK "X-Drip: ");
    drip(client, "x");
}

static void play_slow_body(int client) {
    say(client, OK "Content-Length: 1000\r\n\r\n");
    drip(client, "x");
}

static void play_hang_after_header(int client) {
    say(client, OK "Content-Length: 10\r\n\r\n");
    wait_for_the_end(client);
}

static void play_reset_in_header(int client) {
    say(client, OK "Content-Len");
    reset(client);
}

static void play_reset_in_body(int client) {
    say(client, OK "Content-Length: 100\r\n\r\nhalf");
    reset(client);
}

static void play_infinite_chunked(int client) {
    say(client, OK "Transfer-Encoding: chunked\r\n\r\n");
    repeat(client, "10\r\n0123456789abcdef\r\n", 0);
}

static void play_infinite_body(int client) {
    say(client, OK DONE);
    repeat(client, "0123456789abcdef0123456789abcdef0123456789abcdef", 0);
}

static void play_long_header(int client) {
    say(client, OK "X-Long: ");
    repeat(client, "0123456789", 10240);
    say(client, "\r\nContent-Length: 0\r\n\r\n");
}

static void play_endless_header(int client) {
    say(client, OK "X-Long: ");
    repeat(client, "0123456789abcdef0123456789abcdef", 0);
}

static void play_many_headers(int client) {
    say(client, OK);
    repeat(client, "X-A: 1\r\n", 10000);
    say(client, "Content-Length: 0\r\n\r\n");
}

static void play_nul_in_header(int client) {
    static const char bytes[] = OK "X-Nul: a\0b\r\nContent-Length: 0\r\n\r\n";
    put(client, bytes, sizeof bytes - 1);
}

static void play_1xx_flood(int client) {
    repeat(client, "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n", 0);
}

static void play_cookie_flood(int client) {
    say(client, OK);
    repeat(client, "Set-Cookie: a=b; Path=/; Domain=127.0.0.1\r\n", 2000);
    say(client, "Content-Length: 0\r\n\r\n");
}

static void play_json_depth(int client) {
    say(client, JSON DONE);
    repeat(client, "[", 100000);
    repeat(client, "]", 100000);
}

static void play_json_large(int client) {
    say(client, JSON DONE "{\"status\": \"");
    for (int i = 0; i < 64; i++) {
        static char block[MEBIBYTE];
        memset(block, 'a', sizeof block);
        if (!put(client, block, sizeof block)) return;
    }
    say(client, "\"}");
}

static void play_metrics_huge(int client) {
    enum { LINES = 1000000, LINE_MAX = 64, BLOCK = 64 * 1024 };
    static char block[BLOCK];
    size_t length = 0;
    say(client, TEXT DONE "# TYPE agent_requests_total counter\n");
    for (int i = 0; i < LINES; i++) {
        length += (size_t)snprintf(
            block + length, BLOCK - length, "agent_requests_total{status=\"%d\"} 1\n",
            i);
        if (BLOCK - length > LINE_MAX && i + 1 < LINES) continue;
        if (!put(client, block, length)) return;
        length = 0;
    }
}

static void play_metrics_long_label(int client) {
    say(client, TEXT DONE "agent_requests_total{status=\"");
    repeat(client, "0123456789abcdef", MEBIBYTE / 16);
    say(client, "\"} 1\n");
}

static void play_metrics_duplicates(int client) {
    say(client, TEXT DONE);
    repeat(client, "agent_requests_total{status=\"success\"} 7\n", 1000);
}

static void play_gzip_bomb(int client) {
    /* A gzip header and nothing but 0xFF: whoever inflates it without asking loses. */
    static const char head[] = "\x1f\x8b\x08\0\0\0\0\0\0\x03";
    say(client, OK "Content-Encoding: gzip\r\n" DONE);
    put(client, head, sizeof head - 1);
    repeat(
        client, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", 0);
}

/* Cases that need a program. */
static const struct {
    const char *name;
    void (*play)(int client);
} scripts[] = {
    {"never-answers", wait_for_the_end},
    {"slow-header", play_slow_header},
    {"slow-header-bytes", play_slow_header_bytes},
    {"slow-body", play_slow_body},
    {"hang-after-header", play_hang_after_header},
    {"reset", reset},
    {"reset-in-header", play_reset_in_header},
    {"reset-in-body", play_reset_in_body},
    {"infinite-chunked", play_infinite_chunked},
    {"infinite-body", play_infinite_body},
    {"long-header", play_long_header},
    {"endless-header", play_endless_header},
    {"many-headers", play_many_headers},
    {"nul-in-header", play_nul_in_header},
    {"1xx-flood", play_1xx_flood},
    {"cookie-flood", play_cookie_flood},
    {"json-depth", play_json_depth},
    {"json-large", play_json_large},
    {"metrics-huge", play_metrics_huge},
    {"metrics-long-label", play_metrics_long_label},
    {"metrics-duplicates", play_metrics_duplicates},
    {"gzip-bomb", play_gzip_bomb},
};

/* Cases that say one thing and close. */
static const struct {
    const char *name, *words;
} sayings[] = {
    {"close", ""},
    {"empty-200", OK "Content-Length: 0\r\n\r\n"},
    {"close-in-header", OK "Content-Le"},
    {"length-huge", OK "Content-Length: 1099511627776\r\n\r\nshort"},
    {"length-short", OK "Content-Length: 100\r\n\r\nshort"},
    {"length-long", OK "Content-Length: 3\r\n\r\nlonger than that"},
    {"length-twice", OK "Content-Length: 5\r\nContent-Length: 7\r\n\r\nhello!!"},
    {"length-negative", OK "Content-Length: -1\r\n\r\nhello"},
    {"length-words", OK "Content-Length: five\r\n\r\nhello"},
    {"chunk-overflow",
     OK "Transfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\nhello"},
    {"chunk-negative", OK "Transfer-Encoding: chunked\r\n\r\n-5\r\nhello"},
    {"chunk-garbage", OK "Transfer-Encoding: chunked\r\n\r\nxyz\r\nhello"},
    {"chunk-cut", OK "Transfer-Encoding: chunked\r\n\r\n5\r\nhel"},
    {"no-colon", OK "this header has no colon\r\nContent-Length: 0\r\n\r\n"},
    {"http-0.9", "hello, this is all there is\n"},
    {"http-3.7", "HTTP/3.7 200 OK\r\nContent-Length: 0\r\n\r\n"},
    {"status-garbage", "HTTP/1.1 abc OK\r\nContent-Length: 0\r\n\r\n"},
    {"204-with-body", "HTTP/1.1 204 No Content\r\nContent-Length: 5\r\n\r\nhello"},
    {"304", "HTTP/1.1 304 Not Modified\r\n\r\n"},
    {"500", "HTTP/1.1 500 Oops\r\nContent-Length: 4\r\n\r\nouch"},
    {"encoding-unasked", OK "Content-Encoding: br\r\nContent-Length: 2\r\n\r\nhi"},
    {"redirect-loop", "HTTP/1.1 302 Found\r\nLocation: /redirect-loop\r\n"
                      "Content-Length: 0\r\n\r\n"},
    {"redirect-file", "HTTP/1.1 302 Found\r\nLocation: file:///etc/passwd\r\n"
                      "Content-Length: 0\r\n\r\n"},
    {"redirect-gopher", "HTTP/1.1 302 Found\r\nLocation: gopher://127.0.0.1:6379/_X\r\n"
                        "Content-Length: 0\r\n\r\n"},
    {"redirect-metadata",
     "HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest/\r\n"
     "Content-Length: 0\r\n\r\n"},
    {"json-out-of-range", JSON DONE "{\"status\": 1e999}"},
    {"json-duplicate-keys", JSON DONE "{\"status\": \"healthy\", \"status\": \"bad\"}"},
    {"json-surrogate", JSON DONE "{\"status\": \"\\ud800\"}"},
    {"json-trailing", JSON DONE "{\"status\": \"healthy\"} and more"},
    {"json-nan", JSON DONE "{\"status\": NaN}"},
    {"json-wrong-types", JSON DONE "{\"status\": [], \"version\": {}, \"checks\": 7}"},
    {"json-escapes", JSON DONE "{\"status\": \"healthy\", \"version\": "
                               "\"\\u001b]0;owned\\u0007\\u001b[2J\\u202e\"}"},
    {"header-escapes", OK "X-Agent-Version: \x1b]0;owned\x07\x1b[2J\r\n" DONE
                          "{\"status\": \"healthy\"}"},
    {"metrics-escapes",
     TEXT DONE "agent_requests_total{status=\"\x1b]0;owned\x07\x1b[2J\"} 1\n"},
    {"metrics-values", TEXT DONE "agent_requests_total{status=\"a\"} NaN\n"
                                 "agent_requests_total{status=\"b\"} +Inf\n"
                                 "agent_requests_total{status=\"c\"} -0\n"
                                 "agent_requests_total{status=\"d\"} 1e309\n"},
    {"metrics-falling-buckets",
     TEXT DONE "# TYPE agent_request_duration_seconds histogram\n"
               "agent_request_duration_seconds_bucket{le=\"1\"} 9\n"
               "agent_request_duration_seconds_bucket{le=\"2\"} 3\n"
               "agent_request_duration_seconds_count 5\n"
               "agent_request_duration_seconds_sum 5\n"},
    {"metrics-future",
     TEXT DONE "agent_requests_total{status=\"success\"} 7 4070908800000\n"},
    {"metrics-cut", TEXT DONE "agent_requests_total{status=\"success\"} 7\nagent_req"},
    {"metrics-crlf", TEXT DONE "agent_requests_total{status=\"success\"} 7\r\n"},
    {"metrics-no-eof", OK "Content-Type: application/openmetrics-text\r\n" DONE
                          "agent_requests_total{status=\"success\"} 7\n"},
    {"metrics-binary", TEXT DONE "\xff\xfe\x01\x02\x03 garbage \x80\x81\n"},
    {"reports-injection",
     JSON DONE "{\"status\": \"::error::owned\\n::set-output name=x::y]]>"
               "<script>alert(1)</script>\"}"},
};

static const size_t script_count = sizeof scripts / sizeof *scripts;
static const size_t saying_count = sizeof sayings / sizeof *sayings;

const char *hostile_case(size_t index) {
    if (index < script_count) return scripts[index].name;
    index -= script_count;
    return index < saying_count ? sayings[index].name : NULL;
}

void hostile_play(int client, struct slice name) {
    for (size_t i = 0; i < script_count; i++) {
        if (!slice_equals(name, scripts[i].name)) continue;
        scripts[i].play(client);
        return;
    }
    for (size_t i = 0; i < saying_count; i++) {
        if (!slice_equals(name, sayings[i].name)) continue;
        say(client, sayings[i].words);
        return;
    }
    say(client, "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n");
}
