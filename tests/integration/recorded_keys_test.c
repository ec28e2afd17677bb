/* Whoever looks changes nothing: recorders stand in front of
 * everything that a target is reached by, random keys go to the
 * watcher and to the disarmed cockpit, and only reads arrive.
 * What may arrive is spelled out here once more, apart from the programs. */
/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/text.h"
#include "base/units.h"
#include "io/haproxy.h"
#include "io/loop.h"
#include "support/display.h"
#include "support/lone_demo.h"
#include "support/recorder.h"
#include "support/test_client.h"
#include "support/typist.h"

enum {
    KEYS = 1000,
    KEY_MS = 1,
    LEAVE_MS = 300, /* what a key that may leave gets */
    UP_MS = 60000,
    WIDTH = 120,
    HEIGHT = 40,
    CONFIG_SIZE = 16 * 1024,
    VARIABLE_SIZE = TEST_PATH_SIZE + 32,
};

static bool begins(const char *request, const char *words) {
    return strncmp(request, words, strlen(words)) == 0;
}

static bool http_reads(const char *request) {
    return begins(request, "GET ") || begins(request, "HEAD ");
}

/* The end of a line and a blank are the ends of a command's words. */
static bool is_command(const char *request, const char *words) {
    size_t length = strlen(words);
    if (strncasecmp(request, words, length) != 0) return false;
    return request[length] == '\0' || request[length] == ' ';
}

static bool redis_reads(const char *request) {
    static const char *const reads[] = {
        "PING",        "INFO",         "TIME",           "DBSIZE",
        "TYPE",        "TTL",          "SCAN",           "LLEN",
        "LINDEX",      "HGETALL",      "XLEN",           "XPENDING",
        "XRANGE",      "XINFO STREAM", "XINFO GROUPS",   "XINFO CONSUMERS",
        "CLIENT LIST", "SLOWLOG GET",  "SLOWLOG LEN",    "LATENCY LATEST",
        "HELLO",       "MEMORY USAGE", "CLIENT SETNAME", "LATENCY HISTOGRAM",
        "AUTH",        "SELECT",
    };
    for (size_t i = 0; i < sizeof reads / sizeof *reads; i++) {
        if (is_command(request, reads[i])) return true;
    }
    return false;
}

/* One command on a line, and nothing handed along with it. */
static bool haproxy_reads(const char *request) {
    return begins(request, "show ") && !strpbrk(request, ";<");
}

/* Where a target is reached: what stands before the address in its configuration. */
struct station {
    const char *name;
    const char *before;
    recorder_judge_fn is_read;
    enum wire wire;
};
static const struct station stations[] = {
    {"the front door", "    url: ", http_reads, WIRE_HTTP},
    {"stable", "      stable: {urls: [", http_reads, WIRE_HTTP},
    {"canary", "      canary: {urls: [", http_reads, WIRE_HTTP},
    {"Redis", "    redis: ", redis_reads, WIRE_REDIS},
    {"HAProxy", "    split: {haproxy: {socket: ", haproxy_reads, WIRE_LINES},
};
enum { FRONT, STABLE, CANARY, REDIS, HAPROXY, STATIONS };

/* A row of recorders, and who is recorded. */
struct studio {
    struct test_folder folder; /* of the configuration, and what the program writes */
    struct recorder recorders[STATIONS];
    const char *program;
    bool bare; /* it knows nothing but the front door */
    struct display *display;
};

static uint64_t seed = 20260911;

static int start_stack(void **state) {
    static struct lone_demo stack;
    char config[TEST_PATH_SIZE];
    test_demo_home_init(&stack.home);
    test_folder_path(&stack.home.logs, "target.yaml", config);
    const char *const args[] = {"demo", "--stack-only", "--write-config", config, NULL};
    if (!test_demo_start(&stack.demo, &stack.home, args, NULL)) return -1;
    test_demo_look(&stack.demo);
    *state = &stack;
    return 0;
}

