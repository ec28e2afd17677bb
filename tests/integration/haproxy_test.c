/* SPDX-License-Identifier: MIT */
#include "io/haproxy.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/buffer.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/units.h"
#include "io/haproxy_reply.h"
#include "io/listener.h"
#include "io/loop.h"
#include "io/stream.h"
#include "support/test_haproxy.h"

#define LIMIT_NS (10 * NS_PER_S)

struct asked {
    struct loop *loop;
    struct haproxy *haproxy;
    struct buffer reply;
    struct error error;
    unsigned answers, wanted;
};

static void on_answer(void *owner, const struct haproxy_result *result) {
    struct asked *asked = owner;
    asked->answers++;
    asked->error = result->error;
    buffer_reset(&asked->reply);
    buffer_add(&asked->reply, result->reply.data, result->reply.length);
    if (asked->answers == asked->wanted) loop_stop(asked->loop);
}

static void run_until(struct asked *asked, unsigned answers) {
    asked->wanted = answers;
    if (asked->answers < answers) loop_run(asked->loop);
    assert_int_equal(asked->answers, answers);
}

static void asked_init(
    struct asked *asked, const char *path, enum haproxy_authority authority) {
    *asked = (struct asked){.loop = loop_new()};
    asked->haproxy = haproxy_new(asked->loop, path, authority);
    buffer_init(&asked->reply, HAPROXY_REPLY_MAX);
}

static void asked_clear(struct asked *asked) {
    haproxy_free(asked->haproxy);
    loop_free(asked->loop);
    buffer_clear(&asked->reply);
}

static void ask(struct asked *asked, const char *command) {
    haproxy_command(asked->haproxy, command, LIMIT_NS, on_answer, asked);
}

static void start_lease(struct test_haproxy *haproxy, char *sections, size_t size) {
    test_haproxy_lease_sections(
        sections, size, "5s", test_free_port(), test_free_port());
    test_haproxy_start(haproxy, sections);
}

static void a_lease_is_set_and_read_back(void **state) {
    (void)state;
    char sections[2048];
    struct test_haproxy server;
    start_lease(&server, sections, sizeof sections);
    struct asked asked;
    asked_init(&asked, server.socket, HAPROXY_MAY_ACT);
    char words[256];
    struct text command = TEXT_IN(words);
    haproxy_table_set(&command, "canary_lease", 1, 2500);
    haproxy_table_set(&command, "canary_lease", 2, 7);
    ask(&asked, words);
    ask(&asked, "show table canary_lease");
    assert_int_equal(asked.answers, 0);
    run_until(&asked, 1);
    struct error err = {0};
    assert_true(haproxy_accepted(buffer_slice(&asked.reply), &err));
    run_until(&asked, 2);
    struct haproxy_entry entry;
    assert_true(haproxy_table_find(buffer_slice(&asked.reply), 1, &entry, &err));
    assert_int_equal(entry.gpt0, 2500);
    assert_true(entry.expires_ms > 0 && entry.expires_ms <= 5000);
    assert_true(haproxy_table_find(buffer_slice(&asked.reply), 2, &entry, &err));
    assert_int_equal(entry.gpt0, 7);
    assert_false(haproxy_table_find(buffer_slice(&asked.reply), 3, &entry, &err));
    assert_int_equal(err.code, ERROR_NOT_FOUND);

    ask(&asked, "set table canary_lease key 1 data.gpt0 many");
    run_until(&asked, 3);
    assert_false(haproxy_accepted(buffer_slice(&asked.reply), &err));
    assert_int_equal(err.code, ERROR_REPLY);
    ask(&asked, "show table nowhere");
    run_until(&asked, 4);
    assert_false(haproxy_table_find(buffer_slice(&asked.reply), 1, &entry, &err));
    assert_int_equal(err.code, ERROR_REPLY);
    asked_clear(&asked);
    test_haproxy_stop(&server);
}

static void statistics_come_as_rows(void **state) {
    (void)state;
    char sections[2048];
    struct test_haproxy server;
    start_lease(&server, sections, sizeof sections);
    struct asked asked;
    asked_init(&asked, server.socket, HAPROXY_READ_ONLY);
    ask(&asked, "show stat");
    run_until(&asked, 1);
    struct haproxy_stat stat;
    struct haproxy_row row;
    struct error err = {0};
    assert_true(haproxy_stat_read(buffer_slice(&asked.reply), &stat, &err));
    assert_true(haproxy_stat_find(&stat, "canary", "c1", &row));
    assert_true(slice_equals(haproxy_row_field(&row, "status"), "no check"));
    uint64_t value = 9;
    assert_true(haproxy_row_u64(&row, "stot", &value));
    assert_int_equal(value, 0);
    assert_false(haproxy_row_u64(&row, "no such column", &value));
    assert_true(haproxy_stat_find(&stat, "fe", "FRONTEND", &row));
    assert_false(haproxy_stat_find(&stat, "fe", "s1", &row));
    unsigned rows = 0;
    while (haproxy_stat_next(&stat, &row)) rows++;
    assert_int_equal(rows, 6);
    asked_clear(&asked);
    test_haproxy_stop(&server);
}

