/* The demo's router: who is sent to the canary, and until when. */
/* SPDX-License-Identifier: MIT */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "base/units.h"
#include "history/lock.h"
#include "io/http.h"
#include "io/loop.h"
#include "support/canary_table.h"
#include "support/lone_demo.h"

/* A table tells nobody of its changes: whoever looks at it does so at his own rate. */
static void rest_between_looks(void) {
    const struct timespec pause = {.tv_nsec = 25000000L};
    nanosleep(&pause, NULL);
}

static int read_weight(const struct lone_demo *both) {
    char socket[TEST_PATH_SIZE];
    test_folder_path(&both->home.folder, "flightdeck/demos/demo/router.sock", socket);
    return canary_table_weight(socket);
}

static void the_lease_lasts_until_a_controller_takes_over(void **state) {
    struct lone_demo *both = *state;
    uint64_t start_ns = loop_clock_ns();
    while (loop_clock_ns() - start_ns < 6 * NS_PER_S) { /* longer than one lease */
        assert_int_equal(read_weight(both), 1000);
        rest_between_looks();
    }
    char folder[TEST_PATH_SIZE];
    struct error err = {0};
    test_folder_path(&both->home.logs, "flightdeck", folder);
    const struct lock_holder me = {
        .holder = "tester", .host = "here", .purpose = "canary"};
    struct lock *lock = lock_take(folder, "demo rollout", &me, NULL, &err);
    assert_non_null(lock);
    start_ns = loop_clock_ns();
    while (read_weight(both) == 1000) {
        assert_true(loop_clock_ns() - start_ns < 15 * NS_PER_S);
        rest_between_looks();
    }
    assert_int_equal(read_weight(both), -1);
    lock_free(lock);
    /* For good: also when the controller has gone. */
    start_ns = loop_clock_ns();
    while (loop_clock_ns() - start_ns < 3 * NS_PER_S) {
        assert_int_equal(read_weight(both), -1);
        rest_between_looks();
    }
}

/* Who answered a user that is named in the header or only in the body. */
enum { USERS = 40, AT_ONCE = 8 };

struct asker {
    struct loop *loop;
    struct http *http;
    char url[80];
    unsigned waiting; /* questions without an answer */
};

struct answer {
    struct asker *asker;
    char version[32];
};

static void on_answer(void *owner, const struct http_reply *reply) {
    struct answer *answer = owner;
    const char *version = http_reply_header(reply, "x-agent-version");
    text_copy_cut(answer->version, sizeof answer->version, version ? version : "");
    if (--answer->asker->waiting == 0) loop_stop(answer->asker->loop);
}

static void ask(struct answer *answer, unsigned user, bool in_header) {
    struct asker *asker = answer->asker;
    char name[32], body[128];
    struct text name_text = TEXT_IN(name), body_text = TEXT_IN(body);
    text_addf(&name_text, "somebody-%u", user);
    text_addf(&body_text, "{\"user_id\":\"%s\",\"message\":\"Hello\"}", name);
    const struct http_header headers[] = {
        {"Content-Type", "application/json"}, {"X-User-Id", name}};
    const struct http_request request = {
        .method = "POST",
        .url = asker->url,
        .headers = headers,
        .header_count = in_header ? 2 : 1,
        .body = slice_of(body),
        .timeout_ns = 20 * NS_PER_S,
    };
    asker->waiting++;
    http_start(asker->http, &request, on_answer, answer);
}

/* Asks for some users at once, each in both ways. Returns how many see the canary. */
static unsigned compare(struct asker *asker, unsigned first) {
    struct answer answers[AT_ONCE][2];
    unsigned canary = 0;
    for (unsigned i = 0; i < AT_ONCE; i++) {
        for (int in_header = 0; in_header < 2; in_header++) {
            answers[i][in_header] = (struct answer){.asker = asker};
            ask(&answers[i][in_header], first + i, in_header);
        }
    }
    loop_run(asker->loop);
    for (unsigned i = 0; i < AT_ONCE; i++) {
        assert_string_equal(answers[i][0].version, answers[i][1].version);
        assert_true(answers[i][0].version[0] == 'v');
        canary += strcmp(answers[i][0].version, "v1.6.0") == 0;
    }
    return canary;
}

static void a_user_sees_one_version_however_named(void **state) {
    struct lone_demo *both = *state;
    char url[64];
    test_demo_value(&both->demo, "users", url, sizeof url);
    struct asker asker = {.loop = loop_new()};
    struct text text = TEXT_IN(asker.url);
    text_addf(&text, "%s/chat", url);
    asker.http = http_new(asker.loop, HTTP_MAY_ACT);
    unsigned canary = 0;
    for (unsigned user = 0; user < USERS; user += AT_ONCE) {
        canary += compare(&asker, user);
    }
    /* The buckets of these users are fixed; about a tenth is in the canary's share. */
    assert_true(canary >= 1 && canary <= 12);
    http_free(asker.http);
    loop_free(asker.loop);
}

/* Sends what is no request and waits until the router hangs up. */
static void send_rubbish(const char *url) {
    unsigned long port = strtoul(strrchr(url, ':') + 1, NULL, 10);
    assert_true(port > 0 && port <= UINT16_MAX);
    struct sockaddr_in address = {
        .sin_family = AF_INET,
        .sin_port = htons((uint16_t)port),
        .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    static const char rubbish[] = "\"\\ \x01\r\n\r\n";
    char answer[512];
    int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(connect(client, (struct sockaddr *)&address, sizeof address), 0);
    assert_true(write(client, rubbish, sizeof rubbish - 1) > 0);
    while (read(client, answer, sizeof answer) > 0) continue;
    close(client);
}

/* Each line is JSON, also that of what was no request. */
static void the_demo_hears_of_every_request(void **state) {
    struct lone_demo *both = *state;
    char words[TEST_DEMO_WORDS_SIZE], url[64], log[TEST_PATH_SIZE];
    struct stat info;
    test_demo_value(&both->demo, "users", url, sizeof url);
    send_rubbish(url);
    static const char *const seen[] = {
        "seen    stable ", "seen    canary ", "seen    router 1 refused"};
    const char *const status[] = {"demo", "status", NULL};
    for (size_t i = 0; i < sizeof seen / sizeof *seen; i++) {
        if (test_demo_comes_to(&both->home, status, seen[i], words)) continue;
        fail_msg("no %s: %s", seen[i], words);
    }
    assert_null(strstr(words, "unread"));
    test_folder_path(&both->home.folder, "flightdeck/demos/demo/parts/router.log", log);
    assert_int_equal(stat(log, &info), 0);
    assert_int_equal(info.st_size, 0); /* nothing to complain about */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_demo_hears_of_every_request),
        cmocka_unit_test(a_user_sees_one_version_however_named),
        cmocka_unit_test(the_lease_lasts_until_a_controller_takes_over), /* for good */
    };
    return cmocka_run_group_tests(tests, lone_demo_open, lone_demo_close);
}