static int stop_stack(void **state) {
    lone_demo_stop(*state);
    return 0;
}

/* Copies a line; where it holds an address, a recorder stands in front of it from now
 * on and the copy names that. */
static void redirect(struct studio *studio, struct slice line, struct buffer *config) {
    for (unsigned i = 0; i < STATIONS; i++) {
        struct scan scan = scan_of(line);
        char peer[RECORDER_ADDRESS_SIZE];
        struct text address = TEXT_IN(peer);
        if (!scan_literal(&scan, stations[i].before)) continue;
        while (!scan_done(&scan) && !strchr(",]", scan_peek(&scan))) {
            text_add_char(&address, *scan.at++);
        }
        assert_false(address.truncated);
        assert_int_equal(studio->recorders[i].pid, 0);
        recorder_start(&studio->recorders[i], stations[i].wire, peer);
        buffer_add_string(config, stations[i].before);
        buffer_add_string(config, studio->recorders[i].address);
        line = scan_rest(&scan);
        break;
    }
    buffer_add(config, line.data, line.length);
    buffer_add_char(config, '\n');
}

static void set_up(struct studio *studio, const struct lone_demo *stack) {
    char path[TEST_PATH_SIZE];
    char line[1024];
    struct buffer config;
    *studio = (struct studio){0};
    test_folder_init(&studio->folder);
    buffer_init(&config, CONFIG_SIZE);
    test_folder_path(&stack->home.logs, "target.yaml", path);
    FILE *file = fopen(path, "re");
    assert_non_null(file);
    while (fgets(line, sizeof line, file)) {
        struct slice words = {line, strcspn(line, "\n")};
        redirect(studio, words, &config);
    }
    fclose(file);
    assert_false(config.overflow);
    test_folder_write(&studio->folder, "recorded.yaml", buffer_string(&config));
    buffer_clear(&config);
    for (unsigned i = 0; i < STATIONS; i++) {
        if (studio->recorders[i].pid == 0) fail_msg("no %s", stations[i].name);
    }
}

static void tear_down(struct studio *studio) {
    display_free(studio->display);
    for (unsigned i = 0; i < STATIONS; i++) recorder_stop(&studio->recorders[i]);
    test_folder_clear(&studio->folder);
}

static void sit_down(struct studio *studio, const char *words) {
    static const char *const names[] = {
        "XDG_RUNTIME_DIR", "TMPDIR", "XDG_STATE_HOME", "XDG_CONFIG_HOME", "HOME"};
    enum { NAMES = sizeof names / sizeof *names };
    char variables[NAMES][VARIABLE_SIZE];
    const char *env[NAMES + 1] = {NULL};
    char config[TEST_PATH_SIZE];
    test_folder_path(&studio->folder, "recorded.yaml", config);
    for (unsigned i = 0; i < NAMES; i++) {
        struct text text = TEXT_IN(variables[i]);
        text_addf(&text, "%s=%s", names[i], studio->folder.path);
        env[i] = variables[i];
    }
    const char *const args[] = {studio->program, "--config", config, NULL};
    const char *const bare_args[] = {
        studio->program, studio->recorders[FRONT].address, NULL};
    const struct display_options options = {
        .args = studio->bare ? bare_args : args,
        .env = env,
        .width = WIDTH,
        .height = HEIGHT};
    studio->display = display_start(&options);
    if (display_wait(studio->display, words, UP_MS)) return;
    fail_msg("%s:\n%s", studio->program, display_text(studio->display));
}

/* A program that leaves gives the terminal back a moment before it has gone, and then
 * Ctrl-C and Ctrl-\ are signals. */
static void expect_good_end(int code) {
    if (code == 0 || code == 128 + SIGINT || code == 128 + SIGQUIT) return;
    fail_msg("seed %llu: exit code %d", (unsigned long long)seed, code);
}