static void a_reader_may_only_show(void **state) {
    (void)state;
    char sections[2048];
    struct test_haproxy server;
    start_lease(&server, sections, sizeof sections);
    struct asked asked;
    asked_init(&asked, server.socket, HAPROXY_READ_ONLY);
    static const char *const refused[] = {
        "set table canary_lease key 1 data.gpt0 1",
        "show info; set table canary_lease key 1 data.gpt0 1",
        "show info\nset table canary_lease key 1 data.gpt0 1",
        "show info <<",
        "shutdown frontend fe",
        "showset",
        "",
        " show info",
        "disable server stable/s1",
    };
    unsigned count = sizeof refused / sizeof refused[0];
    for (unsigned i = 0; i < count; i++) {
        ask(&asked, refused[i]);
        assert_int_equal(asked.answers, i);
        run_until(&asked, i + 1);
        assert_int_equal(asked.error.code, ERROR_FORBIDDEN);
    }
    ask(&asked, "show table canary_lease");
    run_until(&asked, count + 1);
    assert_non_null(strstr(buffer_string(&asked.reply), "used:0"));
    asked_clear(&asked);
    test_haproxy_stop(&server);
}

static void a_dead_or_frozen_haproxy_is_an_error_in_time(void **state) {
    (void)state;
    char sections[2048];
    struct test_haproxy server;
    start_lease(&server, sections, sizeof sections);
    struct asked asked;
    asked_init(&asked, server.socket, HAPROXY_READ_ONLY);
    kill(server.process.pid, SIGSTOP);
    haproxy_command(asked.haproxy, "show info", 50 * NS_PER_MS, on_answer, &asked);
    haproxy_command(asked.haproxy, "show info", 80 * NS_PER_MS, on_answer, &asked);
    run_until(&asked, 2);
    assert_int_equal(asked.error.code, ERROR_TIMEOUT);
    test_haproxy_kill(&server);
    ask(&asked, "show info");
    run_until(&asked, 3);
    assert_int_equal(asked.error.code, ERROR_CONNECT);
    test_haproxy_restart(&server);
    ask(&asked, "show info");
    run_until(&asked, 4);
    assert_int_equal(asked.error.code, ERROR_NONE);
    asked_clear(&asked);
    test_haproxy_stop(&server);
}

/* A peer on a unix socket that sends half a reply, or one without an end. */
struct villain {
    struct stream *client;
    const char *bytes;
    size_t times;
};

static void on_victim_bytes(void *owner, struct slice bytes) {
    (void)bytes;
    struct villain *villain = owner;
    for (size_t i = 0; i < villain->times; i++) {
        stream_write(villain->client, slice_of(villain->bytes));
    }
    stream_finish(villain->client);
}

static const struct stream_handlers villain_handlers = {.on_bytes = on_victim_bytes};

static void on_victim(void *owner, struct stream *stream) {
    struct villain *villain = owner;
    villain->client = stream;
    stream_attend(stream, &villain_handlers, villain);
}

static enum error_code ask_villain(const char *bytes, size_t times) {
    struct test_folder folder;
    char path[TEST_PATH_SIZE];
    test_folder_init(&folder);
    test_folder_path(&folder, "villain.sock", path);
    struct asked asked;
    asked_init(&asked, path, HAPROXY_READ_ONLY);
    struct villain villain = {.bytes = bytes, .times = times};
    const struct listener_options options = {
        .path = path, .queue_max_bytes = 2 * (size_t)HAPROXY_REPLY_MAX};
    struct error err = {0};
    struct listener *listener =
        listener_new(asked.loop, &options, on_victim, &villain, &err);
    assert_non_null(listener);
    ask(&asked, "show info");
    run_until(&asked, 1);
    enum error_code code = asked.error.code;
    stream_free(villain.client);
    listener_free(listener);
    asked_clear(&asked);
    test_folder_clear(&folder);
    return code;
}

static void half_a_reply_is_none_and_a_long_one_too_much(void **state) {
    (void)state;
    assert_int_equal(ask_villain("whole\n\n", 1), ERROR_NONE);
    assert_int_equal(ask_villain("half", 1), ERROR_LOST);
    assert_int_equal(ask_villain("half\n", 1), ERROR_LOST);
    assert_int_equal(ask_villain("", 1), ERROR_LOST);
    assert_int_equal(
        ask_villain("0123456789abcdef\n", HAPROXY_REPLY_MAX / 16), ERROR_LIMIT);
}

static void on_answer_free(void *owner, const struct haproxy_result *result) {
    struct asked *asked = owner;
    on_answer(owner, result);
    haproxy_free(asked->haproxy);
    asked->haproxy = NULL;
    loop_stop(asked->loop);
}

static void freeing_and_cancelling_are_final(void **state) {
    (void)state;
    struct asked asked;
    asked_init(&asked, "/nonexistent/socket", HAPROXY_READ_ONLY);
    haproxy_command(asked.haproxy, "show info", LIMIT_NS, on_answer_free, &asked);
    ask(&asked, "show info");
    loop_run(asked.loop);
    assert_int_equal(asked.answers, 1);
    asked_clear(&asked);

    asked_init(&asked, "/nonexistent/socket", HAPROXY_READ_ONLY);
    int other = 0;
    haproxy_command(asked.haproxy, "show info", LIMIT_NS, on_answer, &other);
    haproxy_cancel_all(asked.haproxy, &other);
    ask(&asked, "show info");
    run_until(&asked, 1);
    asked_clear(&asked);
}

static void on_refused(void *owner, const struct haproxy_result *result) {
    struct asked *asked = owner;
    if (result->error.code == ERROR_LIMIT) asked->wanted--;
    if (asked->wanted == 0) loop_stop(asked->loop);
}

static void only_so_many_commands_may_wait(void **state) {
    (void)state;
    struct asked asked;
    asked_init(&asked, "/nonexistent/socket", HAPROXY_READ_ONLY);
    asked.wanted = 3;
    for (unsigned i = 0; i < HAPROXY_PENDING_MAX + 3; i++) {
        haproxy_command(asked.haproxy, "show info", LIMIT_NS, on_refused, &asked);
    }
    loop_run(asked.loop);
    assert_int_equal(asked.wanted, 0);
    asked_clear(&asked);
}

/* How often the ring of the log has connected. */
static uint64_t count_connections(struct asked *asked) {
    struct haproxy_stat stat;
    struct haproxy_row row;
    struct error err = {0};
    uint64_t count = 0;
    ask(asked, "show stat");
    run_until(asked, asked->answers + 1);
    assert_true(haproxy_stat_read(buffer_slice(&asked->reply), &stat, &err));
    assert_true(haproxy_stat_find(&stat, "lines1_reader", "FRONTEND", &row));
    assert_true(haproxy_row_u64(&row, "stot", &count));
    return count;
}

/* It would be some thousand times a second. */
static void a_log_that_nobody_reads_keeps_no_router_busy(void **state) {
    (void)state;
    static const char *const server[] = {"127.0.0.1:9"};
    struct haproxy_plan plan;
    struct test_haproxy router;
    struct asked asked;
    haproxy_plan_init(&plan);
    for (unsigned track = 0; track < TRACK_COUNT; track++) {
        plan.servers[track] = server;
        plan.server_counts[track] = 1;
    }
    test_haproxy_start_plan(&router, &plan, NULL);
    asked_init(&asked, router.socket, HAPROXY_READ_ONLY);
    uint64_t start_ns = loop_clock_ns(), count = 0;
    while (count < 2 && loop_clock_ns() - start_ns < LIMIT_NS) {
        count = count_connections(&asked);
    }
    uint64_t seconds = (loop_clock_ns() - start_ns) / NS_PER_S;
    assert_true(count >= 2 && count <= 8 * (1 + seconds));
    asked_clear(&asked);
    test_haproxy_stop(&router);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_lease_is_set_and_read_back),
        cmocka_unit_test(statistics_come_as_rows),
        cmocka_unit_test(a_reader_may_only_show),
        cmocka_unit_test(a_dead_or_frozen_haproxy_is_an_error_in_time),
        cmocka_unit_test(half_a_reply_is_none_and_a_long_one_too_much),
        cmocka_unit_test(freeing_and_cancelling_are_final),
        cmocka_unit_test(only_so_many_commands_may_wait),
        cmocka_unit_test(a_log_that_nobody_reads_keeps_no_router_busy),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