/* Presses them all; who leaves comes back, and the count goes on. */
static void type_at_random(struct studio *studio, enum typist_manner manner) {
    struct typist typist;
    typist_init(&typist, seed, manner);
    for (unsigned i = 0; i < KEYS; i++) {
        bool may_leave = typist_press(&typist, studio->display);
        display_look_on(studio->display, KEY_MS);
        int code = display_wait_exit(studio->display, may_leave ? LEAVE_MS : 0);
        if (code < 0) continue;
        expect_good_end(code);
        display_free(studio->display);
        sit_down(studio, "flightdeck");
    }
}

/* The keys before are all read once these have an effect. */
static void leave(struct studio *studio) {
    int code = -1;
    display_resize(studio->display, WIDTH, HEIGHT);
    display_type(studio->display, "\033[201~\033\\\x07");
    for (unsigned tries = 0; tries < 20 && code < 0; tries++) {
        display_type(studio->display, "\033");
        display_look_on(studio->display, 150);
        display_type(studio->display, "q");
        code = display_wait_exit(studio->display, 1000);
    }
    expect_good_end(code);
}

static void expect_only_reads(const struct studio *studio, unsigned station) {
    const struct station *asked = &stations[station];
    struct recorder_count count =
        recorder_judge(&studio->recorders[station], asked->is_read);
    if (count.refused > 0) {
        fail_msg(
            "seed %llu: %s was asked: %s", (unsigned long long)seed, asked->name,
            count.refusal);
    }
    /* Where the instances are known, users' door is for those who act. */
    bool is_polled = studio->bare == (station == FRONT);
    if (is_polled != (count.allowed > 0)) {
        fail_msg("%s was asked %u times", asked->name, count.allowed);
    }
}

static void record(
    const struct lone_demo *stack, const char *program, bool bare,
    enum typist_manner manner) {
    struct studio studio;
    set_up(&studio, stack);
    studio.program = program;
    studio.bare = bare;
    sit_down(&studio, bare ? "200 healthy" : "parts answer");
    type_at_random(&studio, manner);
    leave(&studio);
    for (unsigned i = 0; i < STATIONS; i++) expect_only_reads(&studio, i);
    tear_down(&studio);
}

static void no_key_makes_the_watcher_do_more_than_read(void **state) {
    record(*state, BINARIES_FOLDER "/flightdeck-watch", false, TYPIST_WILD);
}

static void no_key_makes_the_watcher_of_a_bare_url_do_more_than_read(void **state) {
    record(*state, BINARIES_FOLDER "/flightdeck-watch", true, TYPIST_WILD);
}

static void no_lower_case_key_makes_the_cockpit_do_more_than_read(void **state) {
    record(*state, BINARIES_FOLDER "/flightdeck", false, TYPIST_LOOKS);
}

/* Nothing but this one request is refused. */
static void expect_refusal(
    const struct studio *studio, unsigned station, const char *request) {
    struct recorder_count count =
        recorder_judge(&studio->recorders[station], stations[station].is_read);
    assert_int_equal(count.refused, 1);
    assert_string_equal(count.refusal, request);
}

static void on_routed(void *owner, const struct haproxy_result *result) {
    struct loop *loop = owner;
    assert_int_equal(result->error.code, ERROR_NONE);
    loop_stop(loop);
}

static void route(const char *path, const char *command) {
    struct loop *loop = loop_new();
    struct haproxy *haproxy = haproxy_new(loop, path, HAPROXY_MAY_ACT);
    haproxy_command(haproxy, command, 10 * NS_PER_S, on_routed, loop);
    loop_run(loop);
    haproxy_free(haproxy);
    loop_free(loop);
}

/* Real ones, through the same recorders; the service does as it is asked. */
static void a_request_that_acts_is_recorded_and_refused(void **state) {
    struct studio studio;
    struct test_client client;
    set_up(&studio, *state);
    test_client_init(&client);
    for (unsigned i = FRONT; i <= CANARY; i++) {
        struct test_reply reply;
        char url[2 * RECORDER_ADDRESS_SIZE];
        struct text text = TEXT_IN(url);
        text_addf(&text, "%s/chat", studio.recorders[i].address);
        const char *body = "{\"user_id\":\"recorded\",\"message\":\"What is 2 + 2?\"}";
        test_client_post(&client, url, body, &reply);
        assert_in_range(reply.status, 200, 599); /* an answer, whatever it says */
        test_reply_clear(&reply);
        expect_refusal(&studio, i, "POST /chat HTTP/1.1");
    }
    struct test_redis_answer answer =
        test_client_redis(&client, studio.recorders[REDIS].address, "SET recorded 1");
    assert_string_equal(answer.text, "OK");
    expect_refusal(&studio, REDIS, "SET recorded 1");
    test_client_clear(&client);
    route(studio.recorders[HAPROXY].address, "set weight stable/s1 100%");
    expect_refusal(&studio, HAPROXY, "set weight stable/s1 100%");
    tear_down(&studio);
}

/* From the arming to the last check, through the door of the users. */
static void upper_case_keys_that_act_are_seen(void **state) {
    struct studio studio;
    set_up(&studio, *state);
    studio.program = BINARIES_FOLDER "/flightdeck";
    sit_down(&studio, "parts answer");
    for (const char *key = "AS"; *key; key++) {
        display_send(studio.display, key, 1);
        assert_true(display_wait(studio.display, "y yes", UP_MS));
        display_type(studio.display, "y");
        assert_true(display_wait_gone(studio.display, "DISARMED", UP_MS));
    }
    assert_true(display_wait(studio.display, " passed", UP_MS));
    leave(&studio);
    struct recorder_count count = recorder_judge(&studio.recorders[FRONT], http_reads);
    assert_in_range(count.refused, 1, 2); /* a flaky check is run twice */
    assert_string_equal(count.refusal, "POST /chat HTTP/1.1");
    tear_down(&studio);
}

static void what_reads_is_told_from_what_acts(void **state) {
    (void)state;
    static const struct {
        recorder_judge_fn is_read;
        const char *request;
        bool reads;
    } table[] = {
        {http_reads, "GET /health HTTP/1.1", true},
        {http_reads, "HEAD / HTTP/1.1", true},
        {http_reads, "GETS / HTTP/1.1", false},
        {http_reads, "DELETE /GET HTTP/1.1", false},
        {http_reads, "? GET / HTTP/1.1", false},
        {redis_reads, "xinfo groups q:1", true},
        {redis_reads, "PING", true},
        {redis_reads, "XINFO", false},
        {redis_reads, "CLIENT KILL TYPE normal", false},
        {redis_reads, "PINGS", false},
        {redis_reads, "XINFO?GROUPS q:1", false},
        {haproxy_reads, "show table canary_lease", true},
        {haproxy_reads, "show info;set weight stable/s1 0", false},
        {haproxy_reads, "show map <<", false},
        {haproxy_reads, "@1 show stat", false},
        {haproxy_reads, "", false},
    };
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        if (table[i].is_read(table[i].request) == table[i].reads) continue;
        fail_msg("\"%s\" is misjudged", table[i].request);
    }
}

int main(int argc, char **argv) {
    if (argc > 1) seed = strtoull(argv[1], NULL, 10);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_reads_is_told_from_what_acts),
        cmocka_unit_test(a_request_that_acts_is_recorded_and_refused),
        cmocka_unit_test(upper_case_keys_that_act_are_seen),
        cmocka_unit_test(no_key_makes_the_watcher_do_more_than_read),
        cmocka_unit_test(no_key_makes_the_watcher_of_a_bare_url_do_more_than_read),
        cmocka_unit_test(no_lower_case_key_makes_the_cockpit_do_more_than_read),
    };
    return cmocka_run_group_tests(tests, start_stack, stop_stack);
}
